import { describe, expect, it } from 'vitest';
import { addTask } from '../../../src/app/add.ts';
import { runBatch } from '../../../src/app/batch.ts';
import { importTasks } from '../../../src/app/import.ts';
import { cancelTasks, claimTasks, completeTasks, releaseTasks } from '../../../src/app/life.ts';
import { renewTasks } from '../../../src/app/renew.ts';
import type { Session } from '../../../src/app/session.ts';
import { addNote, setTasks } from '../../../src/app/set.ts';
import { verifyLedger, type VerifyAnswer, type VerifyInput } from '../../../src/app/verify.ts';
import { type Commit, serializeCommit } from '../../../src/git/objects.ts';
import type { Oid } from '../../../src/git/ports.ts';
import { readCommit } from '../../../src/ledger/history.ts';
import { ROOT_COMMIT, taskPath } from '../../../src/ledger/layout.ts';
import { formatMessage } from '../../../src/ledger/message.ts';
import { Staging } from '../../../src/ledger/staging.ts';
import { editTree } from '../../../src/ledger/tree-edit.ts';
import type { Task } from '../../../src/task/types.ts';
import { encodeTask } from '../../../src/yaml/codec.ts';
import { type MemoryLedger, memoryLedger } from '../../support/ledger.ts';
import { type Clone, makeClones, mergeForeign } from '../../support/memory-clones.ts';

/** What a forger writes; what is left out is as an honest writer would have it. */
interface Forgery {
  readonly as?: string;
  readonly session?: string;
  readonly message?: string | ((honest: string) => string);
  readonly author?: string;
  readonly email?: string;
  readonly files?: Readonly<Record<string, string | null>>;
  readonly tasks?: Readonly<Record<string, (task: Task) => Task>>;
  readonly parents?: readonly Oid[];
  readonly seconds?: number;
}

/** Writes a commit past all rules. Every line of its message is true unless the forgery says otherwise. */
async function forge({ repository, world, as }: MemoryLedger, forgery: Forgery): Promise<Oid> {
  const actor = forgery.as ?? 'mallory';
  const session = as(actor);
  const snapshot = await session.read();
  const staging = new Staging(repository.objects);
  const edits = new Map<string, Oid | null>();
  const changes = [];
  for (const [id, change] of Object.entries(forgery.tasks ?? {})) {
    const before = await snapshot.task(id);
    const after = change(before);
    changes.push({ before, after });
    edits.set(taskPath(after), staging.put('blob', Buffer.from(encodeTask(after))));
  }
  for (const [path, text] of Object.entries(forgery.files ?? {}))
    edits.set(path, text === null ? null : staging.put('blob', Buffer.from(text)));
  const tree = (await editTree(staging, snapshot.tree, edits)) ?? '';
  const holder = { actor, session: forgery.session };
  const honest = formatMessage({ title: 'forged', operations: [], changes, holder });
  const { message = honest } = forgery;
  const seconds = forgery.seconds ?? Math.floor(world.now() / 1000);
  const author = { name: forgery.author ?? actor, email: forgery.email ?? 'x@example.org', seconds, timezone: '+0000' };
  const commit: Commit = {
    tree,
    parents: forgery.parents ?? [snapshot.tip],
    author,
    committer: author,
    message: typeof message === 'string' ? message : message(honest),
  };
  const oid = staging.put('commit', serializeCommit(commit));
  await staging.flush();
  const log = { name: actor, email: '', at: 0, message: '' };
  await repository.refs.compareAndSwap({ ref: session.ledger.ref, expected: snapshot.tip, next: oid, log });
  return oid;
}

interface Setting {
  readonly ledger: MemoryLedger;
  readonly ada: Session;
  /** Adds a task and gives its id. */
  add(fields?: object): Promise<string>;
  verify(input?: VerifyInput): Promise<VerifyAnswer>;
}

async function setting(): Promise<Setting> {
  const ledger = await memoryLedger();
  const ada = ledger.as('ada');
  return {
    ledger,
    ada,
    add: async (fields = {}) => (await addTask(ada, { subject: 'A task', ...fields })).task.id,
    verify: (input) => verifyLedger(ada, input),
  };
}

const SIGNED = 'Actor: mallory';

describe('a forged commit is found, with its rule', () => {
  /** The only finding, about this commit. */
  const expectOne = ({ findings, legal }: VerifyAnswer, commit: Oid, rule: string, message: RegExp): void => {
    expect(findings).toEqual([
      expect.objectContaining({ commit, rule, message: expect.stringMatching(message) as string }),
    ]);
    expect(legal).toBe(false);
  };

  it.each([
    ['completed', 'in_progress', /is completed and cannot be claimed/],
    ['cancelled', 'completed', /is cancelled and cannot be completed/],
    ['completed', 'cancelled', /is completed and cannot be cancelled/],
  ] as const)('status: from %s to %s', async (from, to, message) => {
    const { ledger, ada, add, verify } = await setting();
    const id = await add();
    await (from === 'completed' ? completeTasks : cancelTasks)(ada, { ids: [id] });
    const commit = await forge(ledger, { tasks: { [id]: (task) => ({ ...task, status: to, completedBy: [] }) } });
    expectOne(await verify(), commit, 'status', message);
  });

  it('term: one that shrinks', async () => {
    const { ledger, ada, add, verify } = await setting();
    const id = await add();
    for (let n = 0; n < 2; n++) {
      await claimTasks(ada, { ids: [id] });
      await releaseTasks(ada, { ids: [id] });
    }
    const commit = await forge(ledger, { tasks: { [id]: (task) => ({ ...task, claim: { term: 1 } }) } });
    expectOne(await verify(), commit, 'term', /its term goes from 2 to 1/);
  });

  it('term: one that leaps', async () => {
    const { ledger, add, verify } = await setting();
    const id = await add();
    const claim = { term: 5, expires: '2026-06-01T13:00:00Z' };
    const commit = await forge(ledger, {
      tasks: { [id]: (task) => ({ ...task, status: 'in_progress', owner: 'mallory', claim }) },
    });
    expectOne(await verify(), commit, 'term', /its term goes from 0 to 5/);
  });

  it('term: another takes an ended lease over without a new one', async () => {
    const { ledger, ada, add, verify } = await setting();
    const id = await add();
    await claimTasks(ada, { ids: [id] });
    ledger.world.advance(3_600_000);
    const commit = await forge(ledger, { tasks: { [id]: (task) => ({ ...task, owner: 'mallory' }) } });
    expectOne(await verify(), commit, 'term', /it is taken within term 1/);
  });

  it('lease: a claim of what another holds', async () => {
    const { ledger, ada, add, verify } = await setting();
    const id = await add();
    await claimTasks(ada, { ids: [id] });
    const claim = { term: 2, expires: '2026-06-01T14:00:00Z' };
    const commit = await forge(ledger, { tasks: { [id]: (task) => ({ ...task, owner: 'mallory', claim }) } });
    expectOne(await verify(), commit, 'lease', /is held by ada, term 1/);
  });

  it('lease: an edit by another, and by another session of the holder', async () => {
    const { ledger, ada, add, verify } = await setting();
    const id = await add();
    await claimTasks(ada, { ids: [id] });
    const edit = { tasks: { [id]: (task: Task): Task => ({ ...task, priority: (task.priority + 1) % 4 }) } };
    await forge(ledger, edit);
    await forge(ledger, { ...edit, as: 'ada', session: 'another' });
    await forge(ledger, { ...edit, as: 'ada' });
    const { findings } = await verify();
    expect(findings.map(({ rule, id: about }) => [rule, about])).toEqual([
      ['lease', id],
      ['lease', id],
    ]);
  });

  it('blocked: a task completed or started before its blocker, and a parent before its child', async () => {
    const { ledger, add, verify } = await setting();
    const blocker = await add();
    const [waits, starts, parent] = [
      await add({ blockedBy: [blocker] }),
      await add({ blockedBy: [blocker] }),
      await add(),
    ];
    const child = await add({ parent });
    const completed = (task: Task): Task => ({ ...task, status: 'completed', completedBy: ['mallory'] });
    const claim = { term: 1, expires: '2026-06-01T13:00:00Z' };
    await forge(ledger, { tasks: { [waits]: completed } });
    await forge(ledger, {
      tasks: { [starts]: (task) => ({ ...task, status: 'in_progress', owner: 'mallory', claim }) },
    });
    await forge(ledger, { tasks: { [parent]: completed } });
    const { findings } = await verify();
    expect(findings.map(({ rule, id }) => [rule, id])).toEqual([
      ['blocked', waits],
      ['blocked', starts],
      ['blocked', parent],
    ]);
    expect(findings[2]?.message).toContain(child.slice(0, 4));
  });

  it('unmet: a task completed without what its acceptance asks for', async () => {
    const { ledger, add, verify } = await setting();
    const id = await add({ acceptance: ['it works'] });
    const commit = await forge(ledger, {
      tasks: { [id]: (task) => ({ ...task, status: 'completed', completedBy: ['mallory'] }) },
    });
    expectOne(await verify(), commit, 'unmet', /has not been found to meet "it works"/);
  });

  it('graph: a circle', async () => {
    const { ledger, add, verify } = await setting();
    const first = await add();
    const second = await add({ blockedBy: [first] });
    const commit = await forge(ledger, { tasks: { [first]: (task) => ({ ...task, blockedBy: [second] }) } });
    expectOne(await verify(), commit, 'graph', /circle of tasks that wait for each other/);
  });

  it('graph: a blocker that no task is', async () => {
    const { ledger, add, verify } = await setting();
    const id = await add();
    const commit = await forge(ledger, { tasks: { [id]: (task) => ({ ...task, blockedBy: ['zzzzzzzz'] }) } });
    expectOne(await verify(), commit, 'graph', /names zzzzzzzz, and no task has that id/);
  });

  it('actor: a change that says what and not who, or names another than its author', async () => {
    const { ledger, add, verify } = await setting();
    const id = await add();
    const tasks = { [id]: (task: Task): Task => ({ ...task, priority: (task.priority + 1) % 4 }) };
    await forge(ledger, { tasks, message: (honest) => honest.replace(`\n${SIGNED}`, '') });
    await forge(ledger, { tasks, author: 'somebody' });
    const { findings } = await verify();
    expect(findings.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([
      'actor: It says what it changes, and not who did it',
      'actor: It says that mallory acted, but its author is somebody',
    ]);
  });

  it('message: lines that lie, are missing, or name a task that did not change', async () => {
    const { ledger, add, verify } = await setting();
    const [id, other] = [await add(), await add()];
    const to = (priority: number): Forgery => ({ tasks: { [id]: (task) => ({ ...task, priority }) } });
    await forge(ledger, { ...to(0), message: (honest) => honest.replace('2 -> 0', '2 -> 1') });
    await forge(ledger, { ...to(1), message: (honest) => honest.replace(/Change: .*\n/, '') });
    await forge(ledger, { ...to(3), message: (honest) => honest.replace('Actor:', `Task: main/${other}\nActor:`) });
    await forge(ledger, { ...to(4), message: `quiet\n\n${SIGNED}\n` });
    const { findings } = await verify();
    expect(findings.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([
      'message: It says "Change: priority 2 -> 1", which its files do not',
      'message: It does not say "Change: priority 0 -> 1"',
      `message: It says "Task: main/${other}", and changes no such task`,
      'message: It names 0 of the 1 tasks that it changes',
    ]);
  });

  it('override: a rule overridden without a reason, and more rules than are named', async () => {
    const { ledger, add, verify } = await setting();
    const blocker = await add();
    const [id, other] = [await add({ blockedBy: [blocker] }), await add({ blockedBy: [blocker] })];
    const done = (task: Task): Task => ({ ...task, status: 'completed', completedBy: ['mallory'] });
    const signed = `Override: x\n${SIGNED}`;
    await forge(ledger, { tasks: { [id]: done }, message: (honest) => honest.replace(SIGNED, signed) });
    const next = await add({ blockedBy: [blocker] });
    await forge(ledger, {
      tasks: { [other]: done, [next]: done },
      message: (honest) => honest.replace(SIGNED, `${signed}\nReason: late`),
    });
    const { findings, counts } = await verify();
    expect(findings.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([
      'override: It overrides a rule and gives no reason',
      expect.stringMatching(/^override: It overrides 2 rules and names 1/),
    ]);
    expect(counts.overrides).toBe(3);
  });

  it('root: a history that begins otherwise', async () => {
    const { ledger, ada } = await setting();
    const commit = await forge(ledger, { parents: [] });
    expectOne(await verifyLedger(ada), commit, 'root', /not with the one that every ledger begins with/);
  });

  it('unreadable: a file that holds no task; and its return is no finding', async () => {
    const { ledger, ada, add, verify } = await setting();
    const id = await add();
    const path = taskPath({ list: 'main', id });
    const task = await (await ada.read()).task(id);
    const commit = await forge(ledger, { files: { [path]: 'status: [\n' }, message: 'oops\n' });
    await forge(ledger, { files: { [path]: encodeTask(task) }, message: 'mend it\n' });
    expectOne(await verify(), commit, 'unreadable', /main\/.*\.yaml:\d+:\d+ /);
  });

  it('layout: a deleted task, a task in two lists, a stray file, another format', async () => {
    const { ledger, ada, add, verify } = await setting();
    const [gone, twice] = [await add(), await add()];
    const copy = encodeTask(await (await ada.read()).task(twice));
    const message = 'by hand\n';
    await forge(ledger, { message, files: { [taskPath({ list: 'main', id: gone })]: null } });
    await forge(ledger, { message, files: { [taskPath({ list: 'other', id: twice })]: copy } });
    await forge(ledger, { message, files: { 'main/stray.yaml': 'id: x\n', 'notes.txt': 'nobody minds\n' } });
    await forge(ledger, { message, files: { 'ledger.yaml': 'format: 1\n# hello\n' } });
    const { findings, counts } = await verify();
    expect(findings.map(({ rule, message: words }) => `${rule}: ${words}`)).toEqual([
      `layout: The task ${gone} was deleted; tasks are cancelled, not deleted`,
      `layout: The task ${twice} is in more than one list`,
      'layout: main/stray.yaml is in the folder of a list, and not where a task can be',
      'layout: ledger.yaml was changed; the format never moves',
    ]);
    expect(counts.byHand).toBe(4);
  });

  it('merge: one in our name that is not what joining gives', async () => {
    const { ledger, ada, add, verify } = await setting();
    const bob = ledger.clone('bob');
    await bob.ledger.begin(bob.author());
    await bob.ledger.join((await ada.read()).tip, bob.author());
    const id = await add();
    await addTask(bob, { subject: 'Elsewhere' });
    const { after } = await ada.ledger.join((await bob.read()).tip, ada.author());
    const honest = await readCommit(ledger.repository.objects, after);
    expect((await verify()).counts.merges).toBe(1);
    const staging = new Staging(ledger.repository.objects);
    const task = { ...(await (await ada.read()).task(id)), priority: 0 };
    const blob = staging.put('blob', Buffer.from(encodeTask(task)));
    const tree = (await editTree(staging, honest.tree, new Map([[taskPath(task), blob]]))) ?? '';
    const commit = staging.put('commit', serializeCommit({ ...honest, tree }));
    await staging.flush();
    const { ref } = ada.ledger;
    const log = { name: 'mallory', email: '', at: 0, message: '' };
    await ledger.repository.refs.compareAndSwap({ ref, expected: honest.oid, next: commit, log });
    expectOne(await verify(), commit, 'merge', /not what joining its parents gives/);
  });
});

describe('a merge without git-tasks that lost something', () => {
  it('is a finding until it is mended, and a count from then on', async () => {
    const { repository, clones } = await makeClones([0, 0]);
    const [a, b] = clones as [Clone, Clone];
    const { task } = await addTask(a.session, { subject: 'Shared' });
    await b.session.ledger.join(await a.tip(), b.session.author());
    await addNote(a.session, { id: task.id, text: 'one' });
    await addNote(b.session, { id: task.id, text: 'two' });
    await mergeForeign(repository, a, await b.tip(), 'our-tree');
    const merge = await a.tip();
    const { findings } = await verifyLedger(a.session);
    expect(findings).toEqual([expect.objectContaining({ rule: 'merge', commit: merge })]);
    expect(findings[0]?.message).toMatch(/lost changes of 1 task\(s\); nothing mends it yet/);
    await a.session.ledger.recheck(a.session.author());
    const mended = await verifyLedger(a.session);
    expect(mended).toMatchObject({ legal: true, counts: { foreignMerges: 1, mendedMerges: 1 } });
  });

  it('cannot be passed off as mended', async () => {
    const { ledger, add, verify } = await setting();
    const id = await add();
    const { name } = ROOT_COMMIT.author;
    const tip = await forge(ledger, { message: 'a commit of stock git\n' });
    const commit = await forge(ledger, {
      as: name,
      email: ROOT_COMMIT.author.email,
      message: `repair merge ${tip.slice(0, 12)}: 1 task(s)\n\nMerged: ${id}\nActor: ${name}\n`,
      tasks: { [id]: (task) => ({ ...task, status: 'completed' }) },
    });
    expect((await verify()).findings).toEqual([expect.objectContaining({ rule: 'merge', commit })]);
  });
});

describe('what is legal is counted', () => {
  it('takeovers, overrides, imports, and commits by hand', async () => {
    const { ledger, ada, add, verify } = await setting();
    const bob = ledger.as('bob');
    const [id, held] = [await add(), await add()];
    await claimTasks(ada, { ids: [id, held] });
    await addNote(bob, { id, text: 'Notes are always welcome' });
    await claimTasks(bob, { ids: [held] }, { force: true, reason: 'ada is away' });
    ledger.world.advance(3_600_000);
    await claimTasks(bob, { ids: [id] });
    await renewTasks(bob, { ids: [id] });
    const line = { id: '7kq3m2xz', list: 'main', subject: 'Old', status: 'completed', created: '2026-01-01T00:00:00Z' };
    await importTasks(ada, { format: 'jsonl', text: JSON.stringify(line) });
    await forge(ledger, { tasks: { [id]: (task) => ({ ...task, priority: 0 }) }, as: 'bob', message: 'stock git\n' });
    expect(await verify()).toMatchObject({
      legal: true,
      findings: [],
      tasks: 3,
      counts: { takeovers: 1, overrides: 1, imports: 1, byHand: 1 },
    });
  });

  it('several steps of one task in one change, which the commit names', async () => {
    const { ledger, ada, add, verify } = await setting();
    const id = await add();
    const lines = [
      { verb: 'claim', id },
      { verb: 'release', id },
      { verb: 'claim', id },
      { verb: 'done', id },
    ];
    await runBatch(ada, { lines: lines.map((line) => JSON.stringify(line)).join('\n') });
    const { message } = await readCommit(ledger.repository.objects, (await ada.read()).tip);
    expect(message).toContain('Steps: claim, release, claim, done');
    const { legal, transitions } = await verify({ transitions: true });
    expect(legal).toBe(true);
    expect(transitions?.at(-1)).toMatchObject({ id, verbs: ['claim', 'release', 'claim', 'done'], term: 2 });
  });

  it('claims of one term that two clones have made, and the merge that chose', async () => {
    const { ledger, ada, add, verify } = await setting();
    const id = await add();
    const bob = ledger.clone('bob');
    await bob.ledger.begin(bob.author());
    await bob.ledger.join((await ada.read()).tip, bob.author());
    await claimTasks(ada, { ids: [id] });
    await claimTasks(bob, { ids: [id] });
    await ada.ledger.join((await bob.read()).tip, ada.author());
    expect(await verify()).toMatchObject({ legal: true, counts: { rivalClaims: 1, merges: 1 } });
  });
});

describe('a part of the history', () => {
  it('since a commit, and up to one', async () => {
    const { ledger, ada, add, verify } = await setting();
    const id = await add();
    await completeTasks(ada, { ids: [id] });
    const commit = await forge(ledger, {
      tasks: { [id]: (task) => ({ ...task, status: 'cancelled', completedBy: [] }) },
    });
    await setTasks(ada, { ids: [id], priority: 0 });
    expect(await verify({ since: commit })).toMatchObject({ legal: true, since: commit, counts: { commits: 1 } });
    expect(await verify({ since: `${commit}~1` })).toMatchObject({ legal: false, counts: { commits: 2 } });
    const past = ledger.as('ada', { at: `${commit}~1` });
    expect(await verifyLedger(past)).toMatchObject({ legal: true, counts: { commits: 3 } });
  });

  it('tells who did what to each task, in order, when asked', async () => {
    const { ada, add, verify } = await setting();
    const id = await add();
    await claimTasks(ada, { ids: [id] });
    await completeTasks(ada, { ids: [id] });
    const { transitions } = await verify({ transitions: true });
    expect(transitions?.map(({ verbs, from, to, term, actor }) => ({ verbs, from, to, term, actor }))).toEqual([
      { verbs: ['add'], from: undefined, to: 'pending', term: 0, actor: 'ada' },
      { verbs: ['claim'], from: 'pending', to: 'in_progress', term: 1, actor: 'ada' },
      { verbs: ['done'], from: 'in_progress', to: 'completed', term: 1, actor: 'ada' },
    ]);
    expect(await verify()).not.toHaveProperty('transitions');
  });
});

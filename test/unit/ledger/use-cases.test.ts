import { describe, expect, it } from 'vitest';
import { addTask } from '../../../src/app/add.ts';
import { runBatch } from '../../../src/app/batch.ts';
import { cancelTasks, claimTasks, completeTasks, releaseTasks, reopenTasks } from '../../../src/app/life.ts';
import { listTasks } from '../../../src/app/list.ts';
import { logChanges } from '../../../src/app/log.ts';
import { claimNext } from '../../../src/app/next.ts';
import { planTasks } from '../../../src/app/plan.ts';
import { renewDue, renewTasks } from '../../../src/app/renew.ts';
import type { Session } from '../../../src/app/session.ts';
import { addNote, setTasks } from '../../../src/app/set.ts';
import { showTask } from '../../../src/app/show.ts';
import { explainTask } from '../../../src/app/why.ts';
import { countTasks } from '../../../src/app/stats.ts';
import { TasksError } from '../../../src/errors.ts';
import { readCommit } from '../../../src/ledger/history.ts';
import { memoryLedger, START } from '../../support/ledger.ts';

const HOUR = 3_600_000;

async function add(session: Session, subject: string, fields: object = {}): Promise<string> {
  return (await addTask(session, { subject, ...fields })).task.id;
}

/** The code, message and data of the failure that the promise must end in. */
async function failure(promise: Promise<unknown>): Promise<TasksError> {
  const error: unknown = await promise.then(
    () => new Error('it should have been refused'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof TasksError)) throw error;
  return error;
}

describe('a task', () => {
  it('is added with its fields, and shown with what follows from the graph', async () => {
    const { as } = await memoryLedger();
    const ada = as('ada');
    const a = await add(ada, ' Write the\nschema ', { labels: ['db', 'db'], priority: 1 });
    const b = await add(ada, 'Run it', { blockedBy: [a.slice(0, 4)], description: 'one\r\ntwo', metadata: { x: 1 } });
    const { task } = await showTask(ada, b);
    expect(task).toMatchObject({
      subject: 'Run it',
      status: 'pending',
      ready: false,
      blocked: true,
      blockedBy: [a],
      openBlockers: [a],
      description: 'one\ntwo',
      metadata: { x: 1 },
      createdBy: 'ada',
      created: '2026-06-01T12:00:00Z',
      updatedBy: 'ada',
    });
    expect((await showTask(ada, a)).task).toMatchObject({ subject: 'Write the schema', labels: ['db'], blocks: [b] });
  });

  it('waits for the tasks that name it in blocks', async () => {
    const { as } = await memoryLedger();
    const a = await add(as('ada'), 'A');
    const b = await add(as('ada'), 'B', { blocks: [a] });
    expect((await showTask(as('ada'), a)).task.blockedBy).toEqual([b]);
  });

  it('needs a subject, a valid priority, and targets that exist', async () => {
    const { as } = await memoryLedger();
    expect((await failure(add(as('ada'), '  '))).code).toBe('invalid');
    expect((await failure(add(as('ada'), 'x', { priority: 9 }))).message).toContain('priority must be');
    expect((await failure(add(as('ada'), 'x', { blockedBy: ['zzzz'] }))).code).toBe('not-found');
    expect((await listTasks(as('ada'))).total).toBe(0);
  });

  it('is found by a prefix of three characters, and an ambiguous one is refused with the candidates', async () => {
    const { as } = await memoryLedger();
    const ids = await Promise.all([1, 2, 3].map((n) => add(as('ada'), `Task ${n}`)));
    expect((await showTask(as('ada'), ids[0]?.slice(0, 3) ?? '')).task.id).toBe(ids[0]);
    expect((await failure(showTask(as('ada'), '../../x'))).code).toBe('not-found');
    expect((await failure(showTask(as('ada'), 'ab'))).code).toBe('not-found');
  });

  it('with a key is made once, whoever asks again, and another content is refused', async () => {
    const { as } = await memoryLedger();
    const first = await addTask(as('ada'), { subject: 'Deploy', key: 'deploy-1' });
    const again = await addTask(as('bob'), { subject: 'Deploy', key: 'deploy-1' });
    expect(again).toMatchObject({ changed: false, commit: first.commit });
    expect(again.task.id).toBe(first.task.id);
    expect((await failure(addTask(as('ada'), { subject: 'Other', key: 'deploy-1' }))).code).toBe('exists');
    expect((await showTask(as('ada'), 'deploy-1')).task.id).toBe(first.task.id);
  });

  it('with one key in two lists is asked for by its id', async () => {
    const { as } = await memoryLedger();
    const one = await addTask(as('ada'), { subject: 'Deploy', key: 'k1' });
    const other = await addTask(as('ada'), { subject: 'Deploy', key: 'k1', list: 'other' });
    expect(await failure(showTask(as('ada'), 'k1'))).toMatchObject({
      code: 'ambiguous',
      hint: 'Give the id of the one that you mean',
      data: { candidates: [one.task.id, other.task.id].sort() },
    });
    expect((await showTask(as('ada'), 'other/k1')).task.id).toBe(other.task.id);
  });

  it('changes only where it differs: an edit that says nothing new makes no commit', async () => {
    const { as } = await memoryLedger();
    const a = await add(as('ada'), 'A', { labels: ['x'] });
    const same = await setTasks(as('ada'), { ids: [a], labels: ['x'], priority: 2 });
    expect(same.changed).toBe(false);
    const next = await setTasks(as('ada'), { ids: [a], unlabel: ['x'], due: '3d', metadata: { k: 'v' } });
    expect(next.tasks[0]).toMatchObject({ labels: [], due: '2026-06-04T12:00:00Z', metadata: { k: 'v' } });
    const cleared = await setTasks(as('ada'), { ids: [a], due: null, metadata: { k: null } });
    expect(cleared.tasks[0]).toMatchObject({ metadata: {} });
    expect(cleared.tasks[0]?.due).toBeUndefined();
  });
});

describe('the graph', () => {
  it('refuses circles with their path, through blockers and through parents', async () => {
    const { as } = await memoryLedger();
    const a = await add(as('ada'), 'A');
    const b = await add(as('ada'), 'B', { blockedBy: [a] });
    const c = await add(as('ada'), 'C', { blockedBy: [b] });
    const error = await failure(setTasks(as('ada'), { ids: [a], blockedBy: [c] }));
    expect(error.code).toBe('cycle');
    expect(error.data['cycle']).toHaveLength(3);
    expect((await failure(setTasks(as('ada'), { ids: [a], blockedBy: [a] }))).code).toBe('cycle');
    // c waits for a through b; as its parent it would also wait for its child a.
    expect((await failure(setTasks(as('ada'), { ids: [c], parent: a }))).code).toBe('cycle');
    expect((await showTask(as('ada'), a)).task.blockedBy).toEqual([]);
  });

  it('refuses to start or complete what is blocked, and records who overrode it and why', async () => {
    const { as, repository } = await memoryLedger();
    const a = await add(as('ada'), 'A');
    const b = await add(as('ada'), 'B', { blockedBy: [a] });
    for (const attempt of [
      claimTasks(as('ada'), { ids: [b] }),
      completeTasks(as('ada'), { ids: [b] }),
      setTasks(as('ada'), { ids: [b], status: 'in_progress' }),
      setTasks(as('ada'), { ids: [b], status: 'completed' }),
    ]) {
      const error = await failure(attempt);
      expect(error.code).toBe('blocked');
      expect(error.message).toContain(a.slice(0, 4));
    }
    expect((await failure(completeTasks(as('ada'), { ids: [b] }, { force: true }))).code).toBe('usage');
    const forced = await completeTasks(as('ada'), { ids: [b] }, { force: true, reason: 'hot fix' });
    const { message } = await readCommit(repository.objects, forced.commit);
    expect(message).toMatch(/^Override: .* is blocked by .*$/m);
    expect(message).toMatch(/^Reason: hot fix$/m);
  });

  it('opens the next task when the blocker is done, and says why it was closed before', async () => {
    const { as } = await memoryLedger();
    const a = await add(as('ada'), 'A');
    const b = await add(as('ada'), 'B', { blockedBy: [a] });
    const { why } = await explainTask(as('ada'), b);
    expect(why.reasons[0]).toMatchObject({ kind: 'blocker', id: a, because: { id: a, ready: true } });
    await completeTasks(as('ada'), { ids: [a], result: 'done' });
    expect((await listTasks(as('ada'), { select: 'ready' })).tasks.map(({ id }) => id)).toEqual([b]);
  });

  it('asks what becomes of those that wait when a task is cancelled', async () => {
    const { as } = await memoryLedger();
    const a = await add(as('ada'), 'A');
    const b = await add(as('ada'), 'B', { blockedBy: [a] });
    const error = await failure(cancelTasks(as('ada'), { ids: [a] }));
    expect([error.code, error.hint]).toEqual(['blocked', expect.stringContaining('--unblock')]);
    await cancelTasks(as('ada'), { ids: [a], unblock: true });
    expect((await showTask(as('ada'), b)).task).toMatchObject({ ready: true, blockedBy: [] });
    const c = await add(as('ada'), 'C', { blockedBy: [b] });
    await cancelTasks(as('ada'), { ids: [b], cascade: true });
    expect((await showTask(as('ada'), c)).task.status).toBe('cancelled');
  });

  it('lets a parent be completed only after its children', async () => {
    const { as } = await memoryLedger();
    const parent = await add(as('ada'), 'Parent');
    const child = await add(as('ada'), 'Child', { parent });
    expect((await failure(completeTasks(as('ada'), { ids: [parent] }))).message).toContain('open child');
    await completeTasks(as('ada'), { ids: [child] });
    await completeTasks(as('ada'), { ids: [parent] });
    expect((await countTasks(as('ada'))).byStatus.completed).toBe(2);
  });

  it('is planned so that each task comes after what it waits for', async () => {
    const { as } = await memoryLedger();
    const a = await add(as('ada'), 'A', { priority: 4 });
    const b = await add(as('ada'), 'B', { priority: 0, blockedBy: [a] });
    const c = await add(as('ada'), 'C', { priority: 3 });
    expect((await planTasks(as('ada'))).tasks.map(({ id }) => id)).toEqual([c, a, b]);
  });
});

describe('a claim', () => {
  it('has one holder, is answered with "already" to the holder, and refused to anybody else', async () => {
    const { as } = await memoryLedger();
    const a = await add(as('ada'), 'A');
    const won = await claimTasks(as('ada'), { ids: [a] });
    expect(won).toMatchObject({ already: false, tasks: [{ status: 'in_progress', owner: 'ada', claim: { term: 1 } }] });
    expect(await claimTasks(as('ada'), { ids: [a] })).toMatchObject({ already: true, changed: false });
    for (const attempt of [
      claimTasks(as('bob'), { ids: [a] }),
      completeTasks(as('bob'), { ids: [a] }),
      setTasks(as('bob'), { ids: [a], priority: 0 }),
      releaseTasks(as('bob'), { ids: [a] }),
    ]) {
      expect(await failure(attempt)).toMatchObject({ code: 'claimed', data: { owner: 'ada' } });
    }
    await addNote(as('bob'), { id: a, text: 'may I?' });
    expect((await showTask(as('ada'), a)).task.notes).toMatchObject([{ by: 'bob', text: 'may I?' }]);
  });

  it('ends with its lease: the next holder has the next term, and the late one is refused', async () => {
    const { as, world } = await memoryLedger({ 'tasks.lease': '1h' });
    const a = await add(as('ada'), 'A');
    await claimTasks(as('ada'), { ids: [a] });
    world.advance(HOUR);
    const taken = await claimNext(as('bob'));
    expect(taken).toMatchObject({ status: 'claimed', task: { id: a, owner: 'bob', claim: { term: 2 } } });
    expect((await failure(completeTasks(as('ada'), { ids: [a] }))).code).toBe('claimed');
    expect((await failure(renewTasks(as('ada'), { ids: [a] }))).code).toBe('claimed');
  });

  it('lives on when it is renewed, and leaves only its term when it is released', async () => {
    const { as, world } = await memoryLedger();
    const a = await add(as('ada'), 'A');
    await claimTasks(as('ada'), { ids: [a], lease: HOUR });
    world.advance(HOUR / 2);
    const renewed = await renewTasks(as('ada'), { ids: [a], lease: HOUR });
    expect(renewed.tasks[0]?.claim).toMatchObject({ term: 1, lease: 3600, expires: '2026-06-01T13:30:00Z' });
    const released = await releaseTasks(as('ada'), { ids: [a] });
    expect(released.tasks[0]).toMatchObject({ status: 'pending', ready: true, claim: { term: 1 } });
    expect(released.tasks[0]?.owner).toBeUndefined();
    expect(START).toBeLessThan(world.now());
  });

  it('keeps its length when it is renewed, and is not renewed before half of it has passed', async () => {
    const { as, world } = await memoryLedger();
    const a = await add(as('ada'), 'A');
    await claimTasks(as('ada'), { ids: [a], lease: 2 * HOUR });
    world.advance(HOUR - 1000);
    expect(await renewTasks(as('ada'), { ids: [a] })).toMatchObject({ changed: false });
    expect(await renewTasks(as('ada'), { ids: [a] }, { force: true, reason: 'long call' })).toMatchObject({
      changed: true,
    });
    world.advance(HOUR);
    const renewed = await renewTasks(as('ada'), { ids: [a] });
    expect(renewed.tasks[0]?.claim).toMatchObject({ lease: 7200, expires: '2026-06-01T15:59:59Z' });
    expect(await renewTasks(as('ada'), { ids: [a], lease: 3 * HOUR })).toMatchObject({ changed: true });
  });

  it('is renewed with all others that are due in one commit, and with none that is not', async () => {
    const { as, world } = await memoryLedger();
    const [a, b, c, d] = [
      await add(as('ada'), 'A'),
      await add(as('ada'), 'B'),
      await add(as('ada'), 'C'),
      await add(as('ada'), 'D'),
    ];
    await claimTasks(as('ada'), { ids: [a, b], lease: HOUR });
    await claimTasks(as('ada'), { ids: [c], lease: 4 * HOUR });
    await claimTasks(as('bob'), { ids: [d], lease: HOUR });
    expect(await renewDue(as('ada'))).toEqual([]);
    world.advance(HOUR / 2);
    const before = (await logChanges(as('ada'), {})).changes.length;
    expect([...(await renewDue(as('ada')))].sort()).toEqual([a, b].sort());
    expect((await logChanges(as('ada'), {})).changes.length).toBe(before + 1);
    expect(await renewDue(as('ada'))).toEqual([]);
  });

  it.each([1, 15, 16, 29])('is renewed with one that began %i minutes later, in one commit for both', async (later) => {
    const { as, world } = await memoryLedger();
    const minute = HOUR / 60;
    const both = [await add(as('ada'), 'A'), await add(as('ada'), 'B')].sort();
    await claimTasks(as('ada'), { ids: [both[0] ?? ''], lease: HOUR });
    world.advance(later * minute);
    await claimTasks(as('ada'), { ids: [both[1] ?? ''], lease: HOUR });
    const renewed: string[][] = [];
    for (let passed = 0; passed < 180; passed++) {
      world.advance(minute);
      const ids = await renewDue(as('ada'));
      if (ids.length > 0) renewed.push([...ids].sort());
    }
    expect(renewed.length).toBeLessThanOrEqual(7);
    // The first time the second lease may be too young.
    expect(renewed.slice(1)).toEqual(renewed.slice(1).map(() => both));
  });

  it('is like no other claim, also of the same actor in the same second', async () => {
    const { as, world } = await memoryLedger();
    const a = await add(as('ada'), 'A');
    const one = await claimTasks(as('ada'), { ids: [a] });
    await releaseTasks(as('ada'), { ids: [a] });
    const two = await claimTasks(as('ada'), { ids: [a] });
    expect(one.tasks[0]?.claim?.id).toMatch(/^[0-9a-z]{16}$/);
    expect(two.tasks[0]?.claim?.id).not.toBe(one.tasks[0]?.claim?.id);
    expect(world.now()).toBe(START);
  });

  it('without an end is given back by others only with a reason', async () => {
    const { as, world } = await memoryLedger();
    const a = await add(as('ada'), 'A');
    await claimTasks(as('ada'), { ids: [a], hold: true });
    world.advance(1000 * HOUR);
    expect(await failure(releaseTasks(as('bob'), { ids: [a] }))).toMatchObject({
      code: 'claimed',
      message: /ada, term 1, without an end/,
    });
    const forced = await releaseTasks(as('bob'), { ids: [a] }, { force: true, reason: 'left the team' });
    expect(forced.tasks[0]).toMatchObject({ status: 'pending', claim: { term: 1 } });
  });

  it('with an end is not taken for a hold because its holder asks for one', async () => {
    const { as } = await memoryLedger();
    const a = await add(as('ada'), 'A');
    await claimTasks(as('ada'), { ids: [a] });
    expect(await failure(claimTasks(as('ada'), { ids: [a], hold: true }))).toMatchObject({
      code: 'status',
      hint: /renew \w+ --lease/,
    });
    await releaseTasks(as('ada'), { ids: [a] });
    for (const again of [false, true]) {
      expect(await claimTasks(as('ada'), { ids: [a], hold: true })).toMatchObject({ already: again });
    }
  });

  it('of another is not to be claimed instead of renewed', async () => {
    const { as } = await memoryLedger();
    const a = await add(as('ada'), 'A');
    expect(await failure(renewTasks(as('bob'), { ids: [a] }))).toMatchObject({ hint: /^Claim it with/ });
    await claimTasks(as('ada'), { ids: [a] });
    expect(await failure(renewTasks(as('bob'), { ids: [a] }))).toMatchObject({ code: 'claimed', hint: /^Wait for/ });
  });

  it('is not there in a list where nothing is open, whatever is in others', async () => {
    const { as } = await memoryLedger();
    await add(as('ada'), 'A', { list: 'one' });
    expect(await claimNext(as('ada', { list: 'two' }))).toMatchObject({ status: 'none', open: 0 });
  });

  it('is of the pair of actor and session: namesakes in two sessions are two holders', async () => {
    const { as } = await memoryLedger();
    const a = await add(as('ada'), 'A');
    const one = as('ada', { otherwise: { session: 's1' } });
    const two = as('ada', { otherwise: { session: 's2' } });
    await claimTasks(one, { ids: [a] });
    for (const other of [two, as('ada'), as('agent', { otherwise: { session: 's1' } })]) {
      expect(await failure(claimTasks(other, { ids: [a] }))).toMatchObject({
        code: 'claimed',
        message: /ada \(session s1\), term 1, until/,
      });
    }
  });

  it('of the best ready task is one step, and nothing ready is an answer', async () => {
    const { as } = await memoryLedger();
    await add(as('ada'), 'Later', { priority: 3 });
    const first = await add(as('ada'), 'First', { priority: 0, labels: ['api'] });
    expect(await claimNext(as('bob'), { labels: ['api'] })).toMatchObject({ status: 'claimed', task: { id: first } });
    expect(await claimNext(as('bob'), { labels: ['api'] })).toMatchObject({ status: 'none', open: 2 });
  });

  it('cannot be made on what is completed; that is reopened first', async () => {
    const { as } = await memoryLedger();
    const a = await add(as('ada'), 'A');
    await completeTasks(as('ada'), { ids: [a] });
    expect(await failure(claimTasks(as('ada'), { ids: [a] }))).toMatchObject({ code: 'status' });
    await reopenTasks(as('ada'), { ids: [a] });
    expect((await claimTasks(as('ada'), { ids: [a] })).tasks[0]?.status).toBe('in_progress');
  });
});

describe('a batch', () => {
  it('is one commit in which later lines build on earlier ones', async () => {
    const { as } = await memoryLedger();
    const lines = [
      { verb: 'add', name: 'a', subject: 'A' },
      { verb: 'add', name: 'b', subject: 'B', blockedBy: ['@a'] },
      { verb: 'done', id: '@a' },
      { verb: 'claim', id: '@b' },
      { verb: 'note', id: '@b', text: 'on it' },
    ];
    const answer = await runBatch(as('ada'), { lines: lines.map((line) => JSON.stringify(line)).join('\n') });
    expect(answer).toMatchObject({ commits: 1, changed: true });
    expect((await logChanges(as('ada'))).changes[0]?.subject).toBe('batch: 5 operations');
    expect((await showTask(as('ada'), answer.results[1]?.ids[0] ?? '')).task.status).toBe('in_progress');
  });

  it('is all or nothing, and names the line that was refused', async () => {
    const { as } = await memoryLedger();
    const lines = '{"verb":"add","subject":"A"}\n{"verb":"done","id":"nope"}';
    expect(await failure(runBatch(as('ada'), { lines }))).toMatchObject({ code: 'not-found', data: { line: 2 } });
    expect((await listTasks(as('ada'))).total).toBe(0);
    const unknown = await failure(runBatch(as('ada'), { lines: '{"verb":"add","subject":"A","colour":"red"}' }));
    expect(unknown.message).toContain('colour');
  });

  it.each([false, true])('calls what it did not store by name or line, a commit of each: %j', async (each) => {
    const { as } = await memoryLedger();
    const old = await add(as('ada'), 'Old');
    const long = [
      { verb: 'add', name: 'a', subject: 'A' },
      { verb: 'add', subject: 'x'.repeat(1001) },
    ];
    const circle = [{ verb: 'add', name: 'b', subject: 'B', blockedBy: [old], parent: old }];
    const refusals: unknown[] = [];
    for (const lines of [long, circle]) {
      const text = lines.map((line) => JSON.stringify(line)).join('\n');
      const { message, hint, data } = await failure(runBatch(as('ada'), { lines: text, each }));
      refusals.push([message.replaceAll(old.slice(0, 4), 'OLD'), hint, data['line']]);
    }
    expect(refusals).toEqual([
      ['line 2: subject is longer than 1000 characters', expect.stringMatching(/^Nothing was written/), 2],
      [
        expect.stringMatching(/each other: (OLD -> @b -> OLD|@b -> OLD -> @b)$/),
        'Leave one of these edges out',
        undefined,
      ],
    ]);
    expect((await listTasks(as('ada'))).total).toBe(1);
  });

  it('can make a commit of each line, still all or nothing', async () => {
    const { as } = await memoryLedger();
    const lines = [1, 2, 3].map((n) => JSON.stringify({ verb: 'add', subject: `T${n}` })).join('\n');
    expect(await runBatch(as('ada'), { lines, each: true })).toMatchObject({ commits: 3 });
    expect((await logChanges(as('ada'))).changes.map(({ subject }) => subject.replace(/ .*:/, ':'))).toEqual([
      'add: T3',
      'add: T2',
      'add: T1',
      'Begin the ledger',
    ]);
  });
});

describe('a series of changes', () => {
  it('may change one task again and again, each time from what the change before left', async () => {
    const { as } = await memoryLedger();
    const id = await add(as('ada'), 'A', { description: 'text' });
    const lines = [0, 1, 2].map((priority) => JSON.stringify({ verb: 'set', id, priority }));
    lines.push(JSON.stringify({ verb: 'claim', id }), JSON.stringify({ verb: 'done', id, result: 'fine' }));
    expect(await runBatch(as('ada'), { lines: lines.join('\n'), each: true })).toMatchObject({ commits: 5 });
    expect((await showTask(as('ada'), id)).task).toMatchObject({ status: 'completed', priority: 2, result: 'fine' });
  });
});

describe('the state of the past', () => {
  it('is read at a commit, a number of steps back, or a time', async () => {
    const { as, world } = await memoryLedger();
    const { commit } = await addTask(as('ada'), { subject: 'A' });
    world.advance(HOUR);
    await add(as('ada'), 'B');
    for (const at of [commit, commit.slice(0, 10), 'tasks~1', '@~', '2026-06-01T12:30:00Z']) {
      expect((await listTasks(as('ada', { at }))).tasks.map(({ subject }) => subject)).toEqual(['A']);
    }
    expect((await failure(listTasks(as('ada', { at: 'nothing' })))).code).toBe('not-found');
    expect((await failure(addTask(as('ada', { at: commit }), { subject: 'x' }))).code).toBe('usage');
  });
});

/** Whatever both sides do and whenever the mirror runs: in the end they are alike, and nothing is lost. */
import { cpSync, existsSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addTask } from '../../src/app/add.ts';
import { initLedger } from '../../src/app/init.ts';
import { cancelTasks, claimTasks, completeTasks, releaseTasks, reopenTasks } from '../../src/app/life.ts';
import { mirrorClaude } from '../../src/app/mirror.ts';
import { openSession, type Session } from '../../src/app/session.ts';
import { setTasks } from '../../src/app/set.ts';
import { TasksError } from '../../src/errors.ts';
import type { Task } from '../../src/task/types.ts';
import { processWorld } from '../../src/world.ts';
import { git, scratchFolder, scratchRepository } from '../support/git.ts';
import { type NativeFile, type NativeWriter, nativeWriter } from '../support/native-writer.ts';

type Step = readonly [side: 'native' | 'ledger' | 'mirror' | 'crash', verb: string, pick: number, other: number];

const NATIVE_VERBS = [
  'create',
  'create',
  'subject',
  'text',
  'start',
  'complete',
  'pause',
  'block',
  'delete',
  'owner',
  'meta',
];
const LEDGER_VERBS = ['add', 'subject', 'text', 'claim', 'release', 'done', 'cancel', 'reopen', 'block', 'unblock'];

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.constant('native' as const), fc.constantFrom(...NATIVE_VERBS), fc.nat(9), fc.nat(9)),
  fc.tuple(fc.constant('ledger' as const), fc.constantFrom(...LEDGER_VERBS), fc.nat(9), fc.nat(9)),
  fc.tuple(fc.constant('mirror' as const), fc.constant(''), fc.constant(0), fc.constant(0)),
  fc.tuple(fc.constant('crash' as const), fc.constant(''), fc.nat(1), fc.constant(0)),
);

async function tasksOf(session: Session): Promise<Task[]> {
  const snapshot = await session.read();
  return snapshot.tasks(Array.from({ length: snapshot.table.size }, (_, row) => snapshot.table.id(row)));
}

async function actNatively(native: NativeWriter, [, verb, pick, other]: Step, said: string[]): Promise<void> {
  const text = `native-${said.length}.`;
  if (verb === 'create') {
    said.push(text);
    await native.create(text);
    return;
  }
  const ids = native.ids();
  const id = ids[pick % Math.max(1, ids.length)];
  const second = ids[other % Math.max(1, ids.length)];
  if (id === undefined || second === undefined) return;
  if (verb === 'subject') await native.update(id, { subject: said[said.push(text) - 1] ?? '' });
  if (verb === 'text') await native.update(id, { description: `${text}\n` });
  if (verb === 'start') await native.update(id, { status: 'in_progress' });
  if (verb === 'complete') await native.update(id, { status: 'completed' });
  if (verb === 'pause') await native.update(id, { status: 'pending' });
  if (verb === 'delete') await native.update(id, { status: 'deleted' });
  if (verb === 'owner') await native.update(id, { owner: `agent-${other % 3}` });
  if (verb === 'meta') await native.update(id, { metadata: { [`k${other % 3}`]: text } });
  if (verb === 'block' && id !== second) await native.update(id, { addBlockedBy: [second] });
}

async function actHere(session: Session, [, verb, pick, other]: Step, said: string[]): Promise<void> {
  const text = `ledger-${said.length}.`;
  if (verb === 'add') {
    said.push(text);
    await addTask(session, { subject: text });
    return;
  }
  const all = await tasksOf(session);
  const id = all[pick % Math.max(1, all.length)]?.id;
  const second = all[other % Math.max(1, all.length)]?.id;
  if (id === undefined || second === undefined) return;
  const ids = [id];
  if (verb === 'subject') {
    await setTasks(session, { ids, subject: text });
    said.push(text);
  }
  if (verb === 'text') await setTasks(session, { ids, description: `${text}\n` });
  if (verb === 'claim') await claimTasks(session, { ids });
  if (verb === 'release') await releaseTasks(session, { ids });
  if (verb === 'done') await completeTasks(session, { ids });
  if (verb === 'cancel') await cancelTasks(session, { ids, unblock: true });
  if (verb === 'reopen') await reopenTasks(session, { ids });
  if (verb === 'block') await setTasks(session, { ids, blockedBy: [second] });
  if (verb === 'unblock') await setTasks(session, { ids, unblock: [second] });
}

interface Crash {
  readonly mirror: () => Promise<void>;
  /** Killed before the native files were written, and not only before the memory of the mirror was. */
  readonly alsoNative: boolean;
}

/** A run whose commits are in the ledger, but whose later steps never happened. */
async function crash({ repository }: Session, list: string, { mirror, alsoNative }: Crash): Promise<void> {
  const folders = [join(repository.commonDir, 'git-tasks', 'mirror'), ...(alsoNative ? [list] : [])];
  for (const folder of folders) if (existsSync(folder)) cpSync(folder, `${folder}.before`, { recursive: true });
  await mirror();
  for (const folder of folders) {
    rmSync(folder, { recursive: true, force: true });
    if (existsSync(`${folder}.before`)) renameSync(`${folder}.before`, folder);
  }
}

/** What the two sides must agree on, by the subject of the task, which no two have in common at the end. */
function nativeSide(files: readonly NativeFile[]): unknown[] {
  const names = new Map(files.map(({ id, subject }) => [id, subject]));
  return files.map(({ subject, description, status, blockedBy, blocks }) => ({
    subject,
    description,
    status,
    waitsFor: blockedBy.flatMap((id) => names.get(id) ?? []).sort(),
    holdsUp: blocks.flatMap((id) => names.get(id) ?? []).sort(),
  }));
}

function ledgerSide(tasks: readonly Task[]): unknown[] {
  const names = new Map(tasks.map(({ id, subject }) => [id, subject]));
  return tasks.map(({ id, subject, description = '', status, blockedBy }) => ({
    subject,
    description,
    status,
    waitsFor: blockedBy.flatMap((other) => names.get(other) ?? []).sort(),
    holdsUp: tasks
      .filter((other) => other.blockedBy.includes(id))
      .map((other) => other.subject)
      .sort(),
  }));
}

it('any interleaving of edits on both sides ends with both alike, and with all that was said', async () => {
  const folder = scratchFolder();
  let runs = 0;
  const property = fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 22 }), async (steps) => {
    const list = join(folder, `list-${++runs}`);
    const session = await openSession(processWorld(), { dir: scratchRepository(), as: 'ledger-agent' });
    await initLedger(session);
    const writer = nativeWriter(list);
    const said: string[] = [];
    const met = new Set<string>();
    const mirror = async (): Promise<void> => {
      for (const { subject, description } of writer.all()) met.add(subject).add(description.trim());
      await mirrorClaude(session, { folder: list });
    };
    for (const one of steps) {
      if (one[0] === 'mirror') await mirror();
      if (one[0] === 'crash') await crash(session, list, { mirror, alsoNative: one[2] === 1 });
      if (one[0] === 'native') await actNatively(writer, one, said);
      // What the rules refuse is not done: that is no failure here.
      if (one[0] === 'ledger')
        await actHere(session, one, said).catch((error: unknown) => expect(error).toBeInstanceOf(TasksError));
    }
    await mirror();
    const tip = (await session.read()).tip;
    // Touched, so that the run looks at all of it.
    for (const id of writer.ids()) utimesSync(join(list, `${id}.json`), 1, 1);
    const again = await mirrorClaude(session, { folder: list });
    expect(again).toMatchObject({ commits: [], written: 0, removed: 0 });
    expect((await session.read()).tip).toBe(tip);
    const tasks = await tasksOf(session);
    const shown = new Set(writer.all().map(({ subject }) => subject));
    const expected = tasks.filter(
      ({ status, subject }) => status !== 'cancelled' && (status !== 'completed' || shown.has(subject)),
    );
    const sorted = (list_: unknown[]): string[] => list_.map((one) => JSON.stringify(one)).sort();
    expect(sorted(nativeSide(writer.all()))).toEqual(sorted(ledgerSide(expected)));
    expectInHistory(session, met);
  });
  await fc.assert(property, { numRuns: process.env['GIT_TASKS_LONG'] === '1' ? 500 : 20 });
}, 1_200_000);

/** What a native file said when the mirror ran is in the ledger's history: in a field, a conflict or a note. */
function expectInHistory({ repository }: Session, met: ReadonlySet<string>): void {
  const history = git(repository.workTree ?? '', 'log', '-p', '--format=', 'tasks');
  expect([...met].filter((text) => !history.includes(text))).toEqual([]);
}

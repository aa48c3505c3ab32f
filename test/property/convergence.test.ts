import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addTask } from '../../src/app/add.ts';
import { closeGates, openGates } from '../../src/app/gate.ts';
import { cancelTasks, claimTasks, completeTasks, releaseTasks, reopenTasks } from '../../src/app/life.ts';
import { lintLedger } from '../../src/app/lint.ts';
import { resolveConflicts } from '../../src/app/resolve.ts';
import { addNote, setTasks } from '../../src/app/set.ts';
import { TasksError } from '../../src/errors.ts';
import type { MemoryRepository } from '../../src/git/memory.ts';
import type { Oid } from '../../src/git/ports.ts';
import { readCommit } from '../../src/ledger/history.ts';
import type { Snapshot } from '../../src/ledger/snapshot.ts';
import type { Task, TaskId } from '../../src/task/types.ts';
import { type CausalRecord, causalRecord } from '../support/causal-record.ts';
import { type Clone, type ForeignMerge, makeClones, mergeForeign } from '../support/memory-clones.ts';

/**
 * A model of people and agents who work on clones: they write, sync through one remote or with each other, crosswise and
 * in any order, some with stock git, some with a host that knows nothing of tasks. Clocks are off by years.
 */
const YEAR = 365 * 86_400_000;
const RUNS = process.env['GIT_TASKS_LONG'] === '1' ? 10_000 : 60;
const FOREIGN: readonly ForeignMerge[] = ['driver', 'driver', 'ours', 'theirs', 'markers', 'our-tree'];
const MEETINGS = ['hub', 'peer', 'foreign'] as const;

/** One step: who, what, on which task, with which other one. The numbers are taken modulo what there is. */
const step = fc.record({ who: fc.nat(6), what: fc.nat(41), a: fc.nat(7), b: fc.nat(7), late: fc.boolean() });
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Model {
  readonly repository: MemoryRepository;
  readonly clones: readonly Clone[];
  readonly record: CausalRecord;
  hub: Oid | undefined;
  counter: number;
}

type Act = (clone: Clone, id: TaskId, context: { other: TaskId; token: string; task: Task }) => Promise<unknown>;

const ACTS: readonly Act[] = [
  ({ session }, id, { token }) => setTasks(session, { ids: [id], subject: `subject ${token}` }),
  ({ session }, id, { token }) => setTasks(session, { ids: [id], activeForm: `doing ${token}` }),
  ({ session }, id, { token }) => setTasks(session, { ids: [id], priority: Number(token.slice(1)) % 5 }),
  ({ session }, id, { token }) => setTasks(session, { ids: [id], metadata: { owner: token } }),
  ({ session }, id, { token }) => setTasks(session, { ids: [id], metadata: { [`k${token}`]: token } }),
  ({ session }, id, { token }) => setTasks(session, { ids: [id], labels: [token] }),
  ({ session }, id, { task }) =>
    setTasks(session, { ids: [id], unlabel: task.labels.slice(0, 1), unblock: task.blockedBy.slice(0, 1) }),
  ({ session }, id, { other }) => setTasks(session, { ids: [id], blockedBy: [other] }),
  ({ session }, id, { other }) => setTasks(session, { ids: [id], blockedBy: [other] }),
  ({ session }, id, { other }) => setTasks(session, { ids: [id], reviews: [other] }),
  ({ session }, id, { token }) => setTasks(session, { ids: [id], gates: [`g${Number(token.slice(1)) % 2}`] }),
  ({ session }, _id, { token }) => openGates(session, { names: [`g${Number(token.slice(1)) % 2}`] }),
  ({ session }, _id, { token }) => closeGates(session, { names: [`g${Number(token.slice(1)) % 2}`] }),
  ({ session }, id, { other, token }) => setTasks(session, { ids: [id], parent: token.endsWith('3') ? null : other }),
  ({ session }, id, { task, token }) => setTasks(session, { ids: [id], description: edited(task.description, token) }),
  ({ session }, id, { task, token }) => setTasks(session, { ids: [id], description: edited(task.description, token) }),
  ({ session }, id, { token }) => addNote(session, { id, text: `note ${token}` }),
  ({ session }, id) => claimTasks(session, { ids: [id] }),
  ({ session }, id) => claimTasks(session, { ids: [id] }, { force: true, reason: 'mine' }),
  ({ session }, id) => releaseTasks(session, { ids: [id] }),
  ({ session }, id, { token }) => completeTasks(session, { ids: [id], result: `result ${token}` }),
  ({ session }, id) => reopenTasks(session, { ids: [id] }),
  ({ session }, id) => cancelTasks(session, { ids: [id], unblock: true }),
  ({ session }, id) => resolveConflicts(session, { id, choice: 'kept' }),
  ({ session }, id) => resolveConflicts(session, { id, choice: 'other' }, { force: true, reason: 'theirs' }),
];

/** A text with a line more, a line less or another line: where, the token decides. */
function edited(text: string | undefined, token: string): string {
  const lines = text === undefined || text === '' ? [] : text.trimEnd().split('\n');
  const at = Number(token.slice(1)) % (lines.length + 1);
  lines.splice(at, Number(token.slice(1)) % 3, `line ${token}`);
  return `${lines.join('\n')}\n`;
}

async function tasksOf(clone: Clone): Promise<Map<TaskId, Task>> {
  return tasksIn(await clone.session.read());
}

async function tasksIn(snapshot: Snapshot): Promise<Map<TaskId, Task>> {
  const ids = Array.from({ length: snapshot.table.size }, (_, row) => snapshot.table.id(row));
  return new Map((await snapshot.tasks(ids)).map((task) => [task.id, task]));
}

/**
 * Makes a change and records what it did; a refused one was never acknowledged. What the ledger mended before it is nobody's
 * new word, and what its author could not see before it was not theirs to replace.
 */
async function write(model: Model, clone: Clone, change: () => Promise<unknown>): Promise<void> {
  const seen = await tasksOf(clone);
  const begun = await clone.tip();
  try {
    await change();
  } catch (error) {
    if (error instanceof TasksError) return;
    throw error;
  }
  const tip = await clone.tip();
  const { author, parents } = await readCommit(model.repository.objects, tip);
  if (tip === begun || author.name !== clone.name) return;
  const from = await tasksIn(await clone.session.ledger.openAt(parents[0] ?? ''));
  for (const [id, after] of await tasksOf(clone)) model.record.saw({ seen: seen.get(id), from: from.get(id), after });
}

async function meet(model: Model, clone: Clone, { a, b, what }: Step): Promise<void> {
  const kind = MEETINGS[what % MEETINGS.length];
  const peer = model.clones[a % model.clones.length] ?? clone;
  if (kind === 'hub') return sync(model, clone);
  if (kind === 'foreign')
    return mergeForeign(model.repository, clone, await peer.tip(), FOREIGN[b % FOREIGN.length] ?? 'ours');
  await clone.session.ledger.join(await peer.tip(), clone.session.author());
}

async function sync(model: Model, clone: Clone): Promise<void> {
  const { ledger } = clone.session;
  if (model.hub !== undefined) await ledger.join(model.hub, clone.session.author());
  model.hub = await clone.tip();
}

async function run(model: Model, one: Step): Promise<void> {
  const clone = model.clones[one.who % model.clones.length];
  if (clone === undefined) return;
  if (one.late) clone.world.advance(40 * 60_000);
  const token = `t${(model.counter += 1)}`;
  const ids = [...(await tasksOf(clone)).keys()].sort();
  const [id, other] = [ids[one.a % (ids.length || 1)], ids[one.b % (ids.length || 1)]];
  const act = ACTS[one.what];
  if (one.what >= ACTS.length + 3) await meet(model, clone, one);
  else if (act === undefined || id === undefined || other === undefined) {
    await write(model, clone, () => addTask(clone.session, { subject: `task ${token}` }));
  } else {
    const task = await (await clone.session.read()).task(id);
    await write(model, clone, () => act(clone, id, { other, token, task }));
  }
}

async function check(offsets: readonly number[], steps: readonly Step[]): Promise<void> {
  const { repository, clones } = await makeClones(offsets);
  const model: Model = { repository, clones, record: causalRecord(), hub: undefined, counter: 0 };
  for (const one of [{ who: 0, what: ACTS.length, a: 0, b: 0, late: false }, ...steps]) await run(model, one);
  for (const clone of [...clones, ...clones.toReversed()]) await sync(model, clone);
  const trees = await Promise.all(clones.map(async ({ session }) => (await session.read()).tree));
  expect(new Set(trees).size).toBe(1);
  const [first] = clones;
  if (first === undefined) return;
  const { problems } = await lintLedger(first.session);
  // A plan that stands still is no damage: cancelling here and waiting there can end so.
  expect(problems.filter(({ severity, code }) => severity === 'error' && code !== 'stuck')).toEqual([]);
  for (const { reviews, blockedBy } of (await tasksOf(first)).values()) {
    expect(reviews.filter((id) => !blockedBy.includes(id))).toEqual([]);
  }
  expect(model.record.judge(await tasksOf(first))).toEqual([]);
}

describe('clones that merged in any order, with us or without', () => {
  it(
    'hold the same, without circles, and nothing that was acknowledged is lost',
    async () => {
      const offsets = fc.array(fc.integer({ min: -20 * YEAR, max: 20 * YEAR }), { minLength: 3, maxLength: 7 });
      const steps = fc.array(step, { minLength: 5, maxLength: 60, size: 'max' });
      await fc.assert(fc.asyncProperty(offsets, steps, check), { numRuns: RUNS });
    },
    RUNS * 5000,
  );
});

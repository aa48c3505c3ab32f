/** The life of a task: claim, renew, release, done, reopen, cancel. The rules themselves are the ledger's. */
import { TasksError } from '../errors.ts';
import { isReady, readinessAt } from '../graph/readiness.ts';
import { NONE } from '../graph/table.ts';
import { blockedRowsOfRow, neighbours } from '../graph/walk.ts';
import { isHolder, leaseState, nextClaim, renewedClaim } from '../lease/lease.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { normalizeText } from '../task/text.ts';
import type { TaskId } from '../task/types.ts';
import {
  answerTasks,
  makeChange,
  type PlanContext,
  type PlanVerb,
  type TasksAnswer,
  type WriteOptions,
} from './change.ts';
import type { Session } from './session.ts';
import type { Workbench } from './workbench.ts';

/** Tasks that a verb is to act on. */
export interface TasksInput {
  readonly ids: readonly string[];
}

export interface ClaimInput extends TasksInput {
  /** Length of the lease in milliseconds; undefined: as configured. */
  readonly lease?: number | undefined;
  /** A claim without an end, for a person. */
  readonly hold?: boolean | undefined;
}

export interface DoneInput extends TasksInput {
  /** What came out of it, for whoever works on what this blocked. */
  readonly result?: string | undefined;
}

export interface CancelInput extends TasksInput {
  /** Cancels what waits for the tasks, and their children, as well. */
  readonly cascade?: boolean | undefined;
  /** Lets what waits for the tasks go on without them. */
  readonly unblock?: boolean | undefined;
}

/** The answer of `claim`: `already` when the caller held all of it before. */
export interface ClaimAnswer extends TasksAnswer {
  readonly already: boolean;
}

/** The answer of `done`. */
export interface DoneAnswer extends TasksAnswer {
  /** Tasks that waited for these, or hold them as parts, and are ready now. */
  readonly unblocked: readonly { readonly id: TaskId; readonly subject: string }[];
}

/** Takes tasks and starts them: owner, lease, `in_progress`. */
export async function claimTasks(
  session: Session,
  input: ClaimInput,
  options: WriteOptions = {},
): Promise<ClaimAnswer> {
  const change = await makeChange(session, (bench, context) => planClaim(bench, input, context), options);
  return { ...(await answerTasks(session, change)), already: !change.changed };
}

/** Extends the leases of tasks that the caller holds. */
export async function renewTasks(
  session: Session,
  input: ClaimInput,
  options: WriteOptions = {},
): Promise<TasksAnswer> {
  return run(session, (bench, context) => planRenew(bench, input, context), options);
}

/** Gives tasks back: they are pending again. */
export async function releaseTasks(
  session: Session,
  input: TasksInput,
  options: WriteOptions = {},
): Promise<TasksAnswer> {
  return run(session, (bench) => planRelease(bench, input), options);
}

/** Completes tasks. */
export async function completeTasks(
  session: Session,
  input: DoneInput,
  options: WriteOptions = {},
): Promise<DoneAnswer> {
  const change = await makeChange(session, (bench, context) => planDone(bench, input, context), options);
  const answer = await answerTasks(session, change);
  const { snapshot } = change;
  const unblocked = change.changed ? readyAfter(snapshot, change.result, session.world.now()) : [];
  const shortIds = { ...answer.shortIds, ...Object.fromEntries(unblocked.map(({ id }) => [id, snapshot.short(id)])) };
  return { ...answer, shortIds, unblocked };
}

/** What waited for these tasks, or has them as parts, and is ready. */
function readyAfter(snapshot: Snapshot, ids: readonly TaskId[], now: number): DoneAnswer['unblocked'] {
  const { table } = snapshot;
  const waiting = ids.flatMap((id) => {
    const row = table.rowOf(id);
    return [...blockedRowsOfRow(table, row), table.parent(row)];
  });
  const readiness = readinessAt(table, now);
  const ready = [...new Set(waiting)].filter((row) => row >= 0 && isReady(readiness, row));
  return ready.map((row) => ({ id: table.id(row), subject: table.summary(row).subject }));
}

/** Opens completed or cancelled tasks again. */
export async function reopenTasks(
  session: Session,
  input: TasksInput,
  options: WriteOptions = {},
): Promise<TasksAnswer> {
  return run(session, (bench) => planReopen(bench, input), options);
}

/** Gives tasks up. */
export async function cancelTasks(
  session: Session,
  input: CancelInput,
  options: WriteOptions = {},
): Promise<TasksAnswer> {
  return run(session, (bench) => planCancel(bench, input), options);
}

async function run(session: Session, plan: PlanVerb<TaskId[]>, options: WriteOptions): Promise<TasksAnswer> {
  return answerTasks(session, await makeChange(session, plan, options));
}

/** Plans claims. What the caller holds already stays as it is. */
export async function planClaim(bench: Workbench, input: ClaimInput, context: PlanContext): Promise<TaskId[]> {
  const ids = named(bench, input);
  const { author, now } = context;
  const lease = input.hold === true ? undefined : (input.lease ?? context.lease);
  for (const id of ids) {
    const task = await bench.task(id);
    if (leaseState(task.claim, now) === 'live' && isHolder(task, author)) continue;
    const claim = nextClaim(task.claim, author, { lease, now });
    await bench.push({ op: 'claim', id, owner: author.actor, claim });
  }
  return ids;
}

/** Plans renewals. An expired lease that nobody took over is renewed too: its holder is alive after all. */
export async function planRenew(bench: Workbench, input: ClaimInput, context: PlanContext): Promise<TaskId[]> {
  const ids = named(bench, input);
  for (const id of ids) {
    const task = await bench.task(id);
    if (task.claim === undefined || leaseState(task.claim, context.now) === 'free' || !isHolder(task, context.author)) {
      throw new TasksError('claimed', `${id} is not held by ${context.author.actor}`, {
        hint: `Claim it with: git tasks claim ${id}`,
        data: { id, owner: task.owner, claim: task.claim },
      });
    }
    const terms = { lease: input.lease ?? context.lease, now: context.now };
    await bench.push({ op: 'renew', id, claim: renewedClaim(task.claim, terms) });
  }
  return ids;
}

/** Plans releases. */
export async function planRelease(bench: Workbench, input: TasksInput): Promise<TaskId[]> {
  return each(bench, input, (id) => bench.push({ op: 'release', id }));
}

/** Plans completions. A task that is completed already stays as it is. */
export async function planDone(bench: Workbench, input: DoneInput, { author }: PlanContext): Promise<TaskId[]> {
  const result = input.result === undefined ? '' : normalizeText(input.result).trimEnd();
  return each(bench, input, async (id) => {
    const { status } = await bench.task(id);
    if (status === 'completed' && result === '') return;
    await bench.push({ op: 'complete', id, by: author.actor, ...(result !== '' && { result }) });
  });
}

/** Plans reopenings. */
export async function planReopen(bench: Workbench, input: TasksInput): Promise<TaskId[]> {
  return each(bench, input, (id) => bench.push({ op: 'reopen', id }));
}

/** Plans cancellations, and what becomes of those that wait. */
export async function planCancel(bench: Workbench, input: CancelInput): Promise<TaskId[]> {
  if (input.cascade === true && input.unblock === true) {
    throw new TasksError('usage', '--cascade cancels what waits, --unblock lets it go on', { hint: 'Choose one' });
  }
  const ids = named(bench, input);
  const all = input.cascade === true ? closure(bench, ids) : ids;
  for (const id of all) {
    if (!ids.includes(id) || (await bench.task(id)).status !== 'cancelled') await bench.push({ op: 'cancel', id });
  }
  if (input.unblock === true) await unblockWaiters(bench, ids);
  return all;
}

async function unblockWaiters(bench: Workbench, ids: readonly TaskId[]): Promise<void> {
  const { snapshot } = bench;
  for (const id of ids) {
    const row = snapshot.table.rowOf(id);
    if (row === NONE) continue;
    for (const waiter of neighbours(snapshot.blocks, row)) {
      if (!snapshot.table.isOpen(waiter)) continue;
      await bench.push({ op: 'edit', id: snapshot.table.id(waiter), edit: { remove: { blockedBy: [id] } } });
    }
  }
}

/** The tasks with all open tasks that wait for them and all their open children, and so on. */
function closure({ snapshot }: Workbench, ids: readonly TaskId[]): TaskId[] {
  const { table } = snapshot;
  const found = new Set(ids.map((id) => table.rowOf(id)).filter((row) => row !== NONE));
  for (const row of found) {
    for (const other of [...neighbours(snapshot.blocks, row), ...neighbours(snapshot.children, row)]) {
      if (table.isOpen(other)) found.add(other);
    }
  }
  return [...new Set([...ids, ...[...found].map((row) => table.id(row))])];
}

async function each(bench: Workbench, input: TasksInput, act: (id: TaskId) => Promise<void>): Promise<TaskId[]> {
  const ids = named(bench, input);
  for (const id of ids) {
    await bench.task(id);
    await act(id);
  }
  return ids;
}

function named(bench: Workbench, input: TasksInput): TaskId[] {
  if (input.ids.length === 0) throw new TasksError('usage', 'No task named', { hint: 'Give at least one id' });
  return [...new Set(input.ids.map((name) => bench.find(name)))];
}

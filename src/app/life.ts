/** The life of a task: claim, renew, release, done, reopen, cancel. The rules themselves are the ledger's. */
import { TasksError } from '../errors.ts';
import { isReady, readinessAt } from '../graph/readiness.ts';
import { NONE } from '../graph/table.ts';
import { blockedRowsOfRow, neighbours } from '../graph/walk.ts';
import { confirmedClaim, isHolder, leaseState, nextClaim } from '../lease/lease.ts';
import { noHoldOf } from '../ledger/rules.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { normalizeText } from '../task/text.ts';
import type { Claim, TaskId } from '../task/types.ts';
import {
  answerTasks,
  makeChange,
  type PlanContext,
  type PlanVerb,
  type TasksAnswer,
  type WriteOptions,
} from './change.ts';
import { evidenceOf, runsFor } from './checks/plan-proofs.ts';
import type { Proof } from './checks/runs.ts';
import { findProofs } from './proofs.ts';
import type { ClaimMarks } from './claim-marks.ts';
import type { ClaimOutcome } from './commit-claims.ts';
import type { Session } from './session.ts';
import { startedBehind, type StartedTask } from './started-behind.ts';
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
  /** Commits, addresses and files that show what was done. */
  readonly evidence?: readonly string[] | undefined;
  /** The folder that paths of files start from; the current one when undefined. Absolute. */
  readonly folder?: string | undefined;
  /** Ticks every line of `acceptance` that is not ticked yet. */
  readonly tickAll?: boolean | undefined;
}

/** What `planDone` works with: the evidence is looked up. */
export interface DonePlan extends TasksInput, Pick<DoneInput, 'result' | 'tickAll'> {
  readonly proofs?: readonly Proof[] | undefined;
}

export interface CancelInput extends TasksInput {
  /** Cancels what waits for the tasks, and their children, as well. */
  readonly cascade?: boolean | undefined;
  /** Lets what waits for the tasks go on without them. */
  readonly unblock?: boolean | undefined;
}

export interface ReopenInput extends TasksInput {
  /** Opens the closed tasks that these are parts of, as well. */
  readonly parents?: boolean | undefined;
}

/** The answer of `reopen`. */
export interface ReopenAnswer extends TasksAnswer {
  /** What waits for these tasks and had been started or completed: it waits again, or was done on their word. */
  readonly affected: readonly StartedTask[];
}

/** The answer of `claim`: `already` when the caller held all of it before. */
export interface ClaimAnswer extends TasksAnswer {
  readonly already: boolean;
  /** How sure the new claims are; undefined when there is none. */
  readonly claimed?: ClaimOutcome;
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
  const plan: PlanVerb<TaskId[]> = (bench, context) => planClaim(bench, input, context);
  const change = await makeChange(session, plan, { ...options, claims: 'claim' });
  const already = !change.changed && change.claimed === undefined;
  return { ...(await answerTasks(session, change)), already, ...(change.claimed && { claimed: change.claimed }) };
}

/** Gives tasks back: they are pending again. */
export async function releaseTasks(
  session: Session,
  input: TasksInput,
  options: WriteOptions = {},
): Promise<TasksAnswer> {
  return run(session, (bench) => planRelease(bench, input), { ...options, claims: 'tell' });
}

/** Completes tasks. */
export async function completeTasks(
  session: Session,
  input: DoneInput,
  options: WriteOptions = {},
): Promise<DoneAnswer> {
  const proofs = await findProofs(session, input);
  const change = await makeChange(session, (bench, context) => planDone(bench, { ...input, proofs }, context), {
    ...options,
    claims: 'finish',
  });
  const answer = await answerTasks(session, change);
  const { snapshot } = change;
  const unblocked = change.changed ? readyAfter(snapshot, change.result, session.world.now()) : [];
  const shortIds = { ...answer.shortIds, ...Object.fromEntries(unblocked.map(({ id }) => [id, snapshot.short(id)])) };
  return { ...answer, shortIds, unblocked };
}

/** What waited for these tasks, or has them as parts, and is ready. */
export function readyAfter(snapshot: Snapshot, ids: readonly TaskId[], now: number): DoneAnswer['unblocked'] {
  const { table } = snapshot;
  const waiting = ids.flatMap((id) => {
    const row = table.rowOf(id);
    return [...blockedRowsOfRow(table, row), table.parent(row)];
  });
  const readiness = readinessAt(table, now);
  const ready = [...new Set(waiting)].filter((row) => row >= 0 && isReady(readiness, row));
  return ready.map((row) => ({ id: table.id(row), subject: table.summary(row).subject }));
}

/** Opens completed or cancelled tasks again, and says what went on without them. */
export async function reopenTasks(
  session: Session,
  input: ReopenInput,
  options: WriteOptions = {},
): Promise<ReopenAnswer> {
  const change = await makeChange(session, (bench) => planReopen(bench, input), options);
  const answer = await answerTasks(session, change);
  const { snapshot } = change;
  const affected = change.changed ? startedBehind(snapshot.table, change.result) : [];
  const shortIds = { ...answer.shortIds, ...Object.fromEntries(affected.map(({ id }) => [id, snapshot.short(id)])) };
  return { ...answer, shortIds, affected };
}

/** Gives tasks up. */
export async function cancelTasks(
  session: Session,
  input: CancelInput,
  options: WriteOptions = {},
): Promise<TasksAnswer> {
  return run(session, (bench) => planCancel(bench, input), { ...options, claims: 'finish' });
}

async function run(session: Session, plan: PlanVerb<TaskId[]>, options: WriteOptions): Promise<TasksAnswer> {
  return answerTasks(session, await makeChange(session, plan, options));
}

/** Plans claims. What the caller holds already stays as it is, but a provisional claim is put to the remote again. */
export async function planClaim(bench: Workbench, input: ClaimInput, context: PlanContext): Promise<TaskId[]> {
  const ids = named(bench, input);
  const { author, now, claims } = context;
  for (const id of ids) {
    const { owner, claim } = await bench.task(id);
    const state = leaseState(claim, now, bench.snapshot.table.sightings);
    if (claim !== undefined && state === 'live' && isHolder({ owner, claim }, author)) {
      if (claims?.has(claim.id) === true) claims.met = true;
      if (input.hold === true && claim.hold !== true) throw noHoldOf(id, bench.snapshot.short(id));
      await confirmOwn(bench, { id, claim }, claims);
    } else await takeTask(bench, { id, claim, input }, context);
  }
  return ids;
}

interface Taking {
  readonly id: TaskId;
  readonly claim: Claim | undefined;
  readonly input: ClaimInput;
}

async function takeTask(bench: Workbench, { id, claim, input }: Taking, context: PlanContext): Promise<void> {
  const { author, now, claims } = context;
  const lease = input.hold === true ? undefined : (input.lease ?? context.lease);
  const unique = claims?.idFor(id, (claim?.term ?? 0) + 1) ?? bench.freshId();
  const next = nextClaim(claim, author, { lease, now, id: unique, provisional: claims?.way === 'provisional' });
  await bench.push({ op: 'claim', id, owner: author.actor, claim: next });
  if (claims !== undefined) claims.waits = true;
}

/** Takes the mark off a claim that the remote may confirm now. */
async function confirmOwn(
  bench: Workbench,
  { id, claim }: { readonly id: TaskId; readonly claim: Claim },
  claims: ClaimMarks | undefined,
): Promise<void> {
  if (claims?.way !== 'confirming' || claim.provisional !== true) return;
  claims.waits = true;
  await bench.push({ op: 'renew', id, claim: confirmedClaim(claim) });
}

/** Plans releases. */
export async function planRelease(bench: Workbench, input: TasksInput): Promise<TaskId[]> {
  return each(bench, input, (id) => bench.push({ op: 'release', id }));
}

/** Plans completions. A task that is completed already stays as it is, unless there is something to say of it. */
export async function planDone(bench: Workbench, input: DonePlan, context: PlanContext): Promise<TaskId[]> {
  const { proofs = [], tickAll } = input;
  const result = input.result === undefined ? '' : normalizeText(input.result).trimEnd();
  return each(bench, input, async (id) => {
    const task = await bench.task(id);
    if (task.status === 'completed' && result === '' && proofs.length === 0) return;
    if (tickAll === true) await bench.push({ op: 'edit', id, edit: { add: { accepted: task.acceptance } } });
    const evidence = evidenceOf(bench, [...runsFor(task, context), ...proofs], context);
    const by = context.author.actor;
    await bench.push({
      op: 'complete',
      id,
      by,
      ...(result !== '' && { result }),
      ...(evidence.length > 0 && { evidence }),
    });
  });
}

/** Plans reopenings, where asked also of the closed tasks that these are parts of. */
export async function planReopen(bench: Workbench, input: ReopenInput): Promise<TaskId[]> {
  const opened = new Set<TaskId>();
  const reopen = async (id: TaskId): Promise<void> => {
    if (opened.has(id)) return;
    opened.add(id);
    await bench.push({ op: 'reopen', id });
  };
  const ids = await each(bench, input, reopen);
  if (input.parents !== true) return ids;
  for (const id of opened) {
    const { parent } = await bench.task(id);
    const above = parent === undefined ? undefined : await bench.get(parent);
    if (above?.status === 'completed' || above?.status === 'cancelled') await reopen(above.id);
  }
  return [...opened];
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

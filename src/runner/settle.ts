/** What a try comes to in the ledger when its command has ended. */
import { makeChange, type PlanVerb } from '../app/change.ts';
import { planAdd } from '../app/add.ts';
import { planCancel, planClaim, planDone, planRelease, readyAfter } from '../app/life.ts';
import { actingAs, openSession, type Session } from '../app/session.ts';
import { planNote } from '../app/set.ts';
import { TasksError } from '../errors.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import type { TaskView } from '../app/task-view.ts';
import type { Status, TaskId } from '../task/types.ts';
import { type Fleet, runTask, warn } from './fleet.ts';
import type { RunTask, TryEnd } from './run-event.ts';

/** How the command itself ended. */
export interface CommandResult {
  readonly exit?: number;
  readonly signal?: string;
  readonly timedOut?: true;
  readonly seconds: number;
  readonly tail: string;
  /** Why it could not be started. */
  readonly trouble?: string;
}

/** A try that is to be settled. */
export interface Claimed {
  readonly view: TaskView;
  readonly actor: string;
  readonly attempt: number;
  /** Whether there may be another try after this one. */
  readonly isLast: boolean;
  /** The worktree that the command ran in. */
  readonly worktree: string | undefined;
  /** Whether the run has lost the claim. */
  isLost(): boolean;
}

/** Between two questions whether the remote takes an end: at first, and at most; in milliseconds. */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 10_000;

/** What a try came to. */
export type Settled = Pick<TryEnd, 'outcome' | 'status' | 'unblocked'> & { readonly reason?: string };

/** Settles a try: completes the task, gives it back, or leaves it as the command left it. */
export async function settleTry(fleet: Fleet, claimed: Claimed, result: CommandResult): Promise<Settled> {
  const { session, options } = fleet;
  const before = await session.ledger.open();
  if (claimed.isLost() || !isOurs(before, claimed, fleet)) return leftAsItIs(fleet, before, claimed);
  try {
    if (result.exit === 0 && result.timedOut !== true) return await complete(fleet, claimed);
    if (options.stop.aborted && result.timedOut !== true) return await giveBack(fleet, claimed);
    return await fail(fleet, claimed, { reason: reasonOf(result), tail: result.tail });
  } catch (error) {
    if (!(error instanceof TasksError)) throw error;
    if (error.code === 'interrupted') return giveBack(fleet, claimed);
    if (error.code === 'claimed') return leftAsItIs(fleet, await session.ledger.open(), claimed);
    if (error.code === 'blocked') return handOn(fleet, claimed, error);
    return fail(fleet, claimed, { reason: error.message, tail: result.tail });
  }
}

/** Whether the task is still held by this very claim; one that has run out is, until somebody takes it. */
function isOurs({ table }: Snapshot, { view, actor }: Claimed, { folder }: Fleet): boolean {
  const row = table.rowOf(view.id);
  if (row < 0 || table.status(row) !== 'in_progress') return false;
  const { owner, claim } = table.summary(row);
  return owner === actor && claim?.session === folder.run && claim.term === view.claim?.term && claim.hold !== true;
}

async function leftAsItIs(fleet: Fleet, snapshot: Snapshot, claimed: Claimed): Promise<Settled> {
  const { view } = claimed;
  const status = statusOf(snapshot, view.id);
  const isDone = status === 'completed';
  if (isDone && fleet.options.review) {
    await makeChange(actingAs(fleet.session, claimed.actor), (bench, context) => planReview(view)(bench, context));
  }
  const unblocked = isDone ? unblockedBy(fleet, snapshot, view.id) : [];
  return { outcome: claimed.isLost() ? 'lost' : 'left', status, unblocked };
}

async function complete(fleet: Fleet, claimed: Claimed): Promise<Settled> {
  const { view } = claimed;
  const plan: PlanVerb<void> = async (bench, context) => {
    await planDone(bench, { ids: [view.id] }, context);
    if (fleet.options.review) await planReview(view)(bench, context);
  };
  const { snapshot } = await insist(fleet, claimed, async () =>
    makeChange(await sessionOf(fleet, claimed), plan, { claims: 'finish' }),
  );
  return { outcome: 'completed', status: 'completed', unblocked: unblockedBy(fleet, snapshot, view.id) };
}

/**
 * The work is done, and only the remote does not say so (tasks.claim is remote): it is asked again for as long as the claim
 * lasts, rather than having the work done once more. Throws what is not for want of the remote, and its last word.
 */
async function insist<T>(fleet: Fleet, claimed: Claimed, finish: () => Promise<T>): Promise<T> {
  const { options, session } = fleet;
  const { world } = session;
  const giveUpAt = world.now() + (options.lease ?? session.lease());
  for (let pause = FIRST_PAUSE; ; pause = Math.min(LONGEST_PAUSE, 2 * pause)) {
    try {
      return await finish();
    } catch (error) {
      if (!(error instanceof TasksError) || error.code !== 'remote') throw error;
      if (options.stop.aborted || claimed.isLost() || world.now() + pause > giveUpAt) throw error;
    }
    await world.sleep(pause);
  }
}

/** Checks judge the code that the command has worked on. */
async function sessionOf({ session }: Fleet, { actor, worktree }: Claimed): Promise<Session> {
  const acting = actingAs(session, actor);
  if (worktree === undefined) return acting;
  const there = await openSession(session.world, { dir: worktree, list: session.onlyList, warn: session.warn });
  return { ...there, author: () => acting.author() };
}

/** What reviews something needs no review itself. A key, so that a task that is opened and done again has one. */
function planReview(view: TaskView): PlanVerb<void> {
  return async (bench, context) => {
    if ((view.reviews ?? []).length > 0) return;
    const { id, list, labels, priority, subject } = view;
    const key = `review/${id}/${view.claim?.term ?? 0}`;
    await planAdd(bench, { subject: `Review: ${subject}`, reviews: [id], list, labels, priority, key }, context);
  };
}

interface Failure {
  readonly reason: string;
  readonly tail: string;
}

async function fail(fleet: Fleet, claimed: Claimed, failure: Failure): Promise<Settled> {
  const { onFail } = fleet.options;
  const { reason } = failure;
  if (!claimed.isLast || onFail === 'release') return giveBack(fleet, claimed, failure);
  const { id } = claimed.view;
  const end: PlanVerb<void> = async (bench, context) => {
    if (onFail === 'cancel') await planCancel(bench, { ids: [id] });
    else {
      await planRelease(bench, { ids: [id] });
      await planClaim(bench, { ids: [id], hold: true }, context);
    }
  };
  try {
    const claims = onFail === 'cancel' ? 'finish' : 'tell';
    await change(fleet, claimed, { failure, end, why: `the last try failed: ${reason}`, claims });
    return { outcome: 'failed', reason, status: onFail === 'cancel' ? 'cancelled' : 'in_progress', unblocked: [] };
  } catch (error) {
    // Others wait for it: what becomes of them is not for a script to say.
    if (!(error instanceof TasksError)) throw error;
    await warn(fleet, `${claimed.view.id} was given back instead: ${error.message}`);
    return giveBack(fleet, claimed, failure);
  }
}

/** Without a failure: the run was ended, or the task waits now. */
async function giveBack(fleet: Fleet, claimed: Claimed, failure?: Failure): Promise<Settled> {
  const { id } = claimed.view;
  const end: PlanVerb<void> = async (bench) => void (await planRelease(bench, { ids: [id] }));
  const why = failure === undefined && fleet.options.stop.aborted ? 'the run was ended' : undefined;
  try {
    await change(fleet, claimed, { failure, end, why, claims: 'tell' });
  } catch (error) {
    if (!(error instanceof TasksError)) throw error;
    return leftAsItIs(fleet, await fleet.session.ledger.open(), claimed);
  }
  if (failure === undefined) return { outcome: 'stopped', status: 'pending', unblocked: [] };
  return { outcome: 'failed', status: 'pending', unblocked: [], reason: failure.reason };
}

/** The command ended well but has put work before the task: that is how one is split up. It comes back when that is done. */
async function handOn(fleet: Fleet, claimed: Claimed, { message }: TasksError): Promise<Settled> {
  const settled = await giveBack(fleet, claimed);
  return { ...settled, outcome: 'left', reason: message };
}

interface Ending {
  readonly failure: Failure | undefined;
  readonly end: PlanVerb<void>;
  readonly why: string | undefined;
  readonly claims: 'finish' | 'tell';
}

async function change(fleet: Fleet, { view, actor, attempt }: Claimed, ending: Ending): Promise<void> {
  const { failure, end, why, claims } = ending;
  const plan: PlanVerb<void> = async (bench, context) => {
    if (failure !== undefined) await planNote(bench, { id: view.id, text: noteOf(fleet, attempt, failure) }, context);
    await end(bench, context);
  };
  await makeChange(actingAs(fleet.session, actor), plan, { claims, ...(why !== undefined && { reason: why }) });
}

function noteOf({ options: { retries }, folder }: Fleet, attempt: number, { reason, tail }: Failure): string {
  const head = `Try ${attempt} of ${retries + 1} failed in ${folder.run}: ${reason}`;
  return tail === '' ? head : `${head}\n\n${tail}`;
}

function reasonOf({ exit, signal, timedOut, trouble }: CommandResult): string {
  if (trouble !== undefined) return trouble;
  if (timedOut === true) return 'it took longer than --timeout allows';
  return signal === undefined ? `exit ${exit ?? '?'}` : `ended by ${signal}`;
}

function statusOf({ table }: Snapshot, id: TaskId): Status | 'missing' {
  const row = table.rowOf(id);
  return row < 0 ? 'missing' : table.status(row);
}

function unblockedBy({ session }: Fleet, snapshot: Snapshot, id: TaskId): RunTask[] {
  return readyAfter(snapshot, [id], session.world.now()).map((task) => runTask(snapshot, task.id));
}

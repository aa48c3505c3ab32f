/** The loop of a run: claims what is ready, starts it, hears of its end, and knows when it is over. */
import { claimTasks } from '../app/life.ts';
import { actingAs } from '../app/session.ts';
import { standstillOf } from '../app/standstill.ts';
import { TasksError } from '../errors.ts';
import { nextMoment } from '../events/clock.ts';
import { type Readiness, readinessAt } from '../graph/readiness.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import type { TaskView } from '../app/task-view.ts';
import type { TaskId } from '../task/types.ts';
import { type Attempt, startAttempt } from './attempt.ts';
import { backOff } from './back-off.ts';
import { bestTask, countSelected, isWorthWaiting, type Selection } from './choose.ts';
import { type Fleet, runTask, tell, warn } from './fleet.ts';
import { giveBackRest, keepUp } from './keep-up.ts';
import { createLosses } from './losses.ts';
import type { RunCounts, RunEnded, RunOutcome, TryEnd } from './run-event.ts';
import { createWake, type Wake } from './wake.ts';

/** A task that could not be claimed although it looked ready is looked at again after this long, in milliseconds. */
const AGAIN = 1000;

/** What the loop knows beside the ledger: nothing of tasks that went well. */
interface Drive {
  readonly fleet: Fleet;
  readonly selection: Selection;
  readonly wake: Wake;
  /** By slot. */
  readonly running: Map<number, Attempt>;
  /** Tasks that failed, or could not be had: how often, and from when on they are wanted again (Infinity: not by this run). */
  readonly troubled: Map<TaskId, { readonly failures: number; readonly from: number }>;
  readonly failFast: () => void;
  completed: number;
  failed: number;
  /** The counts that were told last, as JSON. */
  counts: string;
  /** The first defect or failure of the ledger that ended a try. */
  broken: { readonly error: unknown } | undefined;
}

/** Drives until the end. Throws what no try can go on from, when nothing runs any more. */
export async function driveFleet(fleet: Fleet, failFast: () => void): Promise<Omit<RunEnded, 'seconds' | 'event'>> {
  const { session, options } = fleet;
  const wake = createWake(session.world);
  const drive: Drive = {
    fleet,
    selection: { labels: options.labels, list: session.onlyList },
    wake,
    running: new Map(),
    troubled: new Map(),
    failFast,
    completed: 0,
    failed: 0,
    counts: '',
    broken: undefined,
  };
  const upkeep = keepUp(fleet, () => wake.now());
  const end = (how: 'stop' | 'kill') => (): void => {
    for (const attempt of drive.running.values()) attempt[how]();
    wake.now();
  };
  const [stop, kill] = [end('stop'), end('kill')];
  options.stop.addEventListener('abort', stop);
  options.kill.addEventListener('abort', kill);
  try {
    await tellBeginning(drive);
    await loop(drive);
  } finally {
    options.stop.removeEventListener('abort', stop);
    await Promise.allSettled([...drive.running.values()].map((attempt) => (attempt.stop(), attempt.ended)));
    options.kill.removeEventListener('abort', kill);
    await upkeep.close();
  }
  if (drive.broken !== undefined) throw drive.broken.error;
  return endOf(drive);
}

async function tellBeginning(drive: Drive): Promise<void> {
  const { fleet } = drive;
  const { run } = fleet.folder;
  const counts = countsOf(drive, await look(drive));
  await tell(fleet, { event: 'run-started', run, jobs: fleet.options.jobs, counts });
}

async function loop(drive: Drive): Promise<void> {
  const { fleet, wake, running } = drive;
  const { stop } = fleet.options;
  const losses = createLosses();
  for (;;) {
    const isEnding = (): boolean => stop.aborted || drive.broken !== undefined;
    const rest = isEnding() ? undefined : await startReady(drive, isEnding);
    const state = rest ?? (await look(drive));
    losses.heed(running.values(), state.snapshot, fleet.session.world.now());
    await tellCounts(drive, countsOf(drive, state));
    // Judged by the very look that found nothing to start: a moment later the next try may be due, or another task ready.
    const isOver = isEnding() || (rest?.isQuiet === true && !isWaiting(drive, rest));
    if (running.size === 0 && isOver) return;
    await wake.until(Math.min(nextTry(drive, state), nextMoment(state.snapshot.table, state.readiness.now)));
  }
}

async function tellCounts(drive: Drive, counts: RunCounts): Promise<void> {
  const text = JSON.stringify(counts);
  if (text === drive.counts) return;
  drive.counts = text;
  await tell(drive.fleet, { event: 'counts', counts });
}

interface State {
  readonly snapshot: Snapshot;
  /** As of one moment: what compares with the clock takes the moment from here. */
  readonly readiness: Readiness;
  /** Whether nothing ran when this was looked at: no end of a try is missing in it. */
  readonly isQuiet: boolean;
}

async function look({ fleet: { session }, running }: Drive): Promise<State> {
  const isQuiet = running.size === 0;
  const snapshot = await session.ledger.open();
  return { snapshot, readiness: readinessAt(snapshot.table, session.world.now()), isQuiet };
}

/** Starts what it can. Gives the look that found nothing more to start; undefined where it ended for another reason. */
async function startReady(drive: Drive, isEnding: () => boolean): Promise<State | undefined> {
  for (let slot = freeSlot(drive); slot !== undefined && !isEnding(); slot = freeSlot(drive)) {
    const state = await look(drive);
    const author = drive.fleet.session.author().actor;
    const actors = [`${author}/${slot}`, `${author}/review-${slot}`];
    const best = bestTask(state.readiness, {
      selection: drive.selection,
      actors,
      isOut: (id) => isOut(drive, state, id),
    });
    if (best === undefined) return state;
    const view = await claim(drive, best);
    // The end may have come meanwhile, and only what runs then is told of it. The claim goes back with all that is still held.
    if (isEnding()) return undefined;
    if (view !== undefined) start(drive, { ...best, view, slot, state });
  }
  return undefined;
}

function freeSlot({ fleet, running }: Drive): number | undefined {
  for (let slot = 1; slot <= fleet.options.jobs; slot++) if (!running.has(slot)) return slot;
  return undefined;
}

/** Not now: it runs here, it has to wait for its next try, or the run has given it up. */
function isOut({ running, troubled }: Drive, { readiness: { now } }: State, id: TaskId): boolean {
  const trouble = troubled.get(id);
  if (trouble !== undefined && trouble.from > now) return true;
  for (const attempt of running.values()) if (attempt.task.id === id) return true;
  return false;
}

/** Undefined: somebody else was faster, or the remote cannot say. */
async function claim(
  drive: Drive,
  { id, actor }: { readonly id: TaskId; readonly actor: string },
): Promise<TaskView | undefined> {
  const { fleet, troubled } = drive;
  const { session, options } = fleet;
  try {
    const { tasks } = await claimTasks(actingAs(session, actor), { ids: [id], lease: options.lease });
    return tasks[0];
  } catch (error) {
    if (!(error instanceof TasksError) || error.code === 'usage' || error.code === 'invalid') throw error;
    if (error.code === 'remote') await warn(fleet, error.message);
    const failures = troubled.get(id)?.failures ?? 0;
    troubled.set(id, { failures, from: session.world.now() + (error.code === 'remote' ? options.fetch : AGAIN) });
    return undefined;
  }
}

interface Start {
  readonly id: TaskId;
  readonly actor: string;
  readonly view: TaskView;
  readonly slot: number;
  readonly state: State;
}

function start(drive: Drive, { id, actor, view, slot, state }: Start): void {
  const { fleet, running, troubled, wake } = drive;
  const attempt = startAttempt(fleet, {
    task: runTask(state.snapshot, id),
    view,
    slot,
    actor,
    attempt: (troubled.get(id)?.failures ?? 0) + 1,
  });
  running.set(slot, attempt);
  const heard = async (): Promise<void> => {
    try {
      await hearEnd(drive, await attempt.ended);
      // Of names that no slot has it is not known whose command has made them up, as long as there is another one. What another
      // slot has claimed this very moment may not be running yet.
      const slots = `${fleet.session.author().actor}/`;
      const isUnknown = (owner: string): boolean => running.size === 1 && !owner.startsWith(slots);
      const rest = await giveBackRest(fleet, (owner) => owner === actor || isUnknown(owner));
      // Its own task, claimed anew: the next try would do the same.
      if (rest.includes(id)) troubled.set(id, { failures: attempt.attempt, from: Number.POSITIVE_INFINITY });
    } catch (error) {
      drive.broken ??= { error };
      for (const other of running.values()) other.stop();
    } finally {
      running.delete(slot);
      wake.now();
    }
  };
  void heard();
}

async function hearEnd(drive: Drive, end: TryEnd): Promise<void> {
  const { fleet, troubled } = drive;
  const { options, session } = fleet;
  const { id } = end.task;
  if (end.status === 'completed') {
    drive.completed++;
    troubled.delete(id);
  }
  if (end.outcome !== 'failed') {
    if (isGivenBack(end)) troubled.set(id, { failures: end.attempt, from: Number.POSITIVE_INFINITY });
    await tell(fleet, { event: 'task-ended', ...end });
    return;
  }
  const failures = end.attempt;
  const isFinal = failures > options.retries || options.stop.aborted;
  const chance = (session.world.random(1)[0] ?? 0) / 255;
  const retryIn = isFinal ? Number.POSITIVE_INFINITY : backOff(options.backOff, failures, chance);
  troubled.set(id, { failures, from: session.world.now() + retryIn });
  if (isFinal) drive.failed++;
  await tell(fleet, { event: 'task-ended', ...end, ...(!isFinal && { retryIn }) });
  if (isFinal && options.failFast) drive.failFast();
}

/** What the command gave back itself is not taken again: it knows why. (A reason: work stands before it now.) */
function isGivenBack({ outcome, status, reason }: TryEnd): boolean {
  return outcome === 'left' && status === 'pending' && reason === undefined;
}

/** Whether anything can still come: a try, or what time and others do. */
function isWaiting(drive: Drive, state: State): boolean {
  const { fleet, troubled, selection } = drive;
  const { readiness } = state;
  if (nextTry(drive, state) < Number.POSITIVE_INFINITY && isTryComing(drive, readiness)) return true;
  if (fleet.options.until === 'idle') return false;
  return isWorthWaiting(readiness, selection, (id) => troubled.get(id)?.from === Number.POSITIVE_INFINITY);
}

/** Whether a task that waits for its next try is still one that could be had then. */
function isTryComing({ troubled }: Drive, { table }: Readiness): boolean {
  return [...troubled].some(([id, { from }]) => {
    const row = table.rowOf(id);
    return from !== Number.POSITIVE_INFINITY && row >= 0 && table.status(row) === 'pending';
  });
}

/** When the first of the tasks is wanted again that were out at that look. */
function nextTry({ troubled }: Drive, { readiness: { now } }: State): number {
  let next = Number.POSITIVE_INFINITY;
  for (const { from } of troubled.values()) if (from > now && from < next) next = from;
  return next;
}

function countsOf({ running, completed, failed, selection }: Drive, { readiness }: State): RunCounts {
  return { running: running.size, completed, failed, ...countSelected(readiness, selection) };
}

async function endOf(drive: Drive): Promise<Omit<RunEnded, 'seconds' | 'event'>> {
  const { fleet, selection } = drive;
  const state = await look(drive);
  const { snapshot, readiness } = state;
  const counts = countsOf(drive, state);
  const outcome = outcomeOf(drive, counts);
  const { reason } = fleet.options.stop as { readonly reason: unknown };
  const standstill = outcome === 'done' ? undefined : standstillOf(snapshot, readiness, selection.list);
  return {
    outcome,
    counts,
    ...(outcome === 'interrupted' && typeof reason === 'string' && { ending: reason }),
    ...(standstill !== undefined && { standstill }),
  };
}

function outcomeOf({ fleet, failed }: Drive, { open }: RunCounts): RunOutcome {
  const { stop, failFast } = fleet.options;
  if (stop.aborted && !(failFast && failed > 0)) return 'interrupted';
  if (failed > 0) return 'failed';
  return open === 0 ? 'done' : 'idle';
}

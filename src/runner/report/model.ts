/** What a run came to, made of its events: all renderers of reports show this and nothing else. Pure. */
import type { Standstill } from '../../app/standstill.ts';
import type { Instant } from '../../task/types.ts';
import type { RunCounts, RunEvent, RunOutcome, RunTask, TryEnd, TryOutcome } from '../run-event.ts';

/** One try of a task. */
export interface ReportTry {
  /** 1 for the first try. */
  readonly attempt: number;
  readonly outcome: TryOutcome;
  /** When the try ended. */
  readonly ended: Instant;
  readonly seconds: number;
  readonly exit?: number | undefined;
  readonly signal?: string | undefined;
  readonly timedOut?: true | undefined;
  readonly reason?: string | undefined;
  /** The end of the output of a try that did not complete its task. */
  readonly tail?: string | undefined;
  readonly log?: string | undefined;
}

/** One task of a run. */
export interface ReportTask extends RunTask {
  /** Of its last try; `running`: it had not ended when the events did. */
  readonly outcome: TryOutcome | 'running';
  /** The status that the task was left in. */
  readonly status: string;
  /** Wall time of all its tries in seconds. */
  readonly seconds: number;
  readonly tries: readonly ReportTry[];
}

/** Everything that a report says. */
export interface Report {
  readonly run: string;
  readonly started: Instant;
  readonly ended: Instant;
  /** `unknown`: the events end before the run did. */
  readonly outcome: RunOutcome | 'unknown';
  /** Why it was interrupted. */
  readonly ending?: string | undefined;
  /** What holds the work up that remains. */
  readonly standstill?: Standstill | undefined;
  readonly jobs: number;
  /** Wall time of the run in seconds. */
  readonly seconds: number;
  /** Wall time of all tries in seconds. */
  readonly busySeconds: number;
  /** Tasks that were completed in a minute, on average; undefined for a run without length. */
  readonly perMinute?: number | undefined;
  readonly totals: Readonly<Record<ReportTask['outcome'] | 'tasks' | 'tries', number>>;
  /** How the graph stood at the end. */
  readonly counts: RunCounts;
  /** In the order in which they were started. */
  readonly tasks: readonly ReportTask[];
  /** The ids of the tasks that took longest, the longest first. */
  readonly slowest: readonly string[];
  readonly warnings: readonly string[];
  /** What was left out to keep the report small: warnings, and ends of outputs (their logs have them). */
  readonly leftOut: { readonly warnings: number; readonly tails: number };
}

/** Takes the events of a run as they come. */
export interface ReportCollector {
  add(event: RunEvent): void;
  /** What is known by now. */
  report(): Report;
}

/** Of one output, so many characters are kept at the most; */
const MAX_TAIL = 4000;
/** and so many outputs and warnings, whatever the length of the run. */
const MAX_TAILS = 500;
const MAX_WARNINGS = 100;

const MAX_SLOWEST = 5;

const NO_COUNTS: RunCounts = { running: 0, completed: 0, failed: 0, ready: 0, blocked: 0, open: 0 };

type Started = Extract<RunEvent, { readonly event: 'run-started' }>;
type Ended = Extract<RunEvent, { readonly event: 'run-ended' }>;

/** What is known of one task. */
interface Known {
  task: RunTask;
  readonly tries: ReportTry[];
  status: string;
  isRunning: boolean;
}

/** What is known of a run. */
interface State {
  started: Started | undefined;
  ended: Ended | undefined;
  last: Instant;
  counts: RunCounts;
  readonly tasks: Map<string, Known>;
  readonly warnings: string[];
  readonly leftOut: { warnings: number; tails: number };
  tails: number;
}

/** The report of all these events. */
export function collect(events: Iterable<RunEvent>): Report {
  const collector = createCollector();
  for (const event of events) collector.add(event);
  return collector.report();
}

/** A collector without events. */
export function createCollector(): ReportCollector {
  const state: State = {
    started: undefined,
    ended: undefined,
    last: '',
    counts: NO_COUNTS,
    tasks: new Map(),
    warnings: [],
    leftOut: { warnings: 0, tails: 0 },
    tails: 0,
  };
  return { add: (event) => take(state, event), report: () => reportOf(state) };
}

function take(state: State, event: RunEvent): void {
  state.last = event.at;
  if ('counts' in event) state.counts = event.counts;
  if (event.event === 'run-started') state.started = event;
  if (event.event === 'run-ended') state.ended = event;
  if (event.event === 'task-started') knownOf(state, event.task).isRunning = true;
  if (event.event === 'task-ended') takeEnd(state, event, event.at);
  if (event.event !== 'warning') return;
  if (state.warnings.length < MAX_WARNINGS) state.warnings.push(event.message);
  else state.leftOut.warnings++;
}

function knownOf({ tasks }: State, task: RunTask): Known {
  const known = tasks.get(task.id) ?? { task, tries: [], status: 'in_progress', isRunning: false };
  known.task = task;
  tasks.set(task.id, known);
  return known;
}

function takeEnd(state: State, end: TryEnd, ended: Instant): void {
  const known = knownOf(state, end.task);
  const { attempt, outcome, seconds, exit, signal, timedOut, reason, log } = end;
  known.isRunning = false;
  known.status = end.status;
  known.tries.push({ attempt, outcome, ended, seconds, exit, signal, timedOut, reason, tail: tailOf(state, end), log });
}

/** What completed its task is not asked for its output. */
function tailOf(state: State, { outcome, tail }: TryEnd): string | undefined {
  if (outcome === 'completed' || tail === undefined || tail === '') return undefined;
  if (state.tails === MAX_TAILS) {
    state.leftOut.tails++;
    return undefined;
  }
  state.tails++;
  return tail.length <= MAX_TAIL ? tail : tail.slice(-MAX_TAIL).toWellFormed();
}

function reportOf(state: State): Report {
  const { started, ended, last, counts, warnings, leftOut } = state;
  const tasks = [...state.tasks.values()].map(taskOf);
  const totals = totalsOf(tasks);
  const seconds = ended?.seconds ?? secondsBetween(started?.at ?? last, last);
  return {
    ...beginningOf(state),
    ended: last,
    outcome: ended?.outcome ?? 'unknown',
    ending: ended?.ending,
    standstill: ended?.standstill,
    seconds,
    busySeconds: round(tasks.reduce((sum, task) => sum + task.seconds, 0)),
    perMinute: seconds > 0 ? round(((totals.completed + totals.left) * 60) / seconds) : undefined,
    totals,
    counts,
    tasks,
    slowest: slowestOf(tasks),
    warnings: [...warnings],
    leftOut: { ...leftOut },
  };
}

function beginningOf({ started, last }: State): Pick<Report, 'run' | 'started' | 'jobs'> {
  return started === undefined
    ? { run: '', started: last, jobs: 0 }
    : { run: started.run, started: started.at, jobs: started.jobs };
}

function slowestOf(tasks: readonly ReportTask[]): string[] {
  const sorted = tasks.toSorted((a, b) => b.seconds - a.seconds);
  return sorted.slice(0, MAX_SLOWEST).map(({ id }) => id);
}

function taskOf({ task, tries, status, isRunning }: Known): ReportTask {
  const { id, short, list, subject } = task;
  const last = tries.at(-1);
  return {
    id,
    short,
    list,
    subject,
    outcome: isRunning || last === undefined ? 'running' : last.outcome,
    status,
    seconds: round(tries.reduce((sum, { seconds }) => sum + seconds, 0)),
    tries: [...tries],
  };
}

function totalsOf(tasks: readonly ReportTask[]): Report['totals'] {
  const totals = { tasks: tasks.length, tries: 0, completed: 0, failed: 0, left: 0, lost: 0, stopped: 0, running: 0 };
  for (const { outcome, tries } of tasks) {
    totals[outcome]++;
    totals.tries += tries.length;
  }
  return totals;
}

function secondsBetween(from: Instant, to: Instant): number {
  const milliseconds = Date.parse(to) - Date.parse(from);
  return Number.isNaN(milliseconds) ? 0 : Math.max(0, milliseconds / 1000);
}

/** To milliseconds: sums of decimal fractions have a dust of digits. */
function round(number: number): number {
  return Math.round(number * 1000) / 1000;
}

/** The words and numbers that all reports have in common. Pure. */
import { printable } from '../../task/printable.ts';
import type { TryOutcome } from '../run-event.ts';
import type { Report, ReportTask, ReportTry } from './model.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time in seconds with two units at the most: `0.4s`, `12s`, `3m 5s`, `2h 10m`, `3d 4h`. `digits`: after the point, below ten seconds. */
export function secondsText(seconds: number, digits: number = 1): string {
  if (seconds < 9.95) return `${seconds.toFixed(digits)}s`;
  const whole = Math.round(seconds);
  if (whole < MINUTE) return `${whole}s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)}m ${whole % MINUTE}s`;
  if (whole < DAY) return `${Math.floor(whole / HOUR)}h ${Math.floor((whole % HOUR) / MINUTE)}m`;
  return `${Math.floor(whole / DAY)}d ${Math.floor((whole % DAY) / HOUR)}h`;
}

/** `1 task`, `2 tasks`. */
export function countText(number: number, one: string, many: string = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** What each outcome of a run is called. */
const RUN_OUTCOMES: Readonly<Record<Report['outcome'], string>> = {
  done: 'all is done',
  failed: 'some tasks failed',
  idle: 'work remains that nothing here can move',
  interrupted: 'interrupted',
  unknown: 'broken off',
};

/** The outcome of the run, with what interrupted it. */
export function outcomeText({ outcome, ending }: Pick<Report, 'outcome' | 'ending'>): string {
  return ending === undefined ? RUN_OUTCOMES[outcome] : `${RUN_OUTCOMES[outcome]} (${printable(ending)})`;
}

/** The outcomes in the order in which they are counted: what is good, what is not, what is open. */
export const OUTCOMES: readonly (TryOutcome | 'running')[] = [
  'completed',
  'left',
  'failed',
  'lost',
  'stopped',
  'running',
];

/** `11 completed`; what a command left in a state of its own choice is `2 left as is`: `2 left` would be work that remains. */
export function totalText(totals: Report['totals'], name: (typeof OUTCOMES)[number]): string {
  return `${totals[name]} ${name === 'left' ? 'left as is' : name}`;
}

/** `12 tasks: 11 completed, 1 failed`. */
export function totalsText({ totals }: Pick<Report, 'totals'>): string {
  const parts = OUTCOMES.filter((name) => totals[name] > 0).map((name) => totalText(totals, name));
  return [countText(totals.tasks, 'task'), parts.join(', ')].filter((part) => part !== '').join(': ');
}

/** What there is to say of the speed: `in 35s, 20 a minute, 4 at once (83% busy), 13 tries`. */
export function speedText({ seconds, perMinute, jobs, busySeconds, totals }: Report): string {
  const busy =
    seconds > 0 && jobs > 0 ? ` (${Math.min(100, Math.round((busySeconds * 100) / (seconds * jobs)))}% busy)` : '';
  return [
    `in ${secondsText(seconds)}`,
    ...(perMinute === undefined ? [] : [`${perMinuteText(perMinute)} a minute`]),
    `${jobs} at once${busy}`,
    countText(totals.tries, 'try', 'tries'),
  ].join(', ');
}

/** A rate with as many digits as it is good for. */
export function perMinuteText(perMinute: number): string {
  return perMinute < 9.95 ? String(Math.round(perMinute * 10) / 10) : String(Math.round(perMinute));
}

/** Open tasks that are neither ready nor blocked nor running: others hold them, they come later, or another is in their way. */
export function heldCount({ open, ready, blocked, running }: Report['counts']): number {
  return Math.max(0, open - ready - blocked - running);
}

/** `5 ready, 2 blocked, 1 held or deferred`. */
export function standText(counts: Report['counts']): string {
  const held = heldCount(counts);
  return `${counts.ready} ready, ${counts.blocked} blocked${held > 0 ? `, ${held} held or deferred` : ''}`;
}

/** What is still open of what the run could have done; '' where that is nothing. */
export function remainsText({ counts }: Pick<Report, 'counts'>): string {
  return counts.open === 0 ? '' : `${countText(counts.open, 'task')} still open: ${standText(counts)}`;
}

/** How a try ended, in a word or two: `exit 3`, `SIGKILL`, `timeout`. '' where it never started. */
export function exitText({ exit, signal, timedOut }: Pick<ReportTry, 'exit' | 'signal' | 'timedOut'>): string {
  if (timedOut === true) return 'timeout';
  if (signal !== undefined) return printable(signal);
  return exit === undefined ? '' : `exit ${exit}`;
}

/** How the last try of a task ended, and why where more is known than that. */
export function causeText({ tries, outcome, status }: Pick<ReportTask, 'tries' | 'outcome' | 'status'>): string {
  const last = tries.at(-1);
  if (last === undefined || outcome === 'completed') return '';
  if (last.reason !== undefined && last.reason !== '') return printable(last.reason);
  return outcome === 'left'
    ? `${status === 'completed' ? '' : 'left '}${printable(status)} by the command`
    : exitText(last);
}

/** Whether somebody should look at the task: neither the run nor its command has completed it. */
export function needsLook({ outcome, status }: Pick<ReportTask, 'outcome' | 'status'>): boolean {
  return outcome !== 'completed' && !(outcome === 'left' && status === 'completed');
}

/** What is looked at first: what failed is for whoever reads this, the rest is open. */
const URGENCY: readonly ReportTask['outcome'][] = ['failed', 'left', 'lost', 'stopped', 'running'];

/** Tasks that somebody should look at: those that failed first, else in the order in which they were started. */
export function troubles({ tasks }: Pick<Report, 'tasks'>): ReportTask[] {
  const urgency = ({ outcome }: ReportTask): number => URGENCY.indexOf(outcome);
  return tasks.filter(needsLook).sort((a, b) => urgency(a) - urgency(b));
}

/** All tasks: first those that somebody should look at. */
export function troublesFirst(report: Pick<Report, 'tasks'>): ReportTask[] {
  return [...troubles(report), ...report.tasks.filter((task) => !needsLook(task))];
}

/** What was left out of the report, as sentences. */
export function leftOutLines({ leftOut }: Pick<Report, 'leftOut'>): string[] {
  return [
    ...(leftOut.warnings > 0 ? [countText(leftOut.warnings, 'more warning')] : []),
    ...(leftOut.tails > 0 ? [`${countText(leftOut.tails, 'more output')} only in the logs`] : []),
  ];
}

/** What holds the work up that remains, a line each. */
export function standstillLines({ standstill }: Pick<Report, 'standstill'>): string[] {
  if (standstill === undefined) return [];
  const { causes, total } = standstill;
  return [
    ...causes.map(({ message, holdsUp }) => `${printable(message)}: holds up ${countText(holdsUp, 'task')}`),
    ...(total > causes.length ? [`and ${total - causes.length} more`] : []),
  ];
}

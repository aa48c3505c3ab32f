/** A run as lines that stay: what began, how it ended, what became ready. */
import type { RunEvent, RunLine, RunTask, TryEnd, TryOutcome } from '../../runner/run-event.ts';
import { exitText, secondsText } from '../../runner/report/words.ts';
import { printable } from './printable.ts';
import type { Palette, Screen, Style } from './screen.ts';
import { cut } from './table.ts';

/** How much to say. */
export interface Telling {
  /** Only what went wrong. */
  readonly quiet: boolean;
  /** The beginnings of tasks: where no other place shows what is under way. */
  readonly starts: boolean;
  /** The end of the output of what failed: where the lines themselves were not shown. */
  readonly tails: boolean;
}

/** Of a failed command, so many lines of output are shown. */
const LAST_LINES = 10;

/** More tasks that became ready are a number. */
const MAX_UNBLOCKED = 5;

/** A reason of up to so many characters stands beside the subject, a longer one below it. */
const SHORT_REASON = 24;

/** Below this width a subject says nothing. */
const MIN_SUBJECT = 8;

/** The lines for an event; none for what there is nothing to say about. */
export function runEventLines(event: RunEvent, screen: Screen, telling: Telling): string[] {
  const { paint } = screen;
  switch (event.event) {
    case 'run-started': {
      const { ready, blocked } = event.counts;
      return telling.quiet
        ? []
        : [`run ${paint.id(printable(event.run))}: ${event.jobs} at once; ${ready} ready, ${blocked} blocked`];
    }
    case 'task-started': {
      if (telling.quiet || !telling.starts) return [];
      const { short, subject } = event.task;
      const suffix = event.attempt === 1 ? '' : ` (try ${event.attempt})`;
      return [taskLine({ word: 'started', style: paint.active, short, subject, suffix }, screen)];
    }
    case 'task-ended':
      return telling.quiet && event.outcome === 'completed' ? [] : endLines(event, screen, telling);
    case 'warning':
      return [`${paint.warning('warning:')} ${printable(event.message)}`];
    default:
      return [];
  }
}

/** A line that a command wrote, with the task that it works on: `[7kq3] text`. */
export function outputLine({ task, text }: RunLine, { paint }: Screen): string {
  return `${paint.quiet(`[${task.short}]`)} ${printable(text)}`;
}

/** How each outcome of a try looks. */
export function outcomeStyle(outcome: TryOutcome | 'running', paint: Palette): Style {
  if (outcome === 'completed' || outcome === 'left') return paint.good;
  return outcome === 'failed' ? paint.bad : paint.warning;
}

function endLines(end: TryEnd, screen: Screen, { quiet, tails }: Telling): string[] {
  const { task, outcome, seconds, retryIn, unblocked } = end;
  const style = outcomeStyle(outcome, screen.paint);
  const reason = reasonOf(end);
  const isShort = reason.length <= SHORT_REASON;
  const facts = [...(isShort && reason !== '' ? [reason] : []), secondsText(seconds)];
  const again = retryIn === undefined ? '' : `; again in ${secondsText(retryIn / 1000)}`;
  const suffix = ` (${facts.join(', ')})${again}`;
  return [
    taskLine({ word: outcome, style, short: task.short, subject: task.subject, suffix }, screen),
    ...(isShort ? [] : [`  ${reason}`]),
    ...(outcome === 'failed' && tails ? tailLines(end, screen) : []),
    ...(quiet ? [] : readyLines(unblocked, screen)),
  ];
}

/** Why a task was not completed, or what the command made of it; '' where there is nothing to say. */
function reasonOf(end: TryEnd): string {
  if (end.outcome === 'completed') return '';
  if (end.reason !== undefined) return printable(end.reason);
  return end.outcome === 'left' ? `it is ${printable(end.status)}` : exitText(end);
}

/** The last lines of an output, and where all of it is. */
function tailLines({ tail, log }: TryEnd, { paint, width }: Screen): string[] {
  if (tail === undefined || tail === '') return [];
  const lines = printable(tail, 'text').replace(/\n+$/, '').split('\n').slice(-LAST_LINES);
  return [
    ...lines.map((text) => paint.quiet(cut(`  │ ${text}`, width))),
    ...(log === undefined ? [] : [paint.quiet(`  all of it: ${printable(log)}`)]),
  ];
}

function readyLines(unblocked: readonly RunTask[], screen: Screen): string[] {
  const style = screen.paint.good;
  const lines = unblocked
    .slice(0, MAX_UNBLOCKED)
    .map(({ short, subject }) => taskLine({ word: '  now ready', style, short, subject, suffix: '' }, screen));
  const more = unblocked.length - lines.length;
  return more > 0 ? [...lines, `  and ${more} more`] : lines;
}

interface TaskLine {
  readonly word: string;
  readonly style: Style;
  readonly short: string;
  readonly subject: string;
  readonly suffix: string;
}

function taskLine({ word, style, short, subject, suffix }: TaskLine, { paint, width }: Screen): string {
  const room = width - word.length - short.length - suffix.length - 2;
  const text = cut(printable(subject), Math.max(MIN_SUBJECT, room));
  return `${style(word)} ${paint.id(short)} ${text}${paint.quiet(suffix)}`;
}

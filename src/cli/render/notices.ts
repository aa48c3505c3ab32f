/** What a listing says beside its lines: how much is not shown, what could not be read, why there is nothing. */
import type { Standstill } from '../../app/standstill.ts';
import type { StatsAnswer } from '../../app/stats.ts';
import { printable } from './printable.ts';
import type { Screen } from './screen.ts';
import { timeText } from './times.ts';

/** The facts about a listing. */
export interface Listing {
  readonly total: number;
  readonly shown: number;
  readonly damaged?: readonly { readonly path: string; readonly message: string }[];
}

const MAX_DAMAGED = 5;
const MAX_CAUSES = 3;

/** The lines under a listing; none when all is shown and whole. */
export function listingNotices({ total, shown, damaged = [] }: Listing, { paint }: Screen): string[] {
  const lines = shown < total ? [paint.quiet(`${shown} of ${total} shown; --limit 0 for all`)] : [];
  if (damaged.length === 0) return lines;
  const files = damaged.length === 1 ? '1 file' : `${damaged.length} files`;
  lines.push(
    `${paint.warning('warning:')} ${files} of the ledger cannot be read, so the tasks in them are missing here`,
  );
  for (const { path, message } of damaged.slice(0, MAX_DAMAGED))
    lines.push(`  ${printable(path)}: ${printable(message)}`);
  if (damaged.length > MAX_DAMAGED) lines.push(`  and ${damaged.length - MAX_DAMAGED} more`);
  return [...lines, hintLine('git tasks doctor', paint.quiet)];
}

/** Why nothing is ready, and what to do about it. */
export function nothingReady(stats: StatsAnswer, labels: readonly string[], screen: Screen): string[] {
  const { paint } = screen;
  if (labels.length > 0) {
    const names = labels.map((label) => printable(label)).join(', ');
    return [`nothing with the label ${names} is ready`, hintLine('git tasks ready', paint.quiet)];
  }
  if (stats.ownReviews > 0) return ownReviews(stats.ownReviews, screen);
  const { in_progress: running, pending } = stats.byStatus;
  if (running + pending === 0) {
    if (stats.total === 0)
      return ['nothing is ready: there are no tasks yet', hintLine('git tasks add "What to do"', paint.quiet)];
    return [`nothing is ready: all ${stats.total} tasks are closed`, hintLine('git tasks list --all', paint.quiet)];
  }
  const state = `${running} in progress, ${stats.blocked} blocked`;
  const { standstill, nextMove } = stats;
  if (standstill !== undefined) return standstillLines(standstill, screen);
  const moves = nextMove?.kind === 'deferred' ? `; the next from ${timeText(nextMove.at, screen)}` : '';
  return [`nothing is ready: ${state}${moves}`, hintLine('git tasks plan', paint.quiet)];
}

/** What keeps the whole plan from moving, the cause that holds up most first, and how to end that one. */
function standstillLines({ open, causes, total }: Standstill, { paint }: Screen): string[] {
  const named = causes.slice(0, MAX_CAUSES);
  const more = total - named.length;
  const [first] = named;
  return [
    `${paint.warning('warning:')} nothing is ready and nobody is working, but ${waitText(open)}`,
    ...named.map(({ message, holdsUp }) => `  ${printable(message)}: ${waitText(holdsUp)} for it`),
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...(first === undefined ? [] : [hintLine(printable(first.hint), paint.quiet)]),
  ];
}

function waitText(tasks: number): string {
  return tasks === 1 ? '1 task waits' : `${tasks} tasks wait`;
}

function ownReviews(reviews: number, { paint }: Screen): string[] {
  const what = reviews === 1 ? '1 review of your own work waits' : `${reviews} reviews of your own work wait`;
  return [`nothing is ready for you: ${what} for somebody else`, hintLine('git tasks plan', paint.quiet)];
}

/** The line that says what to do next. */
export function hintLine(text: string, quiet: (text: string) => string): string {
  return `${quiet('hint:')} ${text}`;
}

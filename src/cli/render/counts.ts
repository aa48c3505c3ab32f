/** How the plan stands, in numbers. */
import type { StatsAnswer } from '../../app/stats.ts';
import { nothingReady } from './notices.ts';
import { printable } from './printable.ts';
import type { Screen, Style } from './screen.ts';
import { type Cell, tableLines } from './table.ts';

/** A bar for all tasks, and what stands left of it at the most. In columns. */
const MAX_BAR = 30;
const LABEL_WIDTH = 24;

/** The counts by status, by priority where work is open, and by list where there are several. */
export function countLines(stats: StatsAnswer, screen: Screen): string[] {
  const { paint } = screen;
  const { pending, in_progress: running, completed, cancelled } = stats.byStatus;
  const open = pending + running;
  const states: readonly [number, string, Style][] = [
    [pending, 'pending', paint.id],
    [running, 'in progress', paint.active],
    [completed, 'completed', paint.good],
    [cancelled, 'cancelled', paint.quiet],
  ];
  const width = Math.max(...states.map(([number]) => String(number).length));
  const rows = states.map(([number, name, style]): Cell[] => [
    { text: `  ${String(number).padStart(width)}`, paint: number === 0 ? paint.quiet : undefined },
    { text: name, paint: number === 0 ? paint.quiet : undefined },
    { text: bar(number, stats.total, screen), paint: style },
  ]);
  const lists = Object.entries(stats.byList).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    `${paint.strong(count(stats.total, 'task'))}, ${count(stats.edges, 'dependency', 'dependencies')}`,
    '',
    ...tableLines(rows, [{}, {}, {}], screen),
    ...(open > 0 ? ['', `open ${open}: ${openText(stats)}`, `by priority: ${priorities(stats)}`] : []),
    ...(lists.length > 1
      ? [`by list: ${lists.map(([name, number]) => `${printable(name)} ${number}`).join(', ')}`]
      : []),
    ...gateLine(stats.gates),
    ...alarms(stats, screen),
  ];
}

function gateLine({ open, closed }: StatsAnswer['gates']): string[] {
  return open + closed === 0 ? [] : [`gates: ${open} open, ${closed} closed`];
}

function openText({ ready, blocked, overdue }: StatsAnswer): string {
  return [`${ready} ready`, `${blocked} blocked`, ...(overdue > 0 ? [`${overdue} overdue`] : [])].join(', ');
}

function priorities({ byPriority }: StatsAnswer): string {
  const named = byPriority.flatMap((number, priority) => (number === 0 ? [] : [`P${priority} ${number}`]));
  return named.join(', ');
}

function alarms(stats: StatsAnswer, screen: Screen): string[] {
  const { paint } = screen;
  const lines = [
    ...(stats.conflicts > 0
      ? [`${paint.bad('conflicts:')} ${count(stats.conflicts, 'task')} with values to choose between`]
      : []),
    ...(stats.damaged > 0
      ? [`${paint.bad('damaged:')} ${count(stats.damaged, 'file')} cannot be read; git tasks doctor says more`]
      : []),
    ...(stats.stuck ? nothingReady(stats, [], screen) : []),
  ];
  return lines.length > 0 ? ['', ...lines] : [];
}

function bar(number: number, total: number, { isTerminal, width }: Screen): string {
  if (!isTerminal || number === 0) return '';
  const room = Math.min(MAX_BAR, width - LABEL_WIDTH);
  return '▪'.repeat(Math.max(0, Math.ceil((number / total) * room)));
}

/** `1 task`, `2 tasks`. */
export function count(number: number, one: string, many: string = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

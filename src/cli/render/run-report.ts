/** What a run came to, at its end on the screen. */
import type { Report, ReportTask } from '../../runner/report/model.ts';
import {
  causeText,
  outcomeText,
  remainsText,
  secondsText,
  speedText,
  standstillLines,
  totalsText,
  troubles,
} from '../../runner/report/words.ts';
import { printable } from './printable.ts';
import { outcomeStyle } from './run-lines.ts';
import type { Palette, Screen, Style } from './screen.ts';
import { type Cell, type Column, tableLines } from './table.ts';

/** A table of all tasks is for short runs; */
const MAX_ALL = 20;
/** of longer ones, what went wrong and what took longest. */
const MAX_TROUBLES = 50;

const COLUMNS: readonly Column[] = [{}, {}, {}, {}, { share: 3, min: 8 }, { share: 2, min: 8 }];

/** A table of the tasks, how many there were of everything, and what holds up the rest. */
export function runReportLines(report: Report, screen: Screen): string[] {
  const { paint } = screen;
  const style = outcomeColor(report, paint);
  const remains = remainsText(report);
  return [
    ...taskTable(report, screen),
    `${style(outcomeText(report))} · ${totalsText(report)}`,
    speedText(report),
    ...(remains === '' ? [] : [remains]),
    ...standstillLines(report).map((line) => `  ${line}`),
  ];
}

function outcomeColor({ outcome }: Report, { good, bad, warning }: Palette): Style {
  if (outcome === 'done') return good;
  return outcome === 'failed' || outcome === 'unknown' ? bad : warning;
}

function taskTable(report: Report, screen: Screen): string[] {
  const { tasks, slowest } = report;
  if (tasks.length <= MAX_ALL) return tasks.length === 0 ? [] : [...rowsOf(tasks, screen), ''];
  const bad = troubles(report);
  const slow = slowest.flatMap((id) => tasks.find((task) => task.id === id) ?? []);
  const { paint } = screen;
  return [
    ...(bad.length > 0 ? [paint.strong('Not completed'), ...rowsOf(bad.slice(0, MAX_TROUBLES), screen)] : []),
    ...(bad.length > MAX_TROUBLES ? [`${MAX_TROUBLES} of ${bad.length} shown; --report FILE has all`] : []),
    paint.strong('Slowest'),
    ...rowsOf(slow, screen),
    '',
  ];
}

function rowsOf(tasks: readonly ReportTask[], screen: Screen): string[] {
  const { paint } = screen;
  const rows = tasks.map((task): Cell[] => [
    { text: task.outcome, paint: outcomeStyle(task.outcome, paint) },
    { text: task.short, paint: paint.id },
    { text: secondsText(task.seconds) },
    { text: task.tries.length === 1 ? '' : `${task.tries.length} tries` },
    { text: printable(task.subject) },
    { text: causeText(task), paint: paint.quiet },
  ]);
  return tableLines(rows, COLUMNS, screen);
}

/** The history of the ledger or of one task. */
import type { LogAnswer, LogChange } from '../../app/log.ts';
import { printable } from './printable.ts';
import type { Screen } from './screen.ts';
import { type Cell, type Column, cut, tableLines } from './table.ts';
import { timeText } from './times.ts';

const COLUMNS: readonly Column[] = [{}, {}, { share: 1, min: 6 }, { share: 3 }];

/** One line for each change, the newest first; with `details`, what changed below each. */
export function historyLines({ changes }: LogAnswer, screen: Screen, withDetails: boolean): string[] {
  const { paint } = screen;
  const rows = changes.map(({ commit, at, actor, subject }): Cell[] => [
    { text: commit.slice(0, 7), paint: paint.id },
    { text: timeText(at, screen), paint: paint.quiet },
    { text: printable(actor) },
    { text: printable(subject) },
  ]);
  const lines = tableLines(rows, COLUMNS, screen);
  if (!withDetails) return lines;
  return lines.flatMap((line, i) => [line, ...detailLines(changes[i], screen)]);
}

function detailLines(change: LogChange | undefined, screen: Screen): string[] {
  if (change === undefined) return [];
  const { changes, reason, overrides } = change;
  const lines = [
    ...changes,
    ...overrides.map((override) => `overridden: ${override}`),
    ...(reason === undefined ? [] : [`reason: ${reason}`]),
  ];
  return lines.map((line) => screen.paint.quiet(`         ${cut(printable(line), screen.width - 9)}`));
}

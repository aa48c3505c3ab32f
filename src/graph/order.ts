/** The order in which ready work is handed out: priority, longest chain that it unblocks, age, id. */
import type { TaskTable } from './table.ts';
import { chainLengths } from './walk.ts';

/** Compares rows by urgency: negative when `a` comes first. Total: no two rows are equal. */
export type Compare = (a: number, b: number) => number;

/** The comparison of a table. Costs one walk over the graph. */
export function urgency(table: TaskTable): Compare {
  const { priority, created } = table.columns;
  const chains = chainLengths(table);
  const at = (column: ArrayLike<number>, row: number): number => column[row] ?? 0;
  return (a, b) =>
    at(priority, a) - at(priority, b) ||
    at(chains, b) - at(chains, a) ||
    at(created, a) - at(created, b) ||
    (table.id(a) < table.id(b) ? -1 : 1);
}

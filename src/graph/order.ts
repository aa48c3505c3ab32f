/** The order in which ready work is handed out: priority, longest chain that it unblocks, age, id. */
import type { TaskTable } from './table.ts';
import { chainLengths } from './chains.ts';

/** Compares rows by urgency: negative when `a` comes first. Total: no two rows are equal. */
export type Compare = (a: number, b: number) => number;

/** The comparison of a table. Costs one walk over the graph. */
export function urgency(table: TaskTable): Compare {
  const { priority, created } = table.columns;
  const chains = chainLengths(table);
  return (a, b) =>
    (priority[a] ?? 0) - (priority[b] ?? 0) ||
    (chains[b] ?? 0) - (chains[a] ?? 0) ||
    (created[a] ?? 0) - (created[b] ?? 0) ||
    (table.id(a) < table.id(b) ? -1 : 1);
}

/** How much later work hangs on each task. */
import { NONE, STATUS, type TaskTable } from './table.ts';
import { childrenOf } from './walk.ts';

/**
 * For every open row the number of tasks on the longest chain of open tasks that wait for it, one after the other: how
 * much later work hangs on it. Rows on a cycle count 0.
 */
export function chainLengths(table: TaskTable): Int32Array {
  const { status, edges, edgeStart, edgeCount } = table.columns;
  const { size } = table;
  const { rows, start: childStart } = childrenOf(table);
  const pending = openWaiters(table);
  const search: ChainSearch = { status, pending, lengths: new Int32Array(size), free: new Int32Array(size), count: 0 };
  // Longest path by peeling off the rows that nobody open waits for any more.
  freeUnawaited(search, size);
  while (search.count > 0) {
    const row = search.free[--search.count] ?? 0;
    const start = edgeStart[row] ?? 0;
    relax(search, row, { rows: edges, start, end: start + (edgeCount[row] ?? 0) });
    relax(search, row, { rows, start: childStart[row] ?? 0, end: childStart[row + 1] ?? 0 });
  }
  for (let row = 0; row < size; row++) if ((pending[row] ?? 0) > 0) search.lengths[row] = 0;
  return search.lengths;
}

function freeUnawaited(search: ChainSearch, size: number): void {
  const { status, pending, free } = search;
  for (let row = 0; row < size; row++) {
    if (pending[row] === 0 && (status[row] ?? 0) < CLOSED) free[search.count++] = row;
  }
}

/** The first status whose work is over. */
const CLOSED = STATUS.completed;

/** The state of a search for longest chains, in flat arrays: it runs before V8 has compiled it. */
interface ChainSearch {
  readonly status: Uint8Array;
  readonly lengths: Int32Array;
  /** Open rows that wait for a row and have not been peeled off. */
  readonly pending: Int32Array;
  /** A stack of rows that nobody waits for any more. */
  readonly free: Int32Array;
  count: number;
}

/** Peels a row off some of the rows that it waits for. */
function relax(
  search: ChainSearch,
  row: number,
  { rows, start, end }: { readonly rows: Int32Array; readonly start: number; readonly end: number },
): void {
  const { status, lengths, pending, free } = search;
  const length = (lengths[row] ?? 0) + 1;
  for (let e = start; e < end; e++) {
    const target = rows[e] ?? NONE;
    if (target < 0 || (status[target] ?? 0) >= CLOSED) continue;
    if ((lengths[target] ?? 0) < length) lengths[target] = length;
    const left = (pending[target] ?? 0) - 1;
    pending[target] = left;
    if (left === 0) free[search.count++] = target;
  }
}

/** For every row how many open rows wait for it: those that it blocks, and its parent. */
function openWaiters(table: TaskTable): Int32Array {
  const { status, edges, edgeStart, edgeCount } = table.columns;
  const counts = new Int32Array(table.size);
  for (let row = 0; row < table.size; row++) {
    if ((status[row] ?? 0) >= CLOSED) continue;
    const start = edgeStart[row] ?? 0;
    const end = start + (edgeCount[row] ?? 0);
    for (let e = start; e < end; e++) {
      const blocker = edges[e] ?? NONE;
      if (blocker >= 0) counts[blocker] = (counts[blocker] ?? 0) + 1;
    }
  }
  addOpenParents(table, counts);
  return counts;
}

function addOpenParents({ size, columns }: TaskTable, counts: Int32Array): void {
  const { status, parent } = columns;
  for (let row = 0; row < size; row++) {
    const above = parent[row] ?? NONE;
    if (above >= 0 && (status[above] ?? 0) < CLOSED) counts[row] = (counts[row] ?? 0) + 1;
  }
}

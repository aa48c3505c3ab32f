/**
 * Walks over the waits-for graph: task -> its blockers, parent -> its children (a parent completes after them).
 *
 * Both kinds of edge are one graph, because a deadlock does not care which kind closed the circle. All walks are
 * iterative: a chain of a hundred thousand tasks must not overflow the stack.
 */
import { NONE, type TaskTable } from './table.ts';

/** For each row the rows on the other end of an edge, in two flat arrays. */
export interface Adjacency {
  readonly start: Int32Array;
  readonly rows: Int32Array;
}

/** The neighbours of a row. */
export function neighbours(adjacency: Adjacency, row: number): Int32Array {
  return adjacency.rows.subarray(adjacency.start[row] ?? 0, adjacency.start[row + 1] ?? 0);
}

/** The children of every row. */
export function childrenOf(table: TaskTable): Adjacency {
  const { size, columns } = table;
  return group(size, (emit) => {
    for (let row = 0; row < size; row++) {
      const parent = columns.parent[row] ?? NONE;
      if (parent >= 0) emit(parent, row);
    }
  });
}

/** For every row the rows that wait for it: those it blocks, and its parent. */
export function waitersOf(table: TaskTable): Adjacency {
  const { size, columns } = table;
  const { edges, edgeStart, edgeCount } = columns;
  return group(size, (emit) => {
    for (let row = 0; row < size; row++) {
      const start = edgeStart[row] ?? 0;
      const end = start + (edgeCount[row] ?? 0);
      for (let e = start; e < end; e++) {
        const blocker = edges[e] ?? NONE;
        if (blocker >= 0) emit(blocker, row);
      }
      const parent = columns.parent[row] ?? NONE;
      if (parent >= 0) emit(row, parent);
    }
  });
}

/** For every row the rows that it blocks (children are not counted). */
export function blockedRowsOf(table: TaskTable): Adjacency {
  return group(table.size, (emit) => {
    for (let row = 0; row < table.size; row++) {
      for (const blocker of table.blockers(row)) if (blocker >= 0) emit(blocker, row);
    }
  });
}

function group(size: number, visit: (emit: (from: number, to: number) => void) => void): Adjacency {
  const start = new Int32Array(size + 1);
  visit((from) => {
    start[from + 1] = (start[from + 1] ?? 0) + 1;
  });
  for (let row = 0; row < size; row++) start[row + 1] = (start[row + 1] ?? 0) + (start[row] ?? 0);
  const rows = new Int32Array(start[size] ?? 0);
  const next = start.slice(0, size);
  visit((from, to) => {
    const at = next[from] ?? 0;
    rows[at] = to;
    next[from] = at + 1;
  });
  return { start, rows };
}

/**
 * A cycle that can be reached from these rows, as the rows along it (each waits for the next, the last for the first),
 * or undefined. A new cycle always runs through a row whose edges changed, so those rows are enough to start from.
 *
 * Depth-first search with three colours (Cormen et al., Introduction to Algorithms, 22.3).
 */
export function findCycle(table: TaskTable, from: readonly number[]): number[] | undefined {
  const children = childrenOf(table);
  const colour = new Uint8Array(table.size);
  for (const row of from) {
    const cycle = colour[row] === WHITE ? searchCycle(table, children, { colour, start: row }) : undefined;
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

const WHITE = 0;
const GREY = 1;
const BLACK = 2;

interface Frame {
  readonly row: number;
  readonly next: readonly number[];
  at: number;
}

function searchCycle(
  table: TaskTable,
  children: Adjacency,
  search: { readonly colour: Uint8Array; readonly start: number },
): number[] | undefined {
  const { colour } = search;
  const stack: Frame[] = [enter(table, children, search.start)];
  colour[search.start] = GREY;
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const target = frame.next[frame.at++];
    if (target === undefined) {
      colour[frame.row] = BLACK;
      stack.pop();
    } else if (colour[target] === GREY) {
      const path = stack.map((f) => f.row);
      return path.slice(path.indexOf(target));
    } else if (colour[target] === WHITE) {
      colour[target] = GREY;
      stack.push(enter(table, children, target));
    }
  }
  return undefined;
}

function enter(table: TaskTable, children: Adjacency, row: number): Frame {
  const next = [...table.blockers(row)].filter((blocker) => blocker >= 0);
  return { row, next: [...next, ...neighbours(children, row)], at: 0 };
}

/**
 * All rows so that each comes after what it waits for (Kahn, 1962). Rows on a cycle are left out; among rows that are
 * free at the same time `compare` decides.
 */
export function topologicalOrder(
  table: TaskTable,
  rows: readonly number[],
  compare: (a: number, b: number) => number,
): number[] {
  const inside = new Uint8Array(table.size);
  for (const row of rows) inside[row] = 1;
  const waiters = waitersOf(table);
  const open = new Int32Array(table.size);
  for (const row of rows) {
    for (const waiter of neighbours(waiters, row)) open[waiter] = (open[waiter] ?? 0) + 1;
  }
  const order: number[] = [];
  const freed = (row: number): number[] => {
    const free: number[] = [];
    for (const waiter of neighbours(waiters, row)) {
      const left = (open[waiter] ?? 0) - 1;
      open[waiter] = left;
      if (left === 0 && inside[waiter] === 1) free.push(waiter);
    }
    return free;
  };
  for (let wave = rows.filter((row) => open[row] === 0).sort(compare); wave.length > 0;) {
    order.push(...wave);
    wave = wave.flatMap(freed).sort(compare);
  }
  return order;
}

/**
 * For every open row the number of tasks on the longest chain of open tasks that wait for it, one after the other: how
 * much later work hangs on it. Rows on a cycle count 0.
 */
export function chainLengths(table: TaskTable): Int32Array {
  const lengths = new Int32Array(table.size);
  const pending = openWaiters(table);
  const children = childrenOf(table);
  // Longest path by peeling off the rows that nobody open waits for any more.
  const free: number[] = [];
  for (let row = 0; row < table.size; row++) if (pending[row] === 0 && table.isOpen(row)) free.push(row);
  const relax = (target: number, length: number): void => {
    if (target < 0 || !table.isOpen(target)) return;
    if ((lengths[target] ?? 0) < length) lengths[target] = length;
    const left = (pending[target] ?? 0) - 1;
    pending[target] = left;
    if (left === 0) free.push(target);
  };
  for (let row = free.pop(); row !== undefined; row = free.pop()) {
    const length = (lengths[row] ?? 0) + 1;
    for (const blocker of table.blockers(row)) relax(blocker, length);
    for (const child of neighbours(children, row)) relax(child, length);
  }
  return lengths.map((length, row) => ((pending[row] ?? 0) > 0 ? 0 : length));
}

/** For every open row how many open rows wait for it. */
function openWaiters(table: TaskTable): Int32Array {
  const { start, rows } = waitersOf(table);
  const counts = new Int32Array(table.size);
  for (let row = 0; row < table.size; row++) {
    if (!table.isOpen(row)) continue;
    for (let e = start[row] ?? 0; e < (start[row + 1] ?? 0); e++) {
      if (table.isOpen(rows[e] ?? 0)) counts[row] = (counts[row] ?? 0) + 1;
    }
  }
  return counts;
}

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
  const pairs = newPairs(table.size);
  addParents(table, pairs, { from: 'parent' });
  return group(table.size, pairs);
}

/** For every row the rows that wait for it: those it blocks, and its parent. */
export function waitersOf(table: TaskTable): Adjacency {
  const pairs = newPairs(edgeTotal(table) + table.size);
  addBlocked(table, pairs);
  addParents(table, pairs, { from: 'child' });
  return group(table.size, pairs);
}

/** For every row the rows that it blocks (children are not counted). */
export function blockedRowsOf(table: TaskTable): Adjacency {
  const pairs = newPairs(edgeTotal(table));
  addBlocked(table, pairs);
  return group(table.size, pairs);
}

/** The children of one row, in order. Much cheaper than `childrenOf` where one task is all that is asked for. */
export function childrenOfRow({ size, columns }: TaskTable, row: number): number[] {
  const found: number[] = [];
  const parent = columns.parent.subarray(0, size);
  for (let child = parent.indexOf(row); child >= 0; child = parent.indexOf(row, child + 1)) found.push(child);
  return found;
}

/** The rows that one row blocks, in order. */
export function blockedRowsOfRow({ size, columns }: TaskTable, row: number): number[] {
  const { edgeStart, edgeCount } = columns;
  const edges = columns.edges.subarray(0, columns.edgesUsed);
  const found: number[] = [];
  const places: number[] = [];
  for (let e = edges.indexOf(row); e >= 0; e = edges.indexOf(row, e + 1)) places.push(e);
  // A place that is in no row's part belongs to a row that was changed since and has its edges elsewhere now.
  for (let waiter = 0; waiter < size && places.length > 0; waiter++) {
    const start = edgeStart[waiter] ?? 0;
    const end = start + (edgeCount[waiter] ?? 0);
    if (start < end && places.some((e) => e >= start && e < end)) found.push(waiter);
  }
  return found;
}

/**
 * Edges before they are grouped, in flat arrays. Each command is a process of its own, so these loops run before V8 has
 * compiled them: views, closures and iterators would cost more than the walk itself (measured at 10,000 tasks).
 */
interface Pairs {
  readonly from: Int32Array;
  readonly to: Int32Array;
  count: number;
}

function newPairs(room: number): Pairs {
  return { from: new Int32Array(room), to: new Int32Array(room), count: 0 };
}

function edgeTotal({ size, columns }: TaskTable): number {
  let total = 0;
  for (let row = 0; row < size; row++) total += columns.edgeCount[row] ?? 0;
  return total;
}

/** Adds a pair for each edge: the blocker, and the row that waits for it. */
function addBlocked({ size, columns }: TaskTable, pairs: Pairs): void {
  const { edges, edgeStart, edgeCount } = columns;
  for (let row = 0; row < size; row++) {
    const start = edgeStart[row] ?? 0;
    const end = start + (edgeCount[row] ?? 0);
    for (let e = start; e < end; e++) {
      const blocker = edges[e] ?? NONE;
      if (blocker < 0) continue;
      pairs.from[pairs.count] = blocker;
      pairs.to[pairs.count++] = row;
    }
  }
}

function addParents({ size, columns }: TaskTable, pairs: Pairs, { from }: { from: 'parent' | 'child' }): void {
  for (let row = 0; row < size; row++) {
    const parent = columns.parent[row] ?? NONE;
    if (parent < 0) continue;
    pairs.from[pairs.count] = from === 'parent' ? parent : row;
    pairs.to[pairs.count++] = from === 'parent' ? row : parent;
  }
}

/** Counting sort by `from`; stable. */
function group(size: number, { from, to, count }: Pairs): Adjacency {
  const start = new Int32Array(size + 1);
  if (count === 0) return { start, rows: to.subarray(0, 0) };
  for (let p = 0; p < count; p++) {
    const at = (from[p] ?? 0) + 1;
    start[at] = (start[at] ?? 0) + 1;
  }
  for (let row = 0; row < size; row++) start[row + 1] = (start[row + 1] ?? 0) + (start[row] ?? 0);
  const rows = new Int32Array(count);
  const next = start.slice(0, size);
  for (let p = 0; p < count; p++) {
    const source = from[p] ?? 0;
    const at = next[source] ?? 0;
    rows[at] = to[p] ?? 0;
    next[source] = at + 1;
  }
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
    for (const row of wave) order.push(row);
    wave = wave.flatMap(freed).sort(compare);
  }
  return order;
}

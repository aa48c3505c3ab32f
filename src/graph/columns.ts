/** The columns of a table of tasks: growable typed arrays, row i of each is task i. */

/** The columns of a table, each with room for at least `size` rows. */
export interface Columns {
  size: number;
  /** Index into `STATUSES`. */
  status: Uint8Array;
  priority: Uint8Array;
  flags: Uint16Array;
  /** Index into `lists`. */
  list: Uint16Array;
  /** Seconds since 1970. */
  created: Uint32Array;
  /** A row, `NONE`, or a missing task (`missingId`). */
  parent: Int32Array;
  /** Where the row's blockers begin in `edges`, and how many they are. */
  edgeStart: Int32Array;
  edgeCount: Int32Array;
  /** Rows, or missing tasks. */
  edges: Int32Array;
  edgesUsed: number;
  /** Names of the lists, in order of appearance. */
  lists: string[];
  /** Ids that edges name and no task has: `-2 - k` in a column stands for `missing[k]`. */
  missing: string[];
}

/** Columns without rows. */
export function emptyColumns(): Columns {
  return {
    size: 0,
    status: new Uint8Array(0),
    priority: new Uint8Array(0),
    flags: new Uint16Array(0),
    list: new Uint16Array(0),
    created: new Uint32Array(0),
    parent: new Int32Array(0),
    edgeStart: new Int32Array(0),
    edgeCount: new Int32Array(0),
    edges: new Int32Array(0),
    edgesUsed: 0,
    lists: [],
    missing: [],
  };
}

/** Makes room for so many rows. */
export function growRows(columns: Columns, rows: number): void {
  if (rows <= columns.status.length) return;
  const room = Math.max(16, rows + (rows >> 1));
  columns.status = enlarged(columns.status, new Uint8Array(room));
  columns.priority = enlarged(columns.priority, new Uint8Array(room));
  columns.flags = enlarged(columns.flags, new Uint16Array(room));
  columns.list = enlarged(columns.list, new Uint16Array(room));
  columns.created = enlarged(columns.created, new Uint32Array(room));
  columns.parent = enlarged(columns.parent, new Int32Array(room));
  columns.edgeStart = enlarged(columns.edgeStart, new Int32Array(room));
  columns.edgeCount = enlarged(columns.edgeCount, new Int32Array(room));
}

/** Makes room for so many edges. */
export function growEdges(columns: Columns, edges: number): void {
  if (edges <= columns.edges.length) return;
  columns.edges = enlarged(columns.edges, new Int32Array(Math.max(16, edges + (edges >> 1))));
}

function enlarged<T extends Uint8Array | Uint16Array | Uint32Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** An independent copy. */
export function copyColumns(columns: Columns): Columns {
  return {
    ...columns,
    // Not `slice`: of the Buffers that the index is read from it gives a view, and a draft would change the state below it.
    status: new Uint8Array(columns.status),
    priority: new Uint8Array(columns.priority),
    flags: columns.flags.slice(),
    list: columns.list.slice(),
    created: columns.created.slice(),
    parent: columns.parent.slice(),
    edgeStart: columns.edgeStart.slice(),
    edgeCount: columns.edgeCount.slice(),
    edges: columns.edges.slice(),
    lists: [...columns.lists],
    missing: [...columns.missing],
  };
}

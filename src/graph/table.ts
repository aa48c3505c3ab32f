/**
 * All tasks as columns: row i of every column is one task.
 *
 * Readiness looks at every task of the ledger, and each command is a process that starts cold. Typed arrays that come
 * straight out of the index cost nothing to open, where ten thousand objects cost 20 ms. What only a few tasks have
 * (a claim, a scope, a deferral) stays in the summary and is decoded when its flag is set.
 */
import { invariant } from '../errors.ts';
import { type Columns, copyColumns, emptyColumns, growEdges, growRows } from './columns.ts';
import type { LeaseSightings } from '../lease/lease.ts';
import type { TaskSummary } from '../task/summary.ts';
import type { Status, TaskId } from '../task/types.ts';
import { STATUSES } from '../task/validate.ts';

/** No row: the task has no parent, the id is unknown. */
export const NONE = -1;

/** What a task has beside its columns; a bit each. */
export const FLAG: Readonly<Record<FlagName, number>> = {
  claim: 1,
  defer: 2,
  scope: 4,
  conflicts: 8,
  labels: 16,
  owner: 32,
  due: 64,
  aliases: 128,
  kind: 256,
  reviews: 512,
};

type FlagName = 'claim' | 'defer' | 'scope' | 'conflicts' | 'labels' | 'owner' | 'due' | 'aliases' | 'kind' | 'reviews';

/** Numbers of the statuses in the `status` column. */
export const STATUS: Readonly<Record<Status, number>> = { pending: 0, in_progress: 1, completed: 2, cancelled: 3 };

/** Gives ids and summaries of the rows that came from the index, in order of id; rows added later are the table's. */
export interface RowSource {
  readonly size: number;
  id(row: number): TaskId;
  /** The first row whose id is not before the text; `size` when there is none. */
  lowerBound(text: string): number;
  /** The summary of a row; `idOf` names the rows that its edges point to, some of which the source does not have. */
  summary(row: number, idOf: (row: number) => TaskId): TaskSummary;
}

/** A table of tasks that can be read as a graph and updated in place. */
export class TaskTable {
  readonly columns: Columns;
  /** What this clone's own clock says against the ends that leases name. Nearly always nothing. */
  sightings: LeaseSightings = new Map();
  readonly #source: RowSource;
  readonly #summaries = new Map<number, TaskSummary>();
  readonly #addedRows = new Map<TaskId, number>();
  readonly #addedIds: TaskId[] = [];
  /** The same in order, made when it is asked for: ids are only ever added. */
  #sorted: readonly TaskId[] = [];
  readonly #missingNumbers: Map<string, number>;

  constructor(columns: Columns = emptyColumns(), source: RowSource = EMPTY_SOURCE) {
    this.columns = columns;
    this.#source = source;
    this.#missingNumbers = new Map(columns.missing.map((id, k) => [id, -2 - k]));
  }

  /** An independent copy: updates of one do not show in the other. Costs a copy of the columns. */
  clone(): TaskTable {
    const copy = new TaskTable(copyColumns(this.columns), this.#source);
    for (const [row, summary] of this.#summaries) copy.#summaries.set(row, summary);
    for (const [id, row] of this.#addedRows) copy.#addedRows.set(id, row);
    copy.#addedIds.push(...this.#addedIds);
    copy.sightings = this.sightings;
    return copy;
  }

  get size(): number {
    return this.columns.size;
  }

  /** The row of a whole id, or `NONE`. */
  rowOf(id: TaskId): number {
    const added = this.#addedRows.get(id);
    if (added !== undefined) return added;
    const row = this.#source.lowerBound(id);
    return row < this.#source.size && this.#source.id(row) === id ? row : NONE;
  }

  /** All ids that begin with the text, sorted. */
  withPrefix(text: string): TaskId[] {
    const found = [...this.#addedRows.keys()].filter((id) => id.startsWith(text));
    for (let row = this.#source.lowerBound(text); row < this.#source.size; row++) {
      const id = this.#source.id(row);
      if (!id.startsWith(text)) break;
      found.push(id);
    }
    return found.sort();
  }

  /** How many leading characters the id shares with the id that is most like it. */
  sharedPrefix(id: TaskId): number {
    // In a sorted column only the neighbours can share the most.
    const at = this.#source.lowerBound(id);
    let length = 0;
    for (let row = Math.max(0, at - 1); row <= at + 1 && row < this.#source.size; row++) {
      length = Math.max(length, likeness(id, this.#source.id(row)));
    }
    const added = this.#sortedAdded();
    const place = lowerBound(added, id);
    for (const other of added.slice(Math.max(0, place - 1), place + 2)) length = Math.max(length, likeness(id, other));
    return length;
  }

  #sortedAdded(): readonly TaskId[] {
    if (this.#sorted.length !== this.#addedIds.length) this.#sorted = [...this.#addedIds].sort();
    return this.#sorted;
  }

  /** The id of a row, or of a missing task that a column names. */
  id(row: number): TaskId {
    if (row < NONE) return this.columns.missing[-2 - row] ?? '';
    return row < this.#source.size ? this.#source.id(row) : (this.#addedIds[row - this.#source.size] ?? '');
  }

  summary(row: number): TaskSummary {
    return this.#summaries.get(row) ?? this.#source.summary(row, (target) => this.id(target));
  }

  /** Whether the row differs from the index's, or is new. */
  isFresh(row: number): boolean {
    return this.#summaries.has(row);
  }

  status(row: number): Status {
    return STATUS_NAMES[this.columns.status[row] ?? 0] ?? 'pending';
  }

  listOf(row: number): string {
    return this.columns.lists[this.columns.list[row] ?? 0] ?? '';
  }

  /** Whether the task's work is still to be done. */
  isOpen(row: number): boolean {
    return (this.columns.status[row] ?? 0) < STATUS.completed;
  }

  has(row: number, flag: number): boolean {
    return ((this.columns.flags[row] ?? 0) & flag) !== 0;
  }

  /** The rows that the row waits for; missing tasks as numbers below `NONE`. A view: do not keep it over an update. */
  blockers(row: number): Int32Array {
    const start = this.columns.edgeStart[row] ?? 0;
    return this.columns.edges.subarray(start, start + (this.columns.edgeCount[row] ?? 0));
  }

  /** The row of the parent, `NONE`, or a missing task. */
  parent(row: number): number {
    return this.columns.parent[row] ?? NONE;
  }

  /** Adds or replaces tasks. All ids get their rows first, so that edges among them may point anywhere. */
  upsertAll(summaries: readonly TaskSummary[]): void {
    const rows = summaries.map((summary) => this.#rowFor(summary.id));
    summaries.forEach((summary, i) => this.#set(rows[i] ?? NONE, summary));
  }

  /** Makes rows for tasks that are about to be added one by one, so that edges may point to the later ones at once. */
  reserve(ids: readonly TaskId[]): void {
    for (const id of ids) this.#rowFor(id);
  }

  #rowFor(id: TaskId): number {
    const known = this.rowOf(id);
    if (known !== NONE) return known;
    const row = this.columns.size++;
    growRows(this.columns, this.columns.size);
    // A row that is only reserved is nobody's child: 0 would be the first task's.
    this.columns.parent[row] = NONE;
    this.#addedRows.set(id, row);
    this.#addedIds.push(id);
    this.#adoptMissing(id, row);
    return row;
  }

  /** Edges that named the id before it existed now point to its row. */
  #adoptMissing(id: TaskId, row: number): void {
    const number = this.#missingNumbers.get(id);
    if (number === undefined) return;
    const { columns } = this;
    for (let e = 0; e < columns.edgesUsed; e++) if (columns.edges[e] === number) columns.edges[e] = row;
    for (let r = 0; r < row; r++) if (columns.parent[r] === number) columns.parent[r] = row;
  }

  #set(row: number, summary: TaskSummary): void {
    invariant(row >= 0, 'a row is allocated before it is set');
    const { columns } = this;
    this.#summaries.set(row, summary);
    columns.status[row] = STATUS[summary.status];
    columns.priority[row] = summary.priority;
    columns.flags[row] = flagsOf(summary);
    columns.list[row] = this.#listNumber(summary.list);
    columns.created[row] = Date.parse(summary.created) / 1000;
    columns.parent[row] = summary.parent === undefined ? NONE : this.#target(summary.parent);
    columns.edgeStart[row] = columns.edgesUsed;
    columns.edgeCount[row] = summary.blockedBy.length;
    growEdges(columns, columns.edgesUsed + summary.blockedBy.length);
    for (const blocker of summary.blockedBy) columns.edges[columns.edgesUsed++] = this.#target(blocker);
  }

  #target(id: TaskId): number {
    const row = this.rowOf(id);
    if (row !== NONE) return row;
    let number = this.#missingNumbers.get(id);
    if (number === undefined) {
      number = -2 - this.columns.missing.length;
      this.columns.missing.push(id);
      this.#missingNumbers.set(id, number);
    }
    return number;
  }

  #listNumber(name: string): number {
    const { lists } = this.columns;
    const known = lists.indexOf(name);
    return known < 0 ? lists.push(name) - 1 : known;
  }
}

const STATUS_NAMES = STATUSES as readonly Status[];

const EMPTY_SOURCE: RowSource = {
  size: 0,
  id: () => '',
  lowerBound: () => 0,
  summary: () => {
    throw new RangeError('BUG: an empty table has no rows');
  },
};

/** How many leading characters another id has in common with this one; the id itself counts for nothing. */
function likeness(id: TaskId, other: TaskId): number {
  return id === other ? 0 : commonLength(id, other);
}

/** The first place in a sorted list that is not before the text. */
function lowerBound(sorted: readonly string[], text: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? '') < text) low = middle + 1;
    else high = middle;
  }
  return low;
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

function flagsOf(summary: TaskSummary): number {
  const { claim } = summary;
  // A claim that was released keeps only its term: it holds nobody off.
  let flags = claim?.hold === true || claim?.expires !== undefined ? FLAG.claim : 0;
  for (const name of PRESENCE) if (summary[name] !== undefined) flags |= FLAG[name];
  return flags;
}

/** Fields whose flag says that they are there. */
const PRESENCE = ['defer', 'scope', 'conflicts', 'labels', 'owner', 'due', 'aliases', 'kind', 'reviews'] as const;

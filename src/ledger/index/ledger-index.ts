/** The index in memory: every task of one tip, as a table, with the blob that each row was read from. */
import { TaskTable } from '../../graph/table.ts';
import { NONE } from '../../graph/table.ts';
import type { Oid } from '../../git/ports.ts';
import type { TaskSummary } from '../../task/summary.ts';
import type { TaskId } from '../../task/types.ts';
import type { StoredIndexParts } from './base-file.ts';
import type { DamagedFile, IndexHead, LastChange, StoredIndex } from './types.ts';

/** One task that is new or changed at a tip. */
export interface RowUpdate {
  readonly summary: TaskSummary;
  readonly blob: Oid;
  /** Undefined: not known; the history has to be asked. */
  readonly change?: LastChange | undefined;
}

/** What leads from one tip to the next. */
export interface IndexUpdate {
  readonly tip: Oid;
  readonly tree: Oid;
  readonly rows: readonly RowUpdate[];
  /** Tasks whose file is gone or cannot be read any more. */
  readonly removed?: readonly TaskId[];
  /** All damaged files at the tip; undefined: the same as before. */
  readonly damaged?: readonly DamagedFile[];
}

/** A table of tasks with what the ledger has to know beside it. Updated in place. */
export class LedgerIndex implements StoredIndex {
  readonly oidLength: 40 | 64;
  head: IndexHead;
  table: TaskTable;
  damaged: readonly DamagedFile[];
  /** Rows that differ from the base file. */
  readonly fresh: Map<TaskId, RowUpdate> = new Map();
  /** Those of them that the log on disk does not have yet, the tip that it has, and how many rows it has in all. */
  readonly unsaved: Map<TaskId, RowUpdate> = new Map();
  savedTip: Oid;
  logged = 0;
  #base: StoredIndexParts | undefined;

  constructor(oidLength: 40 | 64, base?: StoredIndexParts) {
    this.oidLength = oidLength;
    this.#base = base;
    this.head = base?.head ?? { id: '', tip: '', tree: '' };
    this.savedTip = this.head.tip;
    this.damaged = base?.damaged ?? [];
    this.table = base === undefined ? new TaskTable() : new TaskTable(base.columns, base.source);
  }

  /** An independent copy, to draft a change on. */
  fork(): LedgerIndex {
    const copy = new LedgerIndex(this.oidLength);
    copy.#base = this.#base;
    copy.head = this.head;
    copy.damaged = this.damaged;
    copy.table = this.table.clone();
    for (const [id, row] of this.fresh) copy.fresh.set(id, row);
    for (const [id, row] of this.unsaved) copy.unsaved.set(id, row);
    copy.savedTip = this.savedTip;
    copy.logged = this.logged;
    return copy;
  }

  /** The blob of a row. */
  blob(row: number): Oid {
    return this.fresh.get(this.table.id(row))?.blob ?? this.#base?.blob(row) ?? '';
  }

  /** The last change of a row, or undefined when only the history knows. */
  change(row: number): LastChange | undefined {
    const fresh = this.fresh.get(this.table.id(row));
    return fresh === undefined ? this.#base?.change(row) : fresh.change;
  }

  /** Ids of the tasks that carry this alias. */
  alias(name: string): TaskId[] {
    const stored = (this.#base?.alias(name) ?? []).filter((id) => !this.fresh.has(id));
    const added = [...this.fresh.values()].filter(({ summary }) => summary.aliases?.includes(name) === true);
    return [...new Set([...stored, ...added.map(({ summary }) => summary.id)])].sort();
  }

  /** Moves the index to the next tip. */
  apply(update: IndexUpdate): void {
    if (update.removed !== undefined && update.removed.length > 0) this.#remove(update.removed);
    for (const row of update.rows) {
      this.fresh.set(row.summary.id, row);
      this.unsaved.set(row.summary.id, row);
    }
    this.table.upsertAll(update.rows.map(({ summary }) => summary));
    this.head = { ...this.head, tip: update.tip, tree: update.tree };
    if (update.damaged !== undefined) this.damaged = update.damaged;
  }

  /** Tasks leave the ledger only by hand or by `prune`, so this may cost a whole new table. */
  #remove(ids: readonly TaskId[]): void {
    const gone = new Set(ids);
    const kept: RowUpdate[] = [];
    for (let row = 0; row < this.table.size; row++) {
      const summary = this.table.summary(row);
      if (!gone.has(summary.id)) kept.push({ summary, blob: this.blob(row), change: this.change(row) });
    }
    this.#base = undefined;
    this.head = { ...this.head, id: '' };
    this.table = new TaskTable();
    this.fresh.clear();
    for (const row of kept) this.fresh.set(row.summary.id, row);
    this.table.upsertAll(kept.map(({ summary }) => summary));
  }

  /** Whether the index has this id. */
  has(id: TaskId): boolean {
    return this.table.rowOf(id) !== NONE;
  }
}

/** What the index holds, and what it is for. */
import type { Oid } from '../../git/ports.ts';
import type { TaskTable } from '../../graph/table.ts';

/** Which state of the branch an index describes. */
export interface IndexHead {
  /** Distinguishes this base file from every other; the log names the base that it continues. */
  readonly id: string;
  readonly tip: Oid;
  readonly tree: Oid;
}

/** A task file that could not be read, by path. Its task is in no list and unblocks nothing. */
export interface DamagedFile {
  readonly path: string;
  readonly blob: Oid;
  /** What is wrong, first problem first. */
  readonly problems: readonly { readonly message: string; readonly line: number; readonly column: number }[];
}

/** The last commit that changed a task's file. */
export interface LastChange {
  readonly commit: Oid;
  /** Author date in seconds since 1970. */
  readonly at: number;
  readonly by: string;
}

/** An index in memory, as far as writing it needs to know. */
export interface StoredIndex {
  readonly head: IndexHead;
  readonly oidLength: 40 | 64;
  readonly table: TaskTable;
  readonly damaged: readonly DamagedFile[];
  blob(row: number): Oid;
  change(row: number): LastChange | undefined;
}

/** The task model: what a task is, in memory. The same words as in the file, in JSON and in the agents' tools. */

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** Eight characters of lower-case Crockford base 32, unique in the whole ledger. */
export type TaskId = string;

/** An instant as RFC 3339 in UTC with whole seconds: `2026-11-22T13:00:00Z`. */
export type Instant = string;

/** A calendar day (`2026-12-01`) or an instant. */
export type DayOrInstant = string;

export type Status = 'pending' | 'in_progress' | 'completed' | 'cancelled';

/**
 * The lease on a task. The record outlives its release: `term` is the fencing token and only ever grows, so a claim
 * without `expires` and without `hold` is a claim that was released.
 */
export interface Claim {
  /** Fencing token: 1 for the first claim, one more for each later one. */
  readonly term: number;
  /** Random, and kept by renewals: no two claims are the same bytes, whoever makes them at whatever second. */
  readonly id?: string;
  /** The session of the holder, where one is known. The holder is the pair of `owner` and this. */
  readonly session?: string;
  /** Length of the lease in seconds; renewals keep it. */
  readonly lease?: number;
  /** The lease runs until then; the task is free again afterwards. */
  readonly expires?: Instant;
  /** Held by a person without an end. */
  readonly hold?: boolean;
  /** Made without the shared remote's word: it may lose to a claim that has it (docs/claims.md). */
  readonly provisional?: boolean;
}

/** Something that shows what was done: the run of a check, or where the work is to be found. */
export interface Evidence {
  readonly id: string;
  readonly at: Instant;
  readonly by: string;
  readonly kind: 'check' | 'commit' | 'url' | 'file';
  /** The name of the check, the commit, the address or the path. */
  readonly name: string;
  /** The commit of the code that it was seen at; `<commit>-dirty` when the files were not just those of the commit. */
  readonly commit?: string;
  /** The blob that a file was. */
  readonly blob?: string;
  /** Exit code of a check; 0 is a pass. */
  readonly exit?: number;
  /** How long a check ran, in seconds. */
  readonly seconds?: number;
  /** The end of a check's output. */
  readonly output?: string;
}

export interface Note {
  readonly id: string;
  readonly at: Instant;
  readonly by: string;
  readonly text: string;
}

/** Two values of one field that a merge could not choose between; the field itself holds `kept`. */
export interface Conflict {
  readonly field: string;
  readonly kept: JsonValue;
  readonly other: JsonValue;
  readonly base?: JsonValue;
}

/** One task. Optional means: absent from the file. Sets are sorted and without duplicates. */
export interface Task {
  readonly id: TaskId;
  /** The list that it is in. Derived from the path, not written in the file. */
  readonly list: string;
  readonly subject: string;
  /** What to show while it is in progress: `Running the tests`. */
  readonly activeForm?: string;
  /** `gate`: nobody works on it; it is opened (completed) and closed by people or scripts. Absent: a task. */
  readonly kind?: string;
  readonly status: Status;
  /** 0 (highest) to 4. */
  readonly priority: number;
  readonly owner?: string;
  readonly claim?: Claim;
  /** The actors who completed it: one, unless two clones did so apart. Only while it is completed. */
  readonly completedBy: readonly string[];
  readonly labels: readonly string[];
  /** Ids of the tasks that must be completed first. */
  readonly blockedBy: readonly TaskId[];
  /** Of the tasks in `blockedBy`, those whose work this task reviews: who completed one cannot claim this. */
  readonly reviews: readonly TaskId[];
  readonly parent?: TaskId;
  /** Globs of the files that it will touch. */
  readonly scope: readonly string[];
  readonly due?: DayOrInstant;
  /** Not ready before then. */
  readonly defer?: DayOrInstant;
  readonly acceptance: readonly string[];
  /** The lines of `acceptance` that somebody has ticked. */
  readonly accepted: readonly string[];
  /** Names of checks that the repository's own configuration defines. */
  readonly checks: readonly string[];
  readonly description?: string;
  readonly result?: string;
  readonly evidence: readonly Evidence[];
  readonly notes: readonly Note[];
  readonly metadata: Readonly<Record<string, JsonValue>>;
  readonly created: Instant;
  readonly createdBy?: string;
  readonly conflicts: readonly Conflict[];
  /** Keys that this version does not know, in their order in the file. They survive every write. */
  readonly extra: Readonly<Record<string, JsonValue>>;
}

/** What a decoder of a foreign format gives: tasks under their foreign keys, and what it could not carry over. */
import type { Task } from '../task/types.ts';

/**
 * The fields of a task that an import can set. The rest is made when the task is written: `id` and `list`, the edges
 * (from keys), `claim` and `conflicts`.
 */
export type ImportedFields = Pick<
  Task,
  | 'subject'
  | 'activeForm'
  | 'status'
  | 'priority'
  | 'owner'
  | 'labels'
  | 'scope'
  | 'due'
  | 'defer'
  | 'acceptance'
  | 'checks'
  | 'description'
  | 'result'
  | 'notes'
  | 'metadata'
  | 'created'
  | 'createdBy'
>;

/** One task of a foreign source. Its fields are well-formed; its edges lead to keys of the same source. */
export interface ImportedTask {
  /** The foreign id, unique in the source. Also in `fields.metadata.<format>.id`, so that it stays an alias. */
  readonly key: string;
  readonly fields: ImportedFields;
  /** Keys of the tasks that must be completed first, sorted. */
  readonly blockedBy: readonly string[];
  /** Key of the task that this one is a part of. */
  readonly parent?: string;
}

/**
 * What became of something that has no exact place here.
 *
 * `skipped`: left out. `changed`: carried over in another form. `kept-in-metadata`: only in `metadata` from now on.
 * `dropped-edge`: an edge that is no edge any more.
 */
export type ImportIssueKind = 'skipped' | 'changed' | 'kept-in-metadata' | 'dropped-edge';

/** One thing to tell the person who imports. */
export interface ImportIssue {
  /** The foreign id, where it is known. */
  readonly key: string | undefined;
  /** Line in the source, from 1. */
  readonly line?: number;
  readonly message: string;
  readonly kind: ImportIssueKind;
}

/** What a source holds, in its own order. */
export interface Decoded {
  readonly tasks: readonly ImportedTask[];
  readonly issues: readonly ImportIssue[];
}

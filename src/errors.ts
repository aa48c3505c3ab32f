/**
 * Typed failures of git-tasks.
 *
 * An expected outcome (a lost race, nothing to do) is a value that a function returns. A failure is a `TasksError`:
 * its code is API, its message names the thing, its hint names the way out. A broken invariant is a `BugError`.
 */

/** The codes of every failure that a user can meet. Codes are only ever added. */
export type ErrorCode =
  | 'usage'
  | 'not-found'
  | 'ambiguous'
  | 'invalid'
  | 'blocked'
  | 'cycle'
  | 'status'
  | 'unmet'
  | 'exists'
  | 'no-repository'
  | 'no-ledger'
  | 'not-a-ledger'
  | 'unsupported'
  | 'damaged'
  | 'read-only'
  | 'io'
  | 'nothing'
  | 'claimed'
  | 'race'
  | 'busy'
  | 'conflict'
  | 'touched'
  | 'remote'
  | 'interrupted';

/** What a failure carries beside its code and message. */
export interface ErrorDetails {
  /** The next step, as a sentence or a command. */
  readonly hint?: string;
  /** Facts for machines: ids, paths, limits. JSON values only. */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** A failure that is the user's, the repository's or the system's; never ours. */
export class TasksError extends Error {
  override readonly name = 'TasksError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.data = details.data ?? {};
  }
}

/** A broken invariant: a defect of git-tasks itself. */
export class BugError extends Error {
  override readonly name = 'BugError';
}

/** Throws a `BugError` unless the condition holds; the message says what was believed. */
export function invariant(condition: unknown, belief: string): asserts condition {
  if (!condition) throw new BugError(`BUG: ${belief}`);
}

/** Whether a caught value is any error of the operating system. */
export function isSystemFault(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}

/** Whether a caught value is a system error with one of these codes (`ENOENT`, `EEXIST` …). */
export function isSystemError(error: unknown, ...codes: string[]): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);
}

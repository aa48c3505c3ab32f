/** What a writing process is told to do, and what it tells: shared by the tests and the worker. */

/** One piece of work. All of its tasks get one group, by which a test knows whether it is there as a whole. */
export interface Job {
  /** `single`: one change. `series`: a commit for each task, all or none. `import`: one commit, as a pack. `read`: none. */
  readonly kind: 'single' | 'series' | 'import' | 'read';
  /** Tasks in the group. */
  readonly size: number;
  readonly group: string;
}

/** The whole order for a worker. */
export interface Order {
  readonly folder: string;
  readonly jobs: readonly Job[];
  /** Waits for this moment after opening (milliseconds since 1970), so that all begin together. */
  readonly startsAt?: number;
  /** Opens the repository anew for each job, as commands do. */
  readonly reopens?: boolean;
  /** Dies before the n-th step that changes something (from 1); `half`: in the middle of the n-th write. */
  readonly die?: { readonly at: number; readonly half?: boolean };
  /** Stops itself (SIGSTOP) right after the first call of this name on a path that ends so. */
  readonly stop?: { readonly call: string; readonly path: string };
}

/** A line of a worker's output. `acknowledged`: the job's changes are safe, by its word. */
export type Report =
  | { readonly begun: true }
  | { readonly acknowledged: string; readonly milliseconds: number }
  | { readonly error: string; readonly message: string; readonly data: Readonly<Record<string, unknown>> };

/** The subject of a task, which says what belongs together. */
export function subjectOf({ group, size }: Pick<Job, 'group' | 'size'>, n: number): string {
  return `${group} ${n}/${size}`;
}

/** The description that belongs to a subject: long enough to be torn. */
export function descriptionOf(subject: string): string {
  return Array.from({ length: 12 }, (_, line) => `${line}: ${subject}`).join('\n');
}

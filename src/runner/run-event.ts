/** What happens in a run, as data: the views, the JSON lines and the report are made of it and of nothing else. */
import type { Standstill } from '../app/standstill.ts';
import type { Instant, TaskId } from '../task/types.ts';

/** A task as a run names it. */
export interface RunTask {
  readonly id: TaskId;
  /** The shortest safe prefix of the id when the run met it. */
  readonly short: string;
  readonly list: string;
  readonly subject: string;
}

/** How the graph stands, seen from the run (only what its `--label` and `--list` select). */
export interface RunCounts {
  readonly running: number;
  /** Completed in this run, by the command itself included. */
  readonly completed: number;
  /** Ended in a failure that was the last try. */
  readonly failed: number;
  readonly ready: number;
  readonly blocked: number;
  /** Open tasks in all. */
  readonly open: number;
}

/**
 * How one try of a task ended. `completed`: exit 0 and its checks; `failed`: anything else; `left`: the command itself
 * completed, released, cancelled or handed on the task, and it stays as it was left; `lost`: somebody else took the lease over;
 * `stopped`: the run was asked to end.
 */
export type TryOutcome = 'completed' | 'failed' | 'left' | 'lost' | 'stopped';

/** One try of a task. */
export interface TryEnd {
  readonly task: RunTask;
  readonly slot: number;
  /** 1 for the first try. */
  readonly attempt: number;
  readonly outcome: TryOutcome;
  /** Exit code of the command; undefined when a signal ended it or it never started. */
  readonly exit?: number;
  readonly signal?: string;
  /** The command was stopped because of `--timeout`. */
  readonly timedOut?: true;
  /** Wall time of the command in seconds. */
  readonly seconds: number;
  /** Why it failed, in a line: the exit, an unmet check, what could not be started. */
  readonly reason?: string;
  /** The end of the output, made printable. */
  readonly tail?: string;
  /** Path of the file with all that is kept of the output. */
  readonly log?: string;
  /** The status that the task was left in. */
  readonly status: string;
  /** There will be another try, after this many milliseconds. */
  readonly retryIn?: number;
  /** Tasks that became ready because of it. */
  readonly unblocked: readonly RunTask[];
}

/** How a run ended. `done`: all that it was to do is completed; `failed`: some tasks failed; `idle`: nothing was ready and work remains. */
export type RunOutcome = 'done' | 'failed' | 'idle' | 'interrupted';

/** The end of a run. */
export interface RunEnded {
  readonly event: 'run-ended';
  readonly outcome: RunOutcome;
  readonly seconds: number;
  readonly counts: RunCounts;
  /** Why it was interrupted: a signal, or what has gone (`reader`, `parent`). */
  readonly ending?: string;
  /** What holds the work up that remains, where nothing of it can move by itself. */
  readonly standstill?: Standstill;
}

/** One thing that happened. */
export type RunEvent = { readonly at: Instant } & (
  | { readonly event: 'run-started'; readonly run: string; readonly jobs: number; readonly counts: RunCounts }
  | {
      readonly event: 'task-started';
      readonly task: RunTask;
      readonly slot: number;
      readonly attempt: number;
      readonly actor: string;
      readonly pid: number;
      readonly log: string;
      readonly worktree?: string;
      readonly branch?: string;
    }
  | ({ readonly event: 'task-ended' } & TryEnd)
  /** Something that changes no outcome: a lease that could not be renewed in time, a remote that is away. */
  | { readonly event: 'warning'; readonly message: string }
  | { readonly event: 'counts'; readonly counts: RunCounts }
  | RunEnded
);

/** A line that a command wrote, without its line end, made printable. Not a part of the events: there may be gigabytes. */
export interface RunLine {
  readonly task: RunTask;
  readonly slot: number;
  readonly text: string;
}

/**
 * Who looks on. What it returns is waited for, so that a slow reader slows the commands down instead of filling the memory.
 * It may not throw.
 */
export interface RunWatcher {
  event(event: RunEvent): void | Promise<void>;
  /** Undefined: nobody reads the lines, and none are made. */
  readonly line?: ((line: RunLine) => void | Promise<void>) | undefined;
}

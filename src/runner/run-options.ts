/** What a run can be told. */
import type { RunCounts, RunOutcome, RunWatcher } from './run-event.ts';

/** What becomes of a task whose last try has failed. */
export type OnFail = 'release' | 'cancel' | 'hold';

/** When a run is over: when nothing is left that it could ever do, or as soon as nothing is ready. */
export type Until = 'done' | 'idle';

/** Options of `runFleet`. */
export interface RunOptions {
  /** The program and its arguments, with placeholders (see placeholders.ts). */
  readonly command: readonly string[];
  /** Where the command runs, unless it gets a worktree of its own. Absolute. */
  readonly folder: string;
  /** How many commands at once: 1 to 1,000. */
  readonly jobs: number;
  /** Only tasks that have all of these. */
  readonly labels?: readonly string[] | undefined;
  readonly until: Until;
  /** How many tries more a task gets that failed. */
  readonly retries: number;
  /** The pause before the first of them, in milliseconds; it doubles each time. */
  readonly backOff: number;
  readonly onFail: OnFail;
  /** The first task that fails for good ends the run. */
  readonly failFast: boolean;
  /** How long one try may take, in milliseconds; undefined: for ever. */
  readonly timeout?: number | undefined;
  /** How long a command that was asked to end may take until it is killed, in milliseconds. */
  readonly grace: number;
  /** Length of the leases in milliseconds; undefined: as configured. */
  readonly lease?: number | undefined;
  /** Gives the command its task as JSON on standard input. */
  readonly stdin: boolean;
  /** Gives each try a linked worktree and a branch of its own. */
  readonly worktree: boolean;
  /** Opens a review of each task that was completed. */
  readonly review: boolean;
  /** How often to look at a shared remote while nothing is ready, in milliseconds. */
  readonly fetch: number;
  readonly watcher: RunWatcher;
  /** Ends the run in an orderly way: commands are asked to end, claims are given back. The reason names what has ended it. */
  readonly stop: AbortSignal;
  /** Kills the commands at once. */
  readonly kill: AbortSignal;
}

/** How a run went. */
export interface RunSummary {
  readonly run: string;
  readonly outcome: RunOutcome;
  readonly counts: RunCounts;
  /** Wall time in seconds. */
  readonly seconds: number;
  /** The folder with the outputs. Absolute. */
  readonly folder: string;
}

/** What one run of a mirror has to do, and what it says about it. */
import type { Seen } from '../../interop/claude/reconcile.ts';
import type { TaskId } from '../../task/types.ts';
import type { Session } from '../session.ts';

/**
 * Something that a person or an agent should know.
 *
 * `refused`: the native side did what the rules forbid; it is put back. `kept`: both sides changed it, and the ledger's
 * stays. `unreadable`: a native file was left alone. `vanished`: open tasks whose files had gone; they are back.
 */
export interface MirrorIssue {
  readonly kind: 'refused' | 'kept' | 'unreadable' | 'vanished';
  /** Number of the native task. */
  readonly native: string;
  readonly id?: TaskId;
  readonly message: string;
}

/** One native task to bring into the ledger. `seen` undefined: its file was removed. */
export interface Work {
  readonly native: string;
  readonly id: TaskId;
  readonly alias: string;
  readonly baseStatus: string;
  readonly seen: Seen | undefined;
}

/** What a mirror works with. */
export interface MirrorScene {
  readonly session: Session;
  /** Id of the native list, as it names its folder. */
  readonly listId: string;
  /** Absolute path of the native list. */
  readonly folder: string;
  /** How long to wait for locks, in milliseconds. */
  readonly timeout: number;
  /** Whether somebody works in the native list just now, as far as the caller knows. */
  readonly isAlive: boolean;
}

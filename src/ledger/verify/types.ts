/** What replaying the history finds and counts. */
import type { Oid } from '../../git/ports.ts';
import type { Status, TaskId } from '../../task/types.ts';

/** The promises that a commit may have broken. Names are only ever added; `docs/verify.md` explains each. */
export type VerifyRule =
  | 'status'
  | 'term'
  | 'lease'
  | 'blocked'
  | 'unmet'
  | 'graph'
  | 'fields'
  | 'actor'
  | 'message'
  | 'override'
  | 'merge'
  | 'root'
  | 'unreadable'
  | 'layout';

/** Something that no change of the ledger may do, and the commit that did it. */
export interface VerifyFinding {
  readonly rule: VerifyRule;
  readonly commit: Oid;
  /** The task that it is about. */
  readonly id?: TaskId;
  /** The file that it is about. */
  readonly path?: string;
  readonly message: string;
}

/** A finding before it is known which commit it is about. */
export type Broken = Omit<VerifyFinding, 'commit'>;

/** A step in the life of a task: what one commit did to its status or its claim. */
export interface Transition {
  readonly commit: Oid;
  /** Seconds since 1970, by the clock of whoever wrote it. */
  readonly at: number;
  readonly id: TaskId;
  readonly actor: string;
  readonly session?: string;
  /** What was done, in the words of the command line: `claim`, `done`; `add` for a new task, `edit` by hand. */
  readonly verbs: readonly string[];
  /** Undefined: the task is new. */
  readonly from?: Status;
  readonly to: Status;
  /** The term of the claim afterwards; 0: never claimed. */
  readonly term: number;
  /** Who holds it afterwards. */
  readonly owner?: string;
  /** The lease of somebody else had ended. */
  readonly takeover?: true;
}

/** What was replayed, in numbers. */
export interface VerifyCounts {
  commits: number;
  /** Changes of a status or a claim, and new tasks. */
  transitions: number;
  /** Rules that were overridden with a reason. */
  overrides: number;
  /** Claims of tasks whose lease had ended in other hands. */
  takeovers: number;
  /** Merges that are byte for byte what joining their parents gives. */
  merges: number;
  /** Merges that were made without git-tasks, and how many of them lost something that a later commit brought back. */
  foreignMerges: number;
  mendedMerges: number;
  /** Merges whose base lies before the cut of a shallow clone. */
  uncheckedMerges: number;
  /** Commits that took over tasks as another system had them. */
  imports: number;
  /** Commits in which `doctor` restored what the ledger had. */
  repairs: number;
  /** Commits that stock git made. */
  byHand: number;
  /** Claims of one task in one term that were made in different clones, so that a merge had to choose. */
  rivalClaims: number;
  /** Commits that are dated before their parent: the clocks of two machines differ. */
  backdated: number;
}

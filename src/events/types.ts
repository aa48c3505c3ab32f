/** What can happen to a ledger, as those who watch it are told. */
import type { Oid } from '../git/ports.ts';
import type { HeldUp } from '../graph/deadlock.ts';
import type { Conflict, Instant, JsonValue, Status, TaskId } from '../task/types.ts';

/** The types of events, in the order in which documents list them. Types are only ever added. */
export const EVENT_TYPES = [
  'created',
  'changed',
  'claimed',
  'renewed',
  'released',
  'completed',
  'cancelled',
  'reopened',
  'unblocked',
  'conflict',
  'lease-expired',
  'removed',
  'damaged',
  'stuck',
  'rewritten',
] as const;

/** One of `EVENT_TYPES`. */
export type EventType = (typeof EVENT_TYPES)[number];

/** The task of an event, as the commit left it. */
export interface EventTask {
  readonly id: TaskId;
  readonly list: string;
  readonly subject: string;
  readonly status: Status;
  /** Whether it can be started now. */
  readonly ready: boolean;
  readonly owner?: string;
  readonly labels: readonly string[];
}

/** A changed field. Sets say what came and went; long texts and structures only that they changed. */
export interface EventChange {
  readonly field: string;
  readonly before?: JsonValue;
  readonly after?: JsonValue;
  readonly added?: readonly string[];
  readonly removed?: readonly string[];
}

/** One event. */
export interface LedgerEvent {
  readonly type: EventType;
  /** When: the date of the commit, or the moment that the clock reached. */
  readonly at: Instant;
  /** The commit that made it; none where the clock did. */
  readonly commit?: Oid;
  readonly actor?: string;
  readonly session?: string;
  /** Why, where the commit says so. */
  readonly reason?: string;
  /** None for what happens to the ledger as a whole. */
  readonly task?: EventTask;
  readonly changes?: readonly EventChange[];
  /** Of `unblocked`: the tasks whose change did it. */
  readonly because?: readonly TaskId[];
  /** Of `conflict`: what the merge could not decide. */
  readonly conflicts?: readonly Conflict[];
  /** A merge of two changes did it. */
  readonly merge?: true;
  /** Of `rewritten`: the tip before, and the one now; null when the branch is gone. */
  readonly from?: Oid;
  readonly to?: Oid | null;
  /** Of `stuck`: how many tasks are open, and what they wait for in the end. */
  readonly open?: number;
  readonly causes?: readonly HeldUp[];
}

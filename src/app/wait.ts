/** `wait`: lets time pass until tasks are as somebody needs them. */
import type { TasksError } from '../errors.ts';
import { follow } from '../events/follow.ts';
import { isBlocked, isReady, type Readiness, readinessAt } from '../graph/readiness.ts';
import { NONE } from '../graph/table.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import type { Status, TaskId } from '../task/types.ts';
import { whileFetching } from './fetch-often.ts';
import { assertPresent } from './present.ts';
import type { Session } from './session.ts';
import { rowView, type TaskRow } from './task-view.ts';

/** `closed`: completed or cancelled. `unblocked`: no open work stands before it. */
export type Condition = Status | 'closed' | 'ready' | 'unblocked';

/** What `wait` can be told. */
export interface WaitInput {
  readonly ids: readonly string[];
  readonly until: Condition;
  /** One of the tasks is enough. */
  readonly any?: boolean | undefined;
  /** How long to wait, in milliseconds; undefined: for ever. */
  readonly timeout?: number | undefined;
  /** Fetches from the remote at this interval, in milliseconds. */
  readonly fetch?: number | undefined;
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
  /** Is told of a remote that cannot be used at the moment. */
  readonly warn?: ((error: TasksError) => void) | undefined;
}

/** How the waiting ended. `hopeless`: it cannot come about any more, unless somebody reopens a task. */
export type WaitOutcome = 'met' | 'timeout' | 'hopeless' | 'interrupted';

/** The answer of `wait`. */
export interface WaitAnswer {
  readonly outcome: WaitOutcome;
  readonly tasks: readonly WaitedTask[];
  readonly tip: string;
  readonly shortIds: Readonly<Record<TaskId, string>>;
}

/** A task that was waited for. */
export interface WaitedTask {
  /** Whether it has been as it should be since the waiting began. */
  readonly met: boolean;
  /** As it is now; undefined when it is gone. */
  readonly task: TaskRow | undefined;
  readonly id: TaskId;
}

/** Waits. Each task has to be as it should be once, not all at the same time. Throws `not-found` for an unknown id. */
export async function waitForTasks(session: Session, input: WaitInput): Promise<WaitAnswer> {
  assertPresent(session);
  const { world } = session;
  const first = await session.ledger.open();
  const ids = [...new Set(input.ids.map((id) => first.find(id)))];
  const met = new Set<TaskId>();
  const until = input.timeout === undefined ? undefined : world.now() + input.timeout;
  let state = first;
  const end = (outcome: WaitOutcome): WaitAnswer => answerOf({ outcome, ids, met }, state, world.now());
  const moments = whileFetching(session, input, (signal) => follow(session, { since: first.tip, signal, until }));
  for await (const moment of moments) {
    state = moment.state;
    const hopes = look(readinessAt(state.table, moment.now), ids, input.until);
    for (const [id, hope] of hopes) if (hope === 'met') met.add(id);
    const isEnough = input.any === true ? met.size > 0 : met.size === ids.length;
    if (isEnough) return end('met');
    const hopeless = ids.filter((id) => !met.has(id) && hopes.get(id) === 'hopeless');
    if (hopeless.length >= (input.any === true ? ids.length : 1)) return end('hopeless');
  }
  return end(input.signal?.aborted === true ? 'interrupted' : 'timeout');
}

type Hope = 'met' | 'open' | 'hopeless';

function look(readiness: Readiness, ids: readonly TaskId[], until: Condition): ReadonlyMap<TaskId, Hope> {
  return new Map(ids.map((id) => [id, hopeOf(readiness, readiness.table.rowOf(id), until)]));
}

function hopeOf(readiness: Readiness, row: number, until: Condition): Hope {
  if (row === NONE) return 'hopeless';
  const status = readiness.table.status(row);
  const isOpen = readiness.table.isOpen(row);
  if (until === 'closed') return isOpen ? 'open' : 'met';
  if (until === 'ready') return isReady(readiness, row) ? 'met' : unless(isOpen);
  if (until === 'unblocked') {
    if (status === 'cancelled') return 'hopeless';
    return isBlocked(readiness, row) ? 'open' : 'met';
  }
  return status === until ? 'met' : unless(isOpen);
}

/** What is closed stays as it is; what is open may become anything. */
function unless(isOpen: boolean): Hope {
  return isOpen ? 'open' : 'hopeless';
}

interface End {
  readonly outcome: WaitOutcome;
  readonly ids: readonly TaskId[];
  readonly met: ReadonlySet<TaskId>;
}

function answerOf({ outcome, ids, met }: End, state: Snapshot, now: number): WaitAnswer {
  const readiness = readinessAt(state.table, now);
  const tasks = ids.map((id): WaitedTask => {
    const row = state.table.rowOf(id);
    return { id, met: met.has(id), task: row === NONE ? undefined : rowView(readiness, row) };
  });
  const shortIds = Object.fromEntries(ids.map((id) => [id, state.has(id) ? state.short(id) : id]));
  return { outcome, tasks, tip: state.tip, shortIds };
}

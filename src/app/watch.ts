/** `watch`: what happens to the ledger, as it happens. */
import { createDerive } from '../events/derive.ts';
import { follow, type Moment } from '../events/follow.ts';
import { EVENT_TYPES, type EventType, type LedgerEvent } from '../events/types.ts';
import { TasksError } from '../errors.ts';
import { resolveRevision } from '../ledger/history.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import type { TaskId } from '../task/types.ts';
import { whileFetching } from './fetch-often.ts';
import { assertPresent } from './present.ts';
import type { Session } from './session.ts';

export type { EventType } from '../events/types.ts';

/** What `watch` can be told. */
export interface WatchInput {
  /** Only events of these tasks. */
  readonly ids?: readonly string[] | undefined;
  readonly types?: readonly EventType[] | undefined;
  /** Only tasks that have all of these. */
  readonly labels?: readonly string[] | undefined;
  /** A commit, ref or time: what came after it is told first. */
  readonly since?: string | undefined;
  /** Fetches from the remote at this interval, in milliseconds. */
  readonly fetch?: number | undefined;
  /** How long to watch, in milliseconds. */
  readonly timeout?: number | undefined;
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
  /** Is told of a remote that cannot be used at the moment. */
  readonly warn?: ((error: TasksError) => void) | undefined;
}

/** An event, and from where to go on after it. */
export interface WatchedEvent extends LedgerEvent {
  /** As `since`, it gives everything after this event; where a commit makes several, those of it again until its last. */
  readonly cursor: string;
}

/** The events of one commit or moment, and how to write the ids in them. */
export interface WatchedEvents {
  readonly events: readonly WatchedEvent[];
  readonly shortIds: Readonly<Record<TaskId, string>>;
}

/** The event type that a word names. Throws `usage`. */
export function parseEventType(word: string): EventType {
  const type = EVENT_TYPES.find((known) => known === word);
  if (type !== undefined) return type;
  throw new TasksError('usage', `There is no event type ${JSON.stringify(word)}`, {
    hint: `Choose from: ${EVENT_TYPES.join(', ')}`,
  });
}

/** The events as they come, until `signal` or `timeout`. Throws `no-ledger`, `not-found` and what ends fetching. */
export async function* watchEvents(session: Session, input: WatchInput = {}): AsyncGenerator<WatchedEvents> {
  assertPresent(session);
  const { repository, world } = session;
  const now = await session.ledger.open();
  const since = input.since === undefined ? undefined : await resolveRevision(repository, now.tip, input.since);
  const isWanted = filterOf(session, input, new Set((input.ids ?? []).map((id) => now.find(id))));
  const derive = createDerive(repository.objects);
  const until = input.timeout === undefined ? undefined : world.now() + input.timeout;
  yield* whileFetching(session, input, async function* (signal) {
    let cursor = since ?? now.tip;
    for await (const moment of follow(session, { since: cursor, signal, until })) {
      const events = (await derive(moment)).filter(isWanted);
      const before = cursor;
      cursor = cursorAt(moment);
      const last = events.length - 1;
      const stamped = events.map(({ type, ...event }, i) => ({ type, ...event, cursor: i === last ? cursor : before }));
      if (stamped.length > 0) yield { events: stamped, shortIds: shortIdsOf(moment.state, stamped) };
    }
  });
}

function cursorAt(moment: Moment): string {
  return moment.kind === 'rewritten' && moment.to === null ? moment.from : moment.state.tip;
}

function filterOf(
  { onlyList }: Session,
  { types, labels = [] }: WatchInput,
  ids: ReadonlySet<TaskId>,
): (event: LedgerEvent) => boolean {
  return ({ type, task }) => {
    if (types !== undefined && !types.includes(type)) return false;
    if (task === undefined) return true;
    if (onlyList !== undefined && task.list !== onlyList) return false;
    return (ids.size === 0 || ids.has(task.id)) && labels.every((label) => task.labels.includes(label));
  };
}

function shortIdsOf(state: Snapshot, events: readonly LedgerEvent[]): Readonly<Record<TaskId, string>> {
  const ids = new Set(
    events.flatMap(({ task, because = [] }) => [...(task === undefined ? [] : [task.id]), ...because]),
  );
  return Object.fromEntries([...ids].map((id) => [id, state.has(id) ? state.short(id) : id]));
}

/** The events of each moment: what its commits did, and what follows from that. */
import type { ObjectStore } from '../git/ports.ts';
import { type Deadlock, findDeadlock } from '../graph/deadlock.ts';
import { isReady, type Readiness, readinessAt, readyRows } from '../graph/readiness.ts';
import { NONE } from '../graph/table.ts';
import { neighbours } from '../graph/walk.ts';
import { readCommit } from '../ledger/history.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { toInstant } from '../task/instant.ts';
import type { TaskId } from '../task/types.ts';
import { expiredRows } from './clock.ts';
import { actorOf, type CommitEvent, eventsOfCommit, eventsOfMerge, type Told } from './commit-events.ts';
import type { Moment } from './follow.ts';
import type { EventTask, EventType, LedgerEvent } from './types.ts';

/** Gives the events of one moment after the other. */
export type Derive = (moment: Moment) => Promise<readonly LedgerEvent[]>;

/** After these a task is ready by its own change: it needs no event of its own. */
const OWN: ReadonlySet<EventType> = new Set(['created', 'released', 'reopened', 'lease-expired']);

/** A function that gives the events. It remembers what was ready, so each moment is given to it once, in order. */
export function createDerive(store: ObjectStore): Derive {
  let known: Known | undefined;
  return async (moment) => {
    const { state, now } = moment;
    if (moment.kind === 'start') return [];
    if (moment.kind === 'rewritten') {
      return [{ type: 'rewritten', at: toInstant(now), from: moment.from, to: moment.to }];
    }
    const earlier = moment.kind === 'step' ? { state: moment.before, now } : { state, now: moment.from };
    const old = known?.state === earlier.state && known.now === earlier.now ? known : look(earlier);
    known = look({ state, now });
    const own = await ownEvents(store, moment, known.readiness);
    return [...own, ...unblocked(old, known, { own, moment }), ...stuck(old, known, moment)];
  };
}

type Change = Exclude<Moment, { kind: 'start' | 'rewritten' }>;

/** What the commits of a moment did, or which leases the clock has ended. */
async function ownEvents(store: ObjectStore, moment: Change, readiness: Readiness): Promise<LedgerEvent[]> {
  if (moment.kind === 'step') {
    return (await commitEvents(store, moment)).map((event) => withReadiness(event, readiness));
  }
  const rows = expiredRows(moment.state.table, { from: moment.from, to: moment.now });
  return rows.map((row) => expired(readiness, row, moment.now));
}

/** What is ready in a state at a moment. */
interface Known {
  readonly state: Snapshot;
  readonly now: number;
  readonly readiness: Readiness;
  readonly ready: ReadonlySet<TaskId>;
  /** Work remains, and nothing will move by itself. */
  readonly deadlock: Deadlock | undefined;
}

function look({ state, now }: Pick<Known, 'state' | 'now'>): Known {
  const readiness = readinessAt(state.table, now);
  const ready = new Set(readyRows(readiness).map((row) => state.table.id(row)));
  return { state, now, readiness, ready, deadlock: ready.size > 0 ? undefined : findDeadlock(readiness) };
}

type StepMoment = Extract<Moment, { kind: 'step' }>;

async function commitEvents(store: ObjectStore, { before, commit, side }: StepMoment): Promise<CommitEvent[]> {
  const told: Told = new Map();
  const events: CommitEvent[] = [];
  for (const oid of side) {
    const entry = await readCommit(store, oid);
    const [known = '', ...others] = entry.parents;
    const made =
      others.length > 0 ? eventsOfMerge(store, { commit: entry, known, told }) : eventsOfCommit(store, entry, told);
    events.push(...(await made));
  }
  const isMerge = commit.parents.length > 1;
  const last = isMerge ? eventsOfMerge(store, { commit, known: before.tip, told }) : eventsOfCommit(store, commit);
  return [...events, ...(await last)];
}

function withReadiness({ task, ...event }: CommitEvent, readiness: Readiness): LedgerEvent {
  const row = readiness.table.rowOf(task.id);
  const ready = row !== NONE && isReady(readiness, row);
  const full: EventTask =
    'subject' in task
      ? {
          id: task.id,
          list: task.list,
          subject: task.subject,
          status: task.status,
          ready,
          ...(task.owner !== undefined && { owner: task.owner }),
          labels: task.labels,
        }
      : { ...task, subject: '', status: 'pending', ready, labels: [] };
  return { ...event, task: full };
}

function expired(readiness: Readiness, row: number, now: number): LedgerEvent {
  return { type: 'lease-expired', at: toInstant(now), task: rowTask(readiness, row) };
}

function rowTask(readiness: Readiness, row: number): EventTask {
  const { id, list, subject, status, owner, labels = [] } = readiness.table.summary(row);
  return { id, list, subject, status, ready: isReady(readiness, row), ...(owner !== undefined && { owner }), labels };
}

interface Cause {
  /** The events that the moment has beside these. */
  readonly own: readonly LedgerEvent[];
  readonly moment: Change;
}

/** Tasks that were there before, could not be started, and now can, through a change of others or of the clock. */
function unblocked(old: Known, { state, readiness, ready }: Known, { own, moment }: Cause): LedgerEvent[] {
  const byThemselves = new Set(own.filter(({ type }) => OWN.has(type)).map(({ task }) => task?.id));
  const touched = new Set(own.flatMap(({ task }) => (task === undefined ? [] : [task.id])));
  const facts = factsOf(moment);
  return [...ready]
    .filter((id) => !old.ready.has(id) && !byThemselves.has(id) && old.state.has(id))
    .map((id): LedgerEvent => {
      const because = [...waitedFor(state, id)].filter((other) => touched.has(other));
      const task = rowTask(readiness, state.table.rowOf(id));
      return { type: 'unblocked', ...facts, task, ...(because.length > 0 && { because }) };
    });
}

/** The alarm: the plan stands still, and did not before. */
function stuck(old: Known, { deadlock }: Known, moment: Change): LedgerEvent[] {
  if (deadlock === undefined || old.deadlock !== undefined) return [];
  const { open, causes } = deadlock;
  return [{ type: 'stuck', ...factsOf(moment), open, causes }];
}

function factsOf(moment: Change): Pick<LedgerEvent, 'at' | 'commit' | 'actor'> {
  if (moment.kind === 'clock') return { at: toInstant(moment.now) };
  const { commit } = moment;
  return { at: toInstant(commit.author.seconds * 1000), commit: commit.oid, actor: actorOf(commit) };
}

/** What a task waits for: its blockers and its children. */
function* waitedFor({ table, children }: Snapshot, id: TaskId): Generator<TaskId> {
  const row = table.rowOf(id);
  for (const blocker of table.blockers(row)) yield table.id(blocker);
  for (const child of neighbours(children, row)) yield table.id(child);
}

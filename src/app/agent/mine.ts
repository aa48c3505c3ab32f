/** What is a caller's own in the ledger: what they hold, and what they have lost hold of. */
import { FLAG, NONE, STATUS, type TaskTable } from '../../graph/table.ts';
import { type Held, leaseState } from '../../lease/lease.ts';
import type { Snapshot } from '../../ledger/snapshot.ts';
import type { Instant, TaskId } from '../../task/types.ts';
import type { Session } from '../session.ts';
import type { LeftTask } from './last-look.ts';
import { callerOf, ownSessions } from './own-sessions.ts';

/**
 * How a task is somebody's own. `held`: by this session. `left`: given back by a session of theirs that ended.
 * `lapsed`: its lease is over. `elsewhere`: held by another session of the same actor.
 */
export type Standing = 'held' | 'left' | 'lapsed' | 'elsewhere';

/** One of the caller's tasks. */
export interface OwnTask {
  readonly id: TaskId;
  readonly short: string;
  readonly subject: string;
  readonly standing: Standing;
  /** When the lease ends, or ended. */
  readonly until?: Instant;
}

const ORDER: readonly Standing[] = ['held', 'left', 'lapsed', 'elsewhere'];

/** What a session left counts for a week. */
const LEFT_FOR = 7 * 24 * 60 * 60 * 1000;

/** The caller's tasks, those of this session first. */
export function ownTasks(session: Session, snapshot: Snapshot, left: readonly LeftTask[] = []): readonly OwnTask[] {
  const found = [...runningTasks(session, snapshot), ...leftTasks(session, snapshot, left)];
  return found.sort((a, b) => ORDER.indexOf(a.standing) - ORDER.indexOf(b.standing));
}

function runningTasks(session: Session, snapshot: Snapshot): OwnTask[] {
  const { table } = snapshot;
  const found: OwnTask[] = [];
  const judge = judgeFor(session, table);
  for (let row = 0; row < table.size; row++) {
    if (table.columns.status[row] !== STATUS.in_progress || !table.has(row, FLAG.owner | FLAG.claim)) continue;
    const { id, subject, ...held } = table.summary(row);
    const standing = judge(held);
    if (standing === undefined) continue;
    const until = held.claim?.expires;
    found.push({ id, short: snapshot.short(id), subject, standing, ...(until !== undefined && { until }) });
  }
  return found;
}

/** Tells how a started task is the caller's; undefined where it is somebody else's. */
function judgeFor(session: Session, { sightings }: TaskTable): (held: Held) => Standing | undefined {
  const actor = callerOf(session)?.actor;
  const own = ownSessions(session);
  const now = session.world.now();
  return ({ owner, claim }) => {
    const isHere = claim?.session === undefined ? owner === actor : own.has(claim.session);
    if (!isHere && owner !== actor) return undefined;
    if (claim !== undefined && leaseState(claim, now, sightings) !== 'live') return 'lapsed';
    return isHere ? 'held' : 'elsewhere';
  };
}

function leftTasks({ world }: Session, snapshot: Snapshot, left: readonly LeftTask[]): OwnTask[] {
  const { table } = snapshot;
  return left.flatMap(({ id, at }): OwnTask[] => {
    const row = table.rowOf(id);
    if (row === NONE || table.status(row) !== 'pending' || world.now() - at > LEFT_FOR) return [];
    return [{ id, short: snapshot.short(id), subject: table.summary(row).subject, standing: 'left' }];
  });
}

/** `stale`: what is said to be in progress, and nobody seems to work on. */
import type { Readiness } from '../graph/readiness.ts';
import { type Held, isHolder, type LeaseState, leaseState } from '../lease/lease.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { instantToMs, toInstant } from '../task/instant.ts';
import type { Instant } from '../task/types.ts';
import { readinessFor } from './readiness-for.ts';
import type { Session } from './session.ts';
import { rowView, type TaskRow } from './task-view.ts';

/** A task that nobody seems to work on. */
export interface StaleTask extends TaskRow {
  /** `expired`: its lease ran out. `unclaimed`: it was started without a claim. */
  readonly why: 'expired' | 'unclaimed';
  /** Since when: the end of the lease, or the last change. Unknown where the index does not tell. */
  readonly since?: Instant;
  /** Seconds since then. */
  readonly seconds?: number;
  /** Whether the caller is the holder, who can still renew it. */
  readonly mine: boolean;
}

/** The answer of `stale`. */
export interface StaleAnswer {
  /** The longest stale first. */
  readonly tasks: readonly StaleTask[];
  readonly total: number;
  readonly shown: number;
  readonly tip: string;
  readonly shortIds: Readonly<Record<string, string>>;
}

/** Tasks in progress whose lease has run out, or that have none. `limit` 0: all of them. */
export async function staleTasks(session: Session, { limit }: { readonly limit: number }): Promise<StaleAnswer> {
  const snapshot = await session.read();
  const { table } = snapshot;
  const now = session.world.now();
  const readiness = readinessFor(session, table);
  const found: StaleTask[] = [];
  for (let row = 0; row < table.size; row++) {
    if (table.status(row) !== 'in_progress') continue;
    if (session.onlyList !== undefined && table.listOf(row) !== session.onlyList) continue;
    const state = leaseState(table.summary(row).claim, now, table.sightings);
    if (state !== 'live') found.push(staleTask({ session, snapshot, readiness }, row, state));
  }
  const sorted = found.sort((a, b) => (b.seconds ?? 0) - (a.seconds ?? 0) || (a.id < b.id ? -1 : 1));
  const tasks = limit === 0 ? sorted : sorted.slice(0, limit);
  const shortIds = Object.fromEntries(tasks.map(({ id }) => [id, snapshot.short(id)]));
  return { tasks, total: found.length, shown: tasks.length, tip: snapshot.tip, shortIds };
}

interface Looking {
  readonly session: Session;
  readonly snapshot: Snapshot;
  readonly readiness: Readiness;
}

function staleTask({ session, snapshot, readiness }: Looking, row: number, state: LeaseState): StaleTask {
  const { id, owner, claim } = snapshot.table.summary(row);
  const changed = snapshot.knownChange(id)?.at;
  const since = claim?.expires ?? (changed === undefined ? undefined : toInstant(changed * 1000));
  return {
    ...rowView(readiness, row),
    why: state === 'expired' ? 'expired' : 'unclaimed',
    ...(since !== undefined && {
      since,
      seconds: Math.max(0, Math.floor((readiness.now - instantToMs(since)) / 1000)),
    }),
    mine: owner !== undefined && isMine(session, { owner, claim }),
  };
}

/** Reading the past, or without a name, nothing is anybody's. */
function isMine(session: Session, held: Held): boolean {
  return !session.isPast && isHolder(held, session.author());
}

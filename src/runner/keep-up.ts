/** What goes on beside the tries of a run: leases are renewed, and news of the ledger and its remote is brought in. */
import { whileFetching } from '../app/fetch-often.ts';
import { releaseLeases, renewLeases } from '../app/keep-claims.ts';
import { claimMode, sharedRemote } from '../app/shared-remote.ts';
import { TasksError } from '../errors.ts';
import { nextMoment } from '../events/clock.ts';
import { followTip } from '../events/follow-tip.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { type Fleet, warn } from './fleet.ts';

/** What goes on. */
export interface Upkeep {
  /** The state that the loop has seen: what differs from it is news. */
  saw(snapshot: Snapshot): void;
  /** Ends it, and gives back what the run still holds. */
  close(): Promise<void>;
}

/** Renewals are looked for that often in a lease. */
const LOOKS = 6;

/** Begins; `wake` is called whenever something may be another way than it was. */
export function keepUp(fleet: Fleet, wake: () => void): Upkeep {
  const over = new AbortController();
  let seen: Snapshot | undefined;
  const news = follow(fleet, { signal: over.signal, seen: () => seen }, wake);
  const renewing = renew(fleet, over.signal);
  return {
    saw: (snapshot) => {
      seen = snapshot;
    },
    close: async () => {
      over.abort();
      await Promise.all([news, renewing]);
      await quietly(fleet, () => releaseLeases(fleet.session));
    },
  };
}

interface Following {
  readonly signal: AbortSignal;
  readonly seen: () => Snapshot | undefined;
}

async function follow(fleet: Fleet, { signal, seen }: Following, wake: () => void): Promise<void> {
  const { session, options } = fleet;
  const { world } = session;
  const isShared = (await sharedRemote(session)) !== undefined && claimMode(session) !== 'local';
  let first: Snapshot | undefined = await session.ledger.open();
  const known = first.tip;
  const dueAt = (): number => {
    const latest = seen() ?? first;
    // Not to be kept for as long as the run lasts.
    if (latest !== first) first = undefined;
    return latest === undefined ? Number.POSITIVE_INFINITY : nextMoment(latest.table, world.now());
  };
  const fetch = isShared ? options.fetch : undefined;
  const tell = (error: TasksError): void => void warn(fleet, error.message);
  await quietly(fleet, async () => {
    const news = whileFetching(session, { fetch, signal, warn: tell }, (until) =>
      followTip(session, { known, dueAt, signal: until }),
    );
    while ((await news.next()).done !== true) wake();
  });
}

async function renew(fleet: Fleet, signal: AbortSignal): Promise<void> {
  const { session, options } = fleet;
  const pause = Math.max(100, Math.min(60_000, (options.lease ?? session.lease()) / LOOKS));
  while (!signal.aborted) {
    await session.world.sleep(pause, signal);
    if (!signal.aborted) await quietly(fleet, () => renewLeases(session));
  }
}

/** What fails here is tried again, or has no bearing on the tries. */
async function quietly(fleet: Fleet, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof TasksError)) throw error;
    await warn(fleet, error.message);
  }
}

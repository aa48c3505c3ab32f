/** What goes on beside the tries of a run: leases are renewed, and news of the ledger and its remote is brought in. */
import { whileFetching } from '../app/fetch-often.ts';
import { releaseLeases, renewLeases } from '../app/keep-claims.ts';
import { claimMode, sharedRemote } from '../app/shared-remote.ts';
import { TasksError } from '../errors.ts';
import { followTip } from '../events/follow-tip.ts';
import type { TaskId } from '../task/types.ts';
import { type Fleet, warn } from './fleet.ts';

/** What goes on. */
export interface Upkeep {
  /** Ends it, and gives back what the run still holds. */
  close(): Promise<void>;
}

/** Renewals are looked for that often in a lease. */
const LOOKS = 6;

/** Begins; `wake` is called whenever somebody has changed something. Of what the clock alone changes the loop knows itself. */
export function keepUp(fleet: Fleet, wake: () => void): Upkeep {
  const over = new AbortController();
  const news = follow(fleet, over.signal, wake);
  const renewing = renew(fleet, over.signal);
  return {
    close: async () => {
      over.abort();
      await Promise.all([news, renewing]);
      await quietly(fleet, async () => void (await releaseLeases(fleet.session)));
    },
  };
}

/**
 * Gives back what the command of a try has claimed beside its task and left undone: nobody works on it, and the run would
 * renew it for ever and wait for itself. Gives the ids.
 */
export async function giveBackRest(fleet: Fleet, isOrphan: (owner: string) => boolean): Promise<readonly TaskId[]> {
  let ids: readonly TaskId[] = [];
  await quietly(fleet, async () => {
    ids = await releaseLeases(fleet.session, isOrphan);
  });
  if (ids.length > 0)
    await warn(fleet, `A command has claimed ${ids.join(', ')} and has ended without finishing it: it was given back`);
  return ids;
}

async function follow(fleet: Fleet, signal: AbortSignal, wake: () => void): Promise<void> {
  const { session, options } = fleet;
  const isShared = (await sharedRemote(session)) !== undefined && claimMode(session) !== 'local';
  const { tip: known } = await session.ledger.open();
  const fetch = isShared ? options.fetch : undefined;
  const tell = (error: TasksError): void => void warn(fleet, error.message);
  await quietly(fleet, async () => {
    const news = whileFetching(session, { fetch, signal, warn: tell }, (until) =>
      followTip(session, { known, dueAt: () => Number.POSITIVE_INFINITY, signal: until }),
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

/** Keeps the leases of tasks while something that takes long is done for them. */
import { TasksError } from '../../errors.ts';
import { isHolder, leaseLength } from '../../lease/lease.ts';
import { NONE } from '../../graph/table.ts';
import { instantToMs } from '../../task/instant.ts';
import type { TaskId } from '../../task/types.ts';
import type { Session } from '../session.ts';

/** A timer of Node is at most that long. */
const MAX_TIMER = 2 ** 31 - 1;

/** Renews what is due. Throws what the rules say. */
export type Renew = (ids: ReadonlySet<TaskId>) => Promise<unknown>;

/** Does the work, and renews meanwhile the leases that the caller holds of these tasks, each when half of it is over. */
export async function keepLeases<Result>(
  session: Session,
  { ids, renew }: { readonly ids: readonly TaskId[]; readonly renew: Renew },
  work: () => Promise<Result>,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  let renewing: Promise<void> = Promise.resolve();
  const schedule = async (): Promise<void> => {
    const wait = await timeToRenewal(session, ids);
    if (wait === undefined || isOver) return;
    timer = setTimeout(
      () => {
        renewing = renewQuietly(renew, ids).then(schedule);
        // It is waited for below, when the work is done; until then nobody listens.
        renewing.catch(() => undefined);
      },
      Math.min(wait, MAX_TIMER),
    );
  };
  await schedule();
  try {
    return await work();
  } finally {
    isOver = true;
    clearTimeout(timer);
    await renewing;
  }
}

/**
 * Milliseconds until a lease of the caller is to be renewed; undefined where there is none. One that is half over already is
 * given half of its rest: most work ends before that, and then needs no renewal.
 */
async function timeToRenewal(session: Session, ids: readonly TaskId[]): Promise<number | undefined> {
  const { table } = await session.read();
  const now = session.world.now();
  const waits = ids.flatMap((id) => {
    const row = table.rowOf(id);
    if (row === NONE) return [];
    const { owner, claim } = table.summary(row);
    if (claim?.expires === undefined || !isHolder({ owner, claim }, session.author())) return [];
    const left = instantToMs(claim.expires) - now;
    const half = (leaseLength(claim) ?? session.lease()) / 2;
    return left <= 0 ? [] : [left > half ? left - half : left / 2];
  });
  return waits.length === 0 ? undefined : Math.min(...waits);
}

async function renewQuietly(renew: Renew, ids: readonly TaskId[]): Promise<void> {
  try {
    await renew(new Set(ids));
  } catch (error) {
    // A lease that was lost meanwhile is told by the change that this work is for: it is judged when the work is done.
    if (!(error instanceof TasksError)) throw error;
  }
}

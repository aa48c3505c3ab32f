/** Notices claims that were lost while the command works: what somebody else has taken over is no more ours to work on. */
import { isHolder, leaseState } from '../lease/lease.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { instantToMs } from '../task/instant.ts';
import type { Claim } from '../task/types.ts';
import type { Attempt } from './attempt.ts';

/** Looks after the claims of a run. */
export interface Losses {
  /** Ends the tries whose task somebody else has now. */
  heed(attempts: Iterable<Attempt>, snapshot: Snapshot, now: number): void;
}

/**
 * Begins to look. A task that changed hands while our lease held was handed on by the command itself, which may go on; but a
 * claim that the remote had not confirmed can be lost at any time.
 */
export function createLosses(): Losses {
  /** The end of our lease as it was seen last, in milliseconds since 1970. */
  const ends = new WeakMap<Attempt, number>();
  const heedOne = (attempt: Attempt, { table }: Snapshot, now: number): void => {
    const row = table.rowOf(attempt.task.id);
    if (row < 0) return;
    const { owner, claim } = table.summary(row);
    if (isOurs(attempt, owner, claim)) ends.set(attempt, endOf(claim));
    else if (leaseState(claim, now, table.sightings) === 'live' && isDoubtful(attempt, ends.get(attempt) ?? 0, now)) {
      attempt.lose();
    }
  };
  return {
    heed: (attempts, snapshot, now) => {
      for (const attempt of attempts) heedOne(attempt, snapshot, now);
    },
  };
}

function isOurs({ actor, view }: Attempt, owner: string | undefined, claim: Claim | undefined): boolean {
  const isSame = claim !== undefined && claim.term === view.claim?.term;
  return isSame && isHolder({ owner, claim }, { actor, session: view.claim?.session });
}

function endOf(claim: Claim | undefined): number {
  return claim?.expires === undefined ? Number.POSITIVE_INFINITY : instantToMs(claim.expires);
}

function isDoubtful({ view }: Attempt, end: number, now: number): boolean {
  return view.claim?.provisional === true || end <= now;
}

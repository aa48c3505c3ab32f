/**
 * The rules of claiming. Pure: the moment is an argument.
 *
 * A claim is a lease with a fencing term (Gray and Cheriton, 1989; Kleppmann, 2016: a lease alone does not stop a late
 * writer, a growing number does). The record stays in the file after a release, so that the term never restarts.
 */
import { instantToMs, toInstant } from '../task/instant.ts';
import type { Claim, Task } from '../task/types.ts';

/** Who acts: the holder of a claim is the pair of both. */
export interface Holder {
  readonly actor: string;
  readonly session?: string | undefined;
}

/** `live`: holds others off. `expired`: the next may take over. `free`: released, or never claimed. */
export type LeaseState = 'live' | 'expired' | 'free';

/** What a claim means at a moment (milliseconds since 1970). */
export function leaseState(claim: Claim | undefined, now: number): LeaseState {
  if (claim === undefined) return 'free';
  if (claim.hold === true) return 'live';
  if (claim.expires === undefined) return 'free';
  return instantToMs(claim.expires) > now ? 'live' : 'expired';
}

/** Whether this holder is the one that the task's claim names. Where the claim has no session the actor alone counts. */
export function isHolder(task: Pick<Task, 'owner' | 'claim'>, holder: Holder): boolean {
  return task.owner === holder.actor && task.claim?.session === holder.session;
}

/** Whether somebody else holds the task now. */
export function isHeldByOther(task: Pick<Task, 'owner' | 'claim'>, holder: Holder, now: number): boolean {
  return leaseState(task.claim, now) === 'live' && !isHolder(task, holder);
}

/** How long and how a new claim is to hold. */
export interface ClaimTerms {
  /** Length of the lease in milliseconds; undefined for a hold without an end. */
  readonly lease: number | undefined;
  readonly now: number;
}

/** The claim that follows an earlier one: its term is one more. */
export function nextClaim(previous: Claim | undefined, holder: Holder, terms: ClaimTerms): Claim {
  return {
    term: (previous?.term ?? 0) + 1,
    ...(holder.session !== undefined && { session: holder.session }),
    ...(terms.lease === undefined ? { hold: true } : { expires: toInstant(terms.now + terms.lease) }),
  };
}

/** The claim with its end moved; a hold stays a hold. */
export function renewedClaim(claim: Claim, terms: ClaimTerms): Claim {
  if (claim.hold === true || terms.lease === undefined) return claim;
  return { ...claim, expires: toInstant(terms.now + terms.lease) };
}

/** What is left of a claim when it ends: the term alone. */
export function endedClaim(claim: Claim | undefined): Claim | undefined {
  return claim === undefined ? undefined : { term: claim.term };
}

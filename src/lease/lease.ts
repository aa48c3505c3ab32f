/**
 * The rules of claiming. Pure: the moment is an argument.
 *
 * A claim is a lease with a fencing term (Gray and Cheriton, 1989; Kleppmann, 2016: a lease alone does not stop a late
 * writer, a growing number does). The record stays in the file after a release, so that the term never restarts.
 */
import { instantToMs, toInstant } from '../task/instant.ts';
import type { Claim } from '../task/types.ts';

/** Who acts: the holder of a claim is the pair of both. */
export interface Holder {
  readonly actor: string;
  readonly session?: string | undefined;
}

/** `live`: holds others off. `expired`: the next may take over. `free`: released, or never claimed. */
export type LeaseState = 'live' | 'expired' | 'free';

/**
 * What this clone has seen of leases by its own clock, where that contradicts what the holder's clock has written: the
 * earliest and the latest end that the lease can have, in milliseconds since 1970. By `leaseKey`.
 */
export type LeaseSightings = ReadonlyMap<string, { readonly from: number; readonly until: number }>;

const NOTHING_SEEN: LeaseSightings = new Map();

/** Names one stretch of a lease: a renewal is another one. */
export function leaseKey({ id = '', expires = '' }: Claim): string {
  return `${id} ${expires}`;
}

/** What a claim means at a moment (milliseconds since 1970). */
export function leaseState(claim: Claim | undefined, now: number, seen: LeaseSightings = NOTHING_SEEN): LeaseState {
  if (claim === undefined) return 'free';
  if (claim.hold === true) return 'live';
  if (claim.expires === undefined) return 'free';
  return leaseEnd(claim, seen) > now ? 'live' : 'expired';
}

/** When a lease ends, in milliseconds since 1970: as written, within what this clone's own clock allows. NaN: never. */
export function leaseEnd(claim: Claim, seen: LeaseSightings): number {
  const end = instantToMs(claim.expires ?? '');
  if (seen.size === 0) return end;
  const { from, until } = seen.get(leaseKey(claim)) ?? { from: end, until: end };
  return Math.min(Math.max(end, from), until);
}

/** Length of the lease in milliseconds; undefined for a hold, and where the claim does not tell. */
export function leaseLength({ lease }: Claim): number | undefined {
  return lease === undefined ? undefined : lease * 1000;
}

/** Whether half of the lease has passed, or another part of it. Of one that tells no length, always; of a hold, never. */
export function isRenewalDue(claim: Claim, now: number, part: number = 1 / 2): boolean {
  if (claim.hold === true || claim.expires === undefined) return false;
  const length = leaseLength(claim);
  return length === undefined || instantToMs(claim.expires) - now <= length * (1 - part);
}

/** What says who holds a task. */
export interface Held {
  readonly owner?: string | undefined;
  readonly claim?: Claim | undefined;
}

/** Whether this holder is the one that the task's claim names. Where the claim has no session the actor alone counts. */
export function isHolder(task: Held, holder: Holder): boolean {
  return task.owner === holder.actor && task.claim?.session === holder.session;
}

/** How long and how a new claim is to hold. */
export interface ClaimTerms {
  /** Length of the lease in milliseconds; undefined for a hold without an end. */
  readonly lease: number | undefined;
  readonly now: number;
  /** What no other claim has (see `Claim.id`). */
  readonly id?: string;
  /** Made without the shared remote's word. */
  readonly provisional?: boolean;
}

/** The claim that follows an earlier one: its term is one more. */
export function nextClaim(previous: Claim | undefined, holder: Holder, terms: ClaimTerms): Claim {
  return {
    term: (previous?.term ?? 0) + 1,
    ...(terms.id !== undefined && { id: terms.id }),
    ...(holder.session !== undefined && { session: holder.session }),
    ...(terms.lease === undefined ? { hold: true } : stretch(terms.lease, terms.now)),
    ...(terms.provisional === true && { provisional: true }),
  };
}

/** The claim with its end moved; a hold stays a hold. */
export function renewedClaim(claim: Claim, terms: ClaimTerms): Claim {
  if (claim.hold === true || terms.lease === undefined) return claim;
  return { ...claim, ...stretch(terms.lease, terms.now) };
}

/** The claim without the mark that nobody but this clone knows of it. */
export function confirmedClaim({ provisional: _mark, ...claim }: Claim): Claim {
  return claim;
}

function stretch(lease: number, now: number): Pick<Claim, 'lease' | 'expires'> {
  return { lease: Math.max(1, Math.round(lease / 1000)), expires: toInstant(now + lease) };
}

/** What is left of a claim when it ends: the term alone. */
export function endedClaim(claim: Claim | undefined): Claim | undefined {
  return claim === undefined ? undefined : { term: claim.term };
}

/**
 * Status and claim, which are one thing: who works on the task, and how far it is. Pure and symmetric.
 *
 * The term fences: what was done under an older term loses to a newer claim, whenever it arrives and whatever it was. What
 * loses is kept as a conflict, so that both parties are told.
 */
import { sameJson } from '../task/changes.ts';
import { sortedSet } from '../task/text.ts';
import type { Claim, Conflict, JsonValue, Status, Task } from '../task/types.ts';
import { canonicalJson, conflictOf } from './decision.ts';

/** The fields that are decided together. */
export interface Life {
  readonly status: Status;
  readonly owner?: string;
  readonly claim?: Claim;
  readonly completedBy: readonly string[];
}

/** The merged life, and what was lost by it. */
export interface LifeDecision {
  readonly life: Life;
  readonly conflicts: readonly Conflict[];
}

/** The part of a task that tells its life. */
export function lifeOf({ status, owner, claim, completedBy }: Task): Life {
  return { status, completedBy, ...(owner !== undefined && { owner }), ...(claim !== undefined && { claim }) };
}

/** Merges the lives of a task. `base` undefined: the task was made on both sides. */
export function decideLife(base: Life | undefined, x: Life, y: Life): LifeDecision {
  if (sameJson(x, y)) return { life: x, conflicts: [] };
  if (base !== undefined && sameJson(x, base)) return { life: y, conflicts: [] };
  if (base !== undefined && sameJson(y, base)) return { life: x, conflicts: [] };
  const [winner, loser] = wins(x, y, base) ? [x, y] : [y, x];
  return { life: { ...winner, completedBy: completers(winner, loser) }, conflicts: lostOf({ base, winner, loser }) };
}

/** Whoever completed it: two clones may have done so apart, and neither may review the other's work as their own. */
function completers(winner: Life, loser: Life): readonly string[] {
  if (winner.status !== 'completed' || loser.status !== 'completed') return winner.completedBy;
  return sortedSet([...winner.completedBy, ...loser.completedBy]);
}

/** Whether the life of `a` stays: newer term, then further status, then the stronger claim, then a rule on the values. */
function wins(a: Life, b: Life, base: Life | undefined): boolean {
  return (
    (termOf(a) - termOf(b) ||
      progress(a, base) - progress(b, base) ||
      strength(a.claim) - strength(b.claim) ||
      compare(endOf(a.claim), endOf(b.claim)) ||
      compare(canonicalJson(jsonOf(a)), canonicalJson(jsonOf(b)))) > 0
  );
}

const RANK: Readonly<Record<Status, number>> = { pending: 0, in_progress: 1, cancelled: 2, completed: 3 };

/** How far a status is. One that is as it was at the base has not been decided on by anybody: it stands behind all. */
function progress({ status }: Life, base: Life | undefined): number {
  return status === base?.status ? -1 : RANK[status];
}

/** A confirmed claim before a provisional one, and a running one before a released one. */
function strength(claim: Claim | undefined): number {
  if (claim === undefined) return 0;
  if (claim.hold !== true && claim.expires === undefined) return 1;
  return claim.provisional === true ? 2 : 3;
}

function endOf(claim: Claim | undefined): string {
  return claim?.hold === true ? '~' : (claim?.expires ?? '');
}

function termOf({ claim }: Life): number {
  return claim?.term ?? 0;
}

/** What the loser had decided and the winner does not say as well. */
function lostOf({ base, winner, loser }: { base: Life | undefined; winner: Life; loser: Life }): Conflict[] {
  const conflicts: Conflict[] = [];
  if (loser.status !== base?.status && loser.status !== winner.status && !isStepTo(loser.status, winner.status)) {
    conflicts.push(conflictOf('status', { value: winner.status, other: loser.status, base: base?.status }));
  }
  // A renewal says that somebody still works on what another has taken over: nothing else would tell them.
  const isNews = !sameHolder(loser, base) || endOf(loser.claim) !== endOf(base?.claim);
  if (strength(loser.claim) >= 2 && !sameHolder(loser, winner) && isNews) {
    const isNamesake = sameName(loser, winner);
    const [kept, other, old] = [winner, loser, base].map((life) => life && holderOf(life, isNamesake));
    conflicts.push(conflictOf('claim', { value: kept, other, base: old }));
  }
  return conflicts;
}

/** Starting is a step on the way to completing: it is not lost by it. */
function isStepTo(status: Status, end: Status): boolean {
  return RANK[status] <= RANK.in_progress && end === 'completed';
}

/** Whether it is one claim: two of one name and term that were made apart have different ids. */
function sameHolder(a: Life, b: Life | undefined): boolean {
  if (b === undefined || !sameName(a, b)) return false;
  return a.claim?.id === undefined || b.claim?.id === undefined || a.claim.id === b.claim.id;
}

function sameName(a: Life, b: Life): boolean {
  return a.owner === b.owner && a.claim?.session === b.claim?.session && termOf(a) === termOf(b);
}

/** Who held the task, without the end of the lease: a renewal is no other claim. */
function holderOf({ owner, claim }: Life, isNamesake: boolean): JsonValue | undefined {
  if (owner === undefined && claim === undefined) return undefined;
  const session = claim?.session;
  return {
    owner: owner ?? null,
    term: claim?.term ?? 0,
    ...(session !== undefined && { session }),
    ...(isNamesake && claim?.id !== undefined && { id: claim.id }),
  };
}

function jsonOf({ status, owner, claim, completedBy }: Life): JsonValue {
  return { status, completedBy, owner: owner ?? null, claim: claim === undefined ? null : { ...claim } };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/**
 * The fence of a term around everything that a task says.
 *
 * Who held a task and has lost it to a newer term may not know that yet, and goes on writing. What such a side has written
 * since loses to the side of the newer term, also where that changed nothing itself, and is kept as a conflict. Pure and
 * symmetric.
 */
import { sameJson } from '../task/changes.ts';
import type { Conflict, JsonValue, Task } from '../task/types.ts';
import { conflictOf, type Decision, type Three } from './decision.ts';

/** The side that was written under an older claim. */
export type Fence = 'x' | 'y';

/** The side that is fenced off. Undefined: neither, because nobody held the task there, or the terms are the same. */
export function fenceOf(base: Task | undefined, x: Task, y: Task): Fence | undefined {
  if (base === undefined || termOf(x) === termOf(y)) return undefined;
  const side = termOf(x) < termOf(y) ? 'x' : 'y';
  const older = side === 'x' ? x : y;
  const wasHeld = isHeld(base) || isHeld(older) || termOf(older) > termOf(base);
  return wasHeld ? side : undefined;
}

/** The value of the newer term's side. What the other had changed is kept beside it. */
export function decideFenced(field: string, three: Three, fence: Fence): Decision {
  const [value, other] = fence === 'x' ? [three.y, three.x] : [three.x, three.y];
  if (sameJson(other, three.base) || sameJson(other, value)) return { value };
  return { value, conflict: conflictOf(field, { value, other, base: three.base }) };
}

/**
 * Says whose claim has lost to whose, so that both can be told, where the conflicts that were found only say what was lost
 * by it. None when nothing was lost.
 */
export function lostClaim(
  { base, x, y }: { readonly base: Task | undefined; readonly x: Task; readonly y: Task },
  fence: Fence,
  found: readonly Conflict[],
): Conflict[] {
  if (found.length === 0 || found.some(({ field }) => field === 'claim')) return [];
  const [newer, older] = fence === 'x' ? [y, x] : [x, y];
  const holder = older.owner === undefined && base !== undefined && termOf(base) === termOf(older) ? base : older;
  const name = holder.owner ?? older.completedBy[0];
  const conflict = conflictOf('claim', {
    value: newer.owner === undefined ? { owner: null, term: termOf(newer) } : partyOf(newer, newer.owner),
    other: partyOf(holder, name ?? null),
    base: undefined,
  });
  return [conflict];
}

function partyOf({ claim }: Task, owner: string | null): JsonValue {
  const session = claim?.session;
  return { owner, term: claim?.term ?? 0, ...(session !== undefined && { session }) };
}

function termOf({ claim }: Task): number {
  return claim?.term ?? 0;
}

function isHeld({ claim }: Task): boolean {
  return claim?.hold === true || claim?.expires !== undefined;
}

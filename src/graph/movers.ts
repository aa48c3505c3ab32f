/** What moves without a word of the asker's: the work of others under a lease, and the clock. Pure. */
import { leaseState } from '../lease/lease.ts';
import { instantToMs } from '../task/instant.ts';
import { isWork, type Readiness, scopeReasons } from './readiness.ts';
import { FLAG, type TaskTable } from './table.ts';
import { waitersOf } from './walk.ts';
import { reachedFrom, waitsForOthers } from './deadlock.ts';

/**
 * Whether some wanted open row may become ready by itself: somebody works under a lease on it or on what stands before it, or
 * only a deferral does. A hold has no end, so nobody can wait for it.
 */
export function mayMoveBy(readiness: Readiness, isWanted: (row: number) => boolean): boolean {
  const { table } = readiness;
  const movers = moverRows(readiness);
  if (movers.length === 0) return false;
  const ids = new Set(movers.map((row) => table.id(row)));
  const reached = reachedFrom(table, waitersOf(table), movers);
  for (let row = 0; row < table.size; row++) {
    if (!table.isOpen(row) || !isWanted(row)) continue;
    if (reached[row] === 1 || scopeReasons(readiness, row).some(({ id }) => ids.has(id))) return true;
  }
  return false;
}

function moverRows(readiness: Readiness): number[] {
  const { table } = readiness;
  const movers: number[] = [];
  for (let row = 0; row < table.size; row++) {
    if (!table.isOpen(row) || !isWork(table, row) || !table.has(row, FLAG.claim | FLAG.defer)) continue;
    if (hasLease(readiness, row) || isOnlyDeferred(readiness, row)) movers.push(row);
  }
  return movers;
}

function hasLease({ table, now }: { readonly table: TaskTable; readonly now: number }, row: number): boolean {
  const { claim } = table.summary(row);
  return claim !== undefined && claim.hold !== true && leaseState(claim, now, table.sightings) === 'live';
}

function isOnlyDeferred(readiness: Readiness, row: number): boolean {
  const { table, now } = readiness;
  if (table.status(row) !== 'pending' || !table.has(row, FLAG.defer)) return false;
  const { defer } = table.summary(row);
  return defer !== undefined && instantToMs(defer) > now && !waitsForOthers(readiness, row);
}

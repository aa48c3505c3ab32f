/** What the clock alone changes in a ledger: leases run out, and deferred tasks come up. Pure. */
import { leaseEnd, leaseState } from '../lease/lease.ts';
import { FLAG, type TaskTable } from '../graph/table.ts';
import { instantToMs } from '../task/instant.ts';

/** The next moment (milliseconds since 1970) at which the clock changes something; Infinity when there is none. */
export function nextMoment(table: TaskTable, now: number): number {
  let next = Number.POSITIVE_INFINITY;
  for (let row = 0; row < table.size; row++) {
    if (!table.isOpen(row) || !table.has(row, FLAG.claim | FLAG.defer)) continue;
    const { claim, defer } = table.summary(row);
    const ends = claim === undefined || claim.hold === true ? Number.NaN : leaseEnd(claim, table.sightings);
    const begins = defer === undefined ? Number.NaN : instantToMs(defer);
    if (ends > now) next = Math.min(next, ends);
    if (begins > now) next = Math.min(next, begins);
  }
  return next;
}

/** A span of time: after the first moment, up to and with the second. Milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The rows of open tasks whose lease ran out in this span. */
export function expiredRows(table: TaskTable, { from, to }: Span): number[] {
  const rows: number[] = [];
  for (let row = 0; row < table.size; row++) {
    if (!table.isOpen(row) || !table.has(row, FLAG.claim)) continue;
    const { claim } = table.summary(row);
    if (leaseState(claim, from, table.sightings) === 'live' && leaseState(claim, to, table.sightings) === 'expired')
      rows.push(row);
  }
  return rows;
}

import { expect, test } from 'vitest';
import { nextMoment } from '../../../src/events/clock.ts';
import { readinessAt, isReady } from '../../../src/graph/readiness.ts';
import { leaseKey, nextClaim } from '../../../src/lease/lease.ts';
import { summary, tableOf } from '../../support/summaries.ts';

const NOW = Date.parse('2026-06-01T12:00:00Z');
const MINUTE = 60_000;

test.each([
  ['as it is written, where the clocks agree', 0, undefined],
  ['later, where the clock of its holder is behind', -60 * MINUTE, { from: NOW + 20 * MINUTE, until: Infinity }],
  ['earlier, where that is ahead', 60 * MINUTE, { from: 0, until: NOW + 20 * MINUTE }],
])('the end of a lease is the moment at which its task is ready: %s', (_name, skew, seen) => {
  const claim = nextClaim(undefined, { actor: 'ada' }, { lease: 30 * MINUTE, now: NOW + skew, id: 'c' });
  const table = tableOf(summary('aaaa0001', { status: 'in_progress', owner: 'ada', claim }));
  if (seen !== undefined) table.sightings = new Map([[leaseKey(claim), seen]]);
  const moment = nextMoment(table, NOW);
  const isReadyAt = (now: number): boolean => isReady(readinessAt(table, now), 0);
  expect([isReadyAt(moment - 1), isReadyAt(moment)]).toEqual([false, true]);
  expect(nextMoment(table, moment)).toBe(Infinity);
});

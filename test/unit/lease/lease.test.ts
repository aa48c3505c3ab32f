import { describe, expect, it } from 'vitest';
import { endedClaim, isHeldByOther, isHolder, leaseState, nextClaim, renewedClaim } from '../../../src/lease/lease.ts';

const NOW = Date.parse('2026-06-01T12:00:00Z');
const MINUTE = 60_000;

describe('a lease', () => {
  it('is live until the second it expires', () => {
    const claim = { term: 1, expires: '2026-06-01T12:00:00Z' };
    expect(leaseState(claim, NOW - 1)).toBe('live');
    expect(leaseState(claim, NOW)).toBe('expired');
  });

  it('is free before the first claim and after a release', () => {
    expect(leaseState(undefined, NOW)).toBe('free');
    expect(leaseState(endedClaim({ term: 3, expires: '2027-01-01T00:00:00Z' }), NOW)).toBe('free');
  });

  it('of a person who holds on never ends', () => {
    expect(leaseState({ term: 1, hold: true }, NOW * 10)).toBe('live');
  });

  it('gets a higher term with each holder, also after a release', () => {
    const first = nextClaim(undefined, { actor: 'ada', session: 's1' }, { lease: 30 * MINUTE, now: NOW });
    expect(first).toEqual({ term: 1, session: 's1', expires: '2026-06-01T12:30:00Z' });
    const second = nextClaim(endedClaim(first), { actor: 'bob' }, { lease: undefined, now: NOW });
    expect(second).toEqual({ term: 2, hold: true });
  });

  it('keeps its term when it is renewed, and a hold stays a hold', () => {
    const claim = { term: 4, expires: '2026-06-01T12:01:00Z' };
    const terms = { lease: 10 * MINUTE, now: NOW };
    expect(renewedClaim(claim, terms)).toEqual({ term: 4, expires: '2026-06-01T12:10:00Z' });
    expect(renewedClaim({ term: 1, hold: true }, terms)).toEqual({ term: 1, hold: true });
  });

  it('belongs to the pair of actor and session', () => {
    const task = { owner: 'ada', claim: { term: 1, session: 's1', expires: '2026-06-01T13:00:00Z' } };
    expect(isHolder(task, { actor: 'ada', session: 's1' })).toBe(true);
    expect(isHolder(task, { actor: 'ada', session: 's2' })).toBe(false);
    expect(isHolder(task, { actor: 'ada' })).toBe(false);
    expect(isHeldByOther(task, { actor: 'bob', session: 's1' }, NOW)).toBe(true);
    expect(isHeldByOther(task, { actor: 'bob' }, NOW + 61 * MINUTE)).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import {
  endedClaim,
  isHolder,
  isRenewalDue,
  leaseKey,
  leaseState,
  nextClaim,
  renewedClaim,
} from '../../../src/lease/lease.ts';
import { newSightings } from '../../../src/ledger/sightings.ts';

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
    expect(first).toEqual({ term: 1, session: 's1', lease: 1800, expires: '2026-06-01T12:30:00Z' });
    const second = nextClaim(endedClaim(first), { actor: 'bob' }, { lease: undefined, now: NOW });
    expect(second).toEqual({ term: 2, hold: true });
  });

  it('keeps its term when it is renewed, and a hold stays a hold', () => {
    const claim = { term: 4, expires: '2026-06-01T12:01:00Z' };
    const terms = { lease: 10 * MINUTE, now: NOW };
    expect(renewedClaim(claim, terms)).toEqual({ term: 4, lease: 600, expires: '2026-06-01T12:10:00Z' });
    expect(renewedClaim({ term: 1, hold: true }, terms)).toEqual({ term: 1, hold: true });
  });

  it('is due for renewal when half of it has passed, whatever its length', () => {
    const claim = nextClaim(undefined, { actor: 'ada' }, { lease: 120 * MINUTE, now: NOW });
    expect(isRenewalDue(claim, NOW + 60 * MINUTE - 1)).toBe(false);
    expect(isRenewalDue(claim, NOW + 60 * MINUTE)).toBe(true);
    expect(isRenewalDue({ term: 1, hold: true }, NOW * 2)).toBe(false);
    expect(isRenewalDue(claim, NOW + 30 * MINUTE - 1, 1 / 4)).toBe(false);
    expect(isRenewalDue(claim, NOW + 30 * MINUTE, 1 / 4)).toBe(true);
  });

  it('ends within what the clock here allows, whatever the clock of its holder has written', () => {
    const day = 1440 * MINUTE;
    const ahead = nextClaim(undefined, { actor: 'ada' }, { lease: 30 * MINUTE, now: NOW + day, id: 'a' });
    const behind = nextClaim(undefined, { actor: 'bob' }, { lease: 30 * MINUTE, now: NOW - day, id: 'b' });
    const after = new Map([ahead, behind].map((claim) => [leaseKey(claim), claim]));
    const seen = newSightings({ before: new Map(), after, lastLook: NOW - 10 * MINUTE, now: NOW });
    expect(leaseState(behind, NOW)).toBe('expired');
    expect(leaseState(behind, NOW + 19 * MINUTE, seen)).toBe('live');
    expect(leaseState(behind, NOW + 20 * MINUTE, seen)).toBe('expired');
    expect(leaseState(ahead, NOW + day)).toBe('live');
    expect(leaseState(ahead, NOW + 29 * MINUTE, seen)).toBe('live');
    expect(leaseState(ahead, NOW + 30 * MINUTE, seen)).toBe('expired');
  });

  it('is taken at its word where the clocks agree, or nobody has looked before', () => {
    const lapsed = nextClaim(undefined, { actor: 'ada' }, { lease: 30 * MINUTE, now: NOW - 600 * MINUTE, id: 'a' });
    const fresh = nextClaim(undefined, { actor: 'bob' }, { lease: 30 * MINUTE, now: NOW - MINUTE, id: 'b' });
    const after = new Map([lapsed, fresh].map((claim) => [leaseKey(claim), claim]));
    expect(newSightings({ before: new Map(), after, lastLook: undefined, now: NOW }).size).toBe(0);
    expect(newSightings({ before: new Map(), after, lastLook: NOW - 900 * MINUTE, now: NOW }).size).toBe(0);
    expect(newSightings({ before: after, after, lastLook: NOW, now: NOW }).size).toBe(0);
  });

  it('belongs to the pair of actor and session', () => {
    const task = { owner: 'ada', claim: { term: 1, session: 's1', expires: '2026-06-01T13:00:00Z' } };
    expect(isHolder(task, { actor: 'ada', session: 's1' })).toBe(true);
    expect(isHolder(task, { actor: 'ada', session: 's2' })).toBe(false);
    expect(isHolder(task, { actor: 'ada' })).toBe(false);
    expect(isHolder(task, { actor: 'bob', session: 's1' })).toBe(false);
  });
});

import { describe, expect, test } from 'vitest';
import { planSync, type Standing, type Step } from '../../../src/sync/plan-sync.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);

/** Both have the branch at different commits, and nothing is wrong. */
const usual: Standing = {
  local: A,
  remote: B,
  isLedger: true,
  hasOwn: { local: true, remote: true },
  isRewritten: false,
  acceptRewrite: false,
};

const onlyLocal = { local: true, remote: false };
const onlyRemote = { local: false, remote: true };

describe('the plan of a sync', () => {
  test.each<[number, string, Partial<Standing>, readonly Step[]]>([
    [1, 'both are the same', { remote: A, hasOwn: { local: false, remote: false } }, []],
    [2, 'only the local side has something new', { hasOwn: onlyLocal }, ['push']],
    [3, 'only the remote has something new', { hasOwn: onlyRemote }, ['join']],
    [4, 'both have something new', {}, ['join', 'push']],
    [5, 'the remote has no branch', { remote: null }, ['push']],
    [6, 'the remote has something that is no ledger', { isLedger: false }, ['refuse']],
    [7, 'there is no local branch', { local: undefined }, ['take']],
    [8, 'the remote lost what it was seen with', { isRewritten: true }, ['refuse']],
    [8, 'that is accepted', { isRewritten: true, acceptRewrite: true }, ['join', 'push']],
    [
      8,
      'that is accepted with nothing new here',
      { isRewritten: true, acceptRewrite: true, hasOwn: onlyRemote },
      ['join'],
    ],
    [8, 'that is accepted where it went back', { isRewritten: true, acceptRewrite: true, hasOwn: onlyLocal }, ['push']],
    [9, 'neither side has the branch', { local: undefined, remote: null }, ['refuse']],
  ])('is scenario %i when %s', (number, _when, parts, steps) => {
    const plan = planSync({ ...usual, ...parts });
    expect(plan.scenario.number).toBe(number);
    expect(plan.steps).toEqual(steps);
  });

  test('refuses what is no ledger even where a rewrite is accepted or nothing is here', () => {
    expect(planSync({ ...usual, isLedger: false, isRewritten: true, acceptRewrite: true }).steps).toEqual(['refuse']);
    expect(planSync({ ...usual, isLedger: false, local: undefined }).steps).toEqual(['refuse']);
  });
});

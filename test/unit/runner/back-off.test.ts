import { describe, expect, it } from 'vitest';
import { backOff } from '../../../src/runner/back-off.ts';

describe('the pause before another try', () => {
  it('doubles with each failure', () => {
    expect([1, 2, 3, 4].map((failures) => backOff(1000, failures, 0.5))).toEqual([1000, 2000, 4000, 8000]);
  });

  it('is never longer than five minutes and a quarter more', () => {
    expect(backOff(1000, 1000, 0.5)).toBe(300_000);
    expect(backOff(1000, 1000, 1)).toBe(375_000);
  });

  it('differs by up to a quarter, so that what failed together does not come back together', () => {
    expect([0, 1].map((chance) => backOff(1000, 1, chance))).toEqual([750, 1250]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toInstant } from '../../../src/task/instant.ts';

describe('toInstant', () => {
  it('says every time as JavaScript does, without the fraction', () => {
    const times = fc.integer({
      min: Date.parse('-000100-01-01T00:00:00Z'),
      max: Date.parse('+010100-01-01T00:00:00Z'),
    });
    fc.assert(
      fc.property(times, (time) => {
        expect(toInstant(time)).toBe(`${new Date(time).toISOString().slice(0, 19)}Z`);
      }),
      { numRuns: 1000, examples: [[0], [-1], [951_782_400_000], [Date.parse('2026-12-31T23:59:59.999Z')]] },
    );
  });

  it('refuses what is no time', () => {
    expect(() => toInstant(Number.NaN)).toThrow(RangeError);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planJoin } from '../../../src/ledger/tidy/join-packs.ts';

const packsOf = (sizes: readonly number[]): { stem: string; bytes: number }[] =>
  sizes.map((bytes, i) => ({ stem: `pack-${i}`, bytes }));

describe('which packs are joined', () => {
  it('none while there are few', () => {
    expect(planJoin(packsOf([1, 1, 1, 1, 1, 1, 1, 1]))).toEqual([]);
  });

  it('all where they are alike', () => {
    expect(planJoin(packsOf(Array.from({ length: 9 }, () => 100)))).toHaveLength(9);
  });

  it('not the large one, whatever its place', () => {
    expect(planJoin(packsOf([1, 1, 1, 1000, 1, 1, 1, 1, 1]))).not.toContain('pack-3');
  });

  it('so that each byte is copied only a few times, and few packs are ever there', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 100, max: 2000 }), { minLength: 1, maxLength: 400 }), (sizes) => {
        let packs: { stem: string; bytes: number }[] = [];
        let copied = 0;
        for (const [i, bytes] of sizes.entries()) {
          packs.push({ stem: `new-${i}`, bytes });
          const chosen = new Set(planJoin(packs));
          const sum = packs.filter(({ stem }) => chosen.has(stem)).reduce((total, pack) => total + pack.bytes, 0);
          copied += sum;
          if (chosen.size > 0)
            packs = [...packs.filter(({ stem }) => !chosen.has(stem)), { stem: `joined-${i}`, bytes: sum }];
          expect(packs.length).toBeLessThan(30);
        }
        const total = sizes.reduce((sum, bytes) => sum + bytes, 0);
        expect(copied).toBeLessThanOrEqual(total * (2 + Math.log2(sizes.length + 1)) * 2);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeTask } from '../../src/merge/merge-task.ts';
import { mergeSet } from '../../src/merge/sets.ts';
import type { Task } from '../../src/task/types.ts';
import { decodeCanonical, encodeTask } from '../../src/yaml/codec.ts';
import { arbitraryTask } from '../support/arbitrary-task.ts';

const SAME = { id: '7kq3m2xz', list: 'main' };
const task = arbitraryTask().map((made): Task => ({ ...made, ...SAME }));

/** A task and two descendants of it: each field of a side is that of the base or of some other task. */
const versions = fc
  .tuple(task, task, task, fc.infiniteStream(fc.boolean()), fc.nat(3), fc.nat(3))
  .map(([base, a, b, coins, x, y]) => ({
    base,
    x: edited(base, a, coins),
    y: edited(base, b, coins),
    weights: { x, y },
  }));

function edited(base: Task, other: Task, coins: IterableIterator<boolean>): Task {
  const next: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(base), ...Object.keys(other)]) as Set<keyof Task>) {
    const value = coins.next().value === true ? other[key] : base[key];
    if (value !== undefined) next[key] = value;
  }
  return { ...(next as unknown as Task), ...SAME };
}

const flip = ({ x, y }: { x: number; y: number }): { x: number; y: number } => ({ x: y, y: x });

describe('a merge of one task', () => {
  it('does not depend on which side is which', () => {
    fc.assert(
      fc.property(versions, ({ base, x, y, weights }) => {
        const merged = mergeTask({ base, x, y, weights });
        expect(mergeTask({ base, x: y, y: x, weights: flip(weights) })).toEqual(merged);
        const made = mergeTask({ base: undefined, x, y, weights });
        expect(mergeTask({ base: undefined, x: y, y: x, weights: flip(weights) })).toEqual(made);
      }),
      { numRuns: 2000 },
    );
  });

  it('takes what only one side changed, and nothing else from alike sides', () => {
    fc.assert(
      fc.property(versions, ({ base, x, weights }) => {
        expect(mergeTask({ base, x, y: base, weights })).toEqual(x);
        expect(mergeTask({ base, x: base, y: x, weights })).toEqual(x);
        expect(mergeTask({ base, x, y: x, weights })).toEqual(x);
      }),
    );
  });

  it('adds nothing when it is made again', () => {
    fc.assert(
      fc.property(versions, ({ base, x, y, weights }) => {
        const merged = mergeTask({ base, x, y, weights });
        expect(mergeTask({ base: x, x: merged, y: x, weights })).toEqual(merged);
        expect(mergeTask({ base: y, x: y, y: merged, weights })).toEqual(merged);
        expect(mergeTask({ base, x: merged, y: merged, weights })).toEqual(merged);
      }),
    );
  });

  it('is a valid task with a canonical file', () => {
    fc.assert(
      fc.property(versions, ({ base, x, y, weights }) => {
        const merged = mergeTask({ base, x, y, weights });
        expect(decodeCanonical(encodeTask(merged), SAME)).toEqual(merged);
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps both values of every scalar that both sides changed', () => {
    fc.assert(
      fc.property(versions, ({ base, x, y, weights }) => {
        const merged = mergeTask({ base, x, y, weights });
        for (const field of ['subject', 'activeForm', 'priority', 'parent', 'due', 'defer'] as const) {
          const texts = new Set([base, x, y].map((side) => JSON.stringify(side[field])));
          if (texts.size < 3) continue;
          const conflict = merged.conflicts.find(
            (entry) => entry.field === field && JSON.stringify(entry.kept) === JSON.stringify(merged[field] ?? null),
          );
          const both = [conflict?.kept, conflict?.other].map((value) => JSON.stringify(value ?? null)).sort();
          expect(both).toEqual([x[field], y[field]].map((value) => JSON.stringify(value ?? null)).sort());
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps a task waiting for all that it reviews, also when one side dropped the edge meanwhile', () => {
    const ids = fc.uniqueArray(fc.constantFrom('aaaa0001', 'aaaa0002', 'aaaa0003')).map((all) => all.sort());
    const edges = fc.tuple(ids, ids).map(([blockedBy, all]) => {
      return { blockedBy, reviews: all.filter((id) => blockedBy.includes(id)) };
    });
    fc.assert(
      fc.property(versions, edges, edges, edges, ({ base, x, y, weights }, old, mine, theirs) => {
        const sides = { base: { ...base, ...old }, x: { ...x, ...mine }, y: { ...y, ...theirs } };
        const { reviews, blockedBy } = mergeTask({ ...sides, weights });
        expect(reviews.filter((id) => !blockedBy.includes(id))).toEqual([]);
        // What was changed under an older term loses to the newer claim.
        if ([base, x, y].some(({ claim }) => claim !== undefined)) return;
        for (const side of [mine, theirs]) {
          for (const id of side.reviews) if (!old.reviews.includes(id)) expect(reviews).toContain(id);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('lets no removed member of a set rise again, and loses no added one', () => {
    const member = fc.constantFrom('a', 'b', 'c', 'd');
    const set = fc.uniqueArray(member);
    fc.assert(
      fc.property(set, set, set, (base, x, y) => {
        const merged = mergeSet({ base, x, y });
        for (const name of base) expect(merged.includes(name)).toBe(x.includes(name) && y.includes(name));
        for (const name of [...x, ...y]) if (!base.includes(name)) expect(merged).toContain(name);
        expect(merged).toEqual([...new Set(merged)].sort());
      }),
    );
  });
});

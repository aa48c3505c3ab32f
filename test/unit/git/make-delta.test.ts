import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyDelta } from '../../../src/git/files/delta.ts';
import { makeDelta } from '../../../src/git/files/make-delta.ts';

const bytes = (max: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ maxLength: max }).map((array) => Buffer.from(array));

describe('a delta', () => {
  it('makes its target of its base, whatever the two have in common', () => {
    fc.assert(
      fc.property(bytes(300), bytes(300), bytes(300), bytes(300), (head, one, other, tail) => {
        const [base, target] = [Buffer.concat([head, one, tail]), Buffer.concat([head, other, tail])];
        expect(applyDelta(base, makeDelta(base, target))).toEqual(target);
      }),
    );
  });

  it.each([
    [0, 0],
    [0, 1],
    [1, 0],
    [65_535, 65_535],
    [65_536, 65_536],
    [65_537, 3],
    [300_000, 300_001],
    [20_000_000, 20_000_000],
  ])('copies ranges of any size: %i bytes before and %i after the change', (head, tail) => {
    const [before, after] = [Buffer.alloc(head, 'a'), Buffer.alloc(tail, 'b')];
    const base = Buffer.concat([before, Buffer.from('-old-'), after]);
    const target = Buffer.concat([before, Buffer.from('+new text+'), after]);
    const delta = makeDelta(base, target);
    expect(applyDelta(base, delta).equals(target)).toBe(true);
    expect(delta.length).toBeLessThan(60 + base.length / 1000);
  });

  it('of a folder in which one file changed is about the size of an id', () => {
    const entry = (i: number): Buffer => Buffer.concat([Buffer.from(`100644 task${i}.yaml\0`), Buffer.alloc(20, i)]);
    const entries = Array.from({ length: 32 }, (_, i) => entry(i));
    const changed = entries.with(17, Buffer.concat([Buffer.from('100644 task17.yaml\0'), Buffer.alloc(20, 99)]));
    expect(makeDelta(Buffer.concat(entries), Buffer.concat(changed)).length).toBeLessThan(40);
  });
});

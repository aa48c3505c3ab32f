import { describe, expect, it } from 'vitest';
import { applyDelta } from '../../../src/git/files/delta.ts';

const BASE = Buffer.from('0123456789');

describe('a delta', () => {
  it('copies ranges of its base and inserts bytes', () => {
    const delta = Buffer.from([10, 9, 0x91, 2, 4, 2, 0x41, 0x42, 0x90, 3]);
    expect(applyDelta(BASE, delta).toString()).toBe('2345AB012');
  });

  it('copies 64 kB where the length is zero, from offsets of four bytes', () => {
    const base = Buffer.alloc(0x10_0000 + 0x1_0000, 'ab');
    const size = [0x80, 0x80, 0x44];
    expect(applyDelta(base, Buffer.from([...size, 0x80, 0x80, 4, 0x84, 0x10]))).toEqual(base.subarray(0x10_0000));
  });

  it.each([
    ['a base of another size', [9, 1, 1, 65]],
    ['a reserved instruction', [10, 1, 0]],
    ['an insertion that is cut', [10, 5, 5, 65]],
    ['a copy beyond the end of the base', [10, 9, 0x91, 5, 9]],
    ['more content than it announces', [10, 1, 2, 65, 66]],
    ['less content than it announces', [10, 3, 2, 65, 66]],
    ['a size without an end', [0x80]],
  ])('is refused for %s', (_what, bytes) => {
    expect(() => applyDelta(BASE, Buffer.from(bytes))).toThrow(RangeError);
  });
});

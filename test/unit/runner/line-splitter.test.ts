import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineSplitter } from '../../../src/runner/line-splitter.ts';

function linesOf(...chunks: readonly (string | Uint8Array)[]): string[] {
  const splitter = createLineSplitter();
  const lines = chunks.flatMap((chunk) => splitter.push(Buffer.from(chunk)));
  const last = splitter.end();
  return last === undefined ? lines : [...lines, last];
}

describe('lines of an output', () => {
  it('are the same wherever the chunks are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.nat(20), (words, size) => {
        const bytes = Buffer.from(words.join('\n'));
        const chunks: Uint8Array[] = [];
        for (let at = 0; at < bytes.length; at += size + 1) chunks.push(bytes.subarray(at, at + size + 1));
        expect(linesOf(...chunks)).toEqual(linesOf(bytes));
      }),
    );
  });

  it.each([
    ['a\nb\n', ['a', 'b']],
    ['a\r\nb', ['a', 'b']],
    ['1%\r2%\r3%\n', ['1%', '2%', '3%']],
    ['\n\n', ['', '']],
    ['', []],
  ])('of %j', (text, lines) => {
    expect(linesOf(text)).toEqual(lines);
  });

  it('cannot do anything to a terminal', () => {
    expect(linesOf('\u001b[2Jclean\u0000\n\u202e!')).toEqual([String.raw`clean\x00`, '<U+202E>!']);
    expect(linesOf(new Uint8Array([0xff, 0xfe, 0x0a]))).toEqual(['\ufffd\ufffd']);
  });

  it('come in pieces when they have no end', () => {
    const lines = linesOf('x'.repeat(1500), 'x'.repeat(1500), 'x'.repeat(3000));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(2000);
    expect(lines.join('')).toHaveLength(6000);
  });
});

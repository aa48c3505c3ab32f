import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTail } from '../../../src/app/checks/tail.ts';

function tailOf(limit: number, ...chunks: (string | Uint8Array)[]): string {
  const tail = createTail(limit);
  for (const chunk of chunks) tail.push(Buffer.from(chunk as string));
  return tail.text();
}

describe('the tail of an output', () => {
  it.each([
    ['all of what fits', 100, ['one\n', 'two\n'], 'one\ntwo'],
    ['nothing', 100, [], ''],
    ['nothing where nothing is to be kept', 0, ['one\n'], ''],
    ['whole lines of what does not fit', 9, ['one\ntwo\nthree\n'], '… 8 bytes before this\nthree'],
    ['the end of one long line', 4, ['abcdefgh'], '… 4 bytes before this\nefgh'],
    ['whole characters', 4, ['äöüß€'], '… 8 bytes before this\n€'],
    ['lines that were drawn again', 100, ['10%\r50%\r100%\r\ndone'], '10%\n50%\n100%\ndone'],
    ['text without colours', 100, ['\u001b[31mred\u001b[0m'], 'red'],
    ['what cannot be seen as an escape', 100, ['a\u0007b\u0000c\u202ed'], String.raw`a\x07b\x00c<U+202E>d`],
    ['what is no text as replacement characters', 100, [Uint8Array.of(0xff, 0xfe, 0x41)], '\ufffd\ufffdA'],
  ] as [string, number, (string | Uint8Array)[], string][])('is %s', (_what, limit, chunks, text) => {
    expect(tailOf(limit, ...chunks)).toBe(text);
  });

  it('does not depend on how the bytes arrive, and is never longer than it may be', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 8 }), fc.nat({ max: 300 }), (chunks, limit) => {
        const text = tailOf(limit, ...chunks);
        expect(text).toBe(tailOf(limit, Buffer.concat(chunks)));
        expect(text).not.toMatch(/[^\P{Cc}\n\t]/u);
        // An escape is at most 8 characters for what was one byte or more.
        expect(text.replace(/^… \d+ bytes before this\n?/, '').length).toBeLessThanOrEqual(8 * limit);
        expect(text.isWellFormed()).toBe(true);
      }),
    );
  });

  it('of many megabytes takes little memory', () => {
    const tail = createTail(4000);
    const chunk = Buffer.alloc(65_536, 'x\n');
    for (let i = 0; i < 1600; i++) tail.push(chunk);
    expect(tail.text()).toMatch(/^… 104\d{6} bytes before this\n(?:x\n)+x$/);
  });
});

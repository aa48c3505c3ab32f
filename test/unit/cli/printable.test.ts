import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { printable } from '../../../src/cli/render/printable.ts';

describe('printable', () => {
  test.each([
    ['an escape sequence', '\x1b[31mred\x1b[0m', String.raw`\x1b[31mred\x1b[0m`],
    ['the title of the terminal', '\x1b]0;title\x07', String.raw`\x1b]0;title\x07`],
    ['the one-byte form of an escape sequence', '\u009b31m', String.raw`\x9b31m`],
    ['a backspace that hides what was typed', 'rm\b\bls', String.raw`rm\x08\x08ls`],
    ['delete', 'a\x7fb', String.raw`a\x7fb`],
    ['a line feed and a return', 'one\ntwo\rthree', String.raw`one\ntwo\x0dthree`],
    ['a tab', 'a\tb', String.raw`a\tb`],
    ['next line and the separators', 'a\u0085b\u2028c\u2029d', String.raw`a\x85b<U+2028>c<U+2029>d`],
    ['an override of the direction', 'a\u202Egnp.exe', 'a<U+202E>gnp.exe'],
    ['isolates', '\u2066a\u2069', '<U+2066>a<U+2069>'],
    ['marks of the direction', 'a\u200fb\u061cc', 'a<U+200F>b<U+061C>c'],
    ['zero-width characters', 'pay\u200bpal\ufeff\u2060\u200d', 'pay<U+200B>pal<U+FEFF><U+2060><U+200D>'],
    ['a soft hyphen', 'pass\u00adword', 'pass<U+00AD>word'],
    ['tags that spell a hidden text', 'a\u{e0041}\u{e0042}', 'a<U+E0041><U+E0042>'],
    ['variation selectors that carry hidden bytes', 'a\ufe01\u{e0100}', 'a<U+FE01><U+E0100>'],
    ['fillers that look like blanks', 'a\u3164b\u115fc', 'a<U+3164>b<U+115F>c'],
    ['half a character', 'a\ud800b', 'a<U+D800>b'],
  ])('shows %s', (_what, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  test.each([
    'plain ASCII, with ~ and \\',
    'Größe, façade, ½ €',
    '日本語の説明 — translate',
    'Done 🎉 by 👩‍💻 and 👨‍👩‍👧 in 🇩🇪, ❤️ and 1️⃣',
    'می‌خواهم',
    'क्‍ष',
    'שלום and مرحبا',
    'e\u0301',
  ])('leaves %s as it is', (text) => {
    expect(printable(text)).toBe(text);
    expect(printable(text, 'text')).toBe(text);
  });

  test('keeps line feeds and tabs of a text, and nothing else', () => {
    expect(printable('one\n\ttwo\r\x1b', 'text')).toBe(`one\n\ttwo${String.raw`\x0d\x1b`}`);
  });

  test('lets no control character through, whatever the text is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
        expect(printable(text, 'text')).not.toMatch(/(?![\n\t])\p{Cc}|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
        expect(printable(printable(text))).toBe(printable(text));
      }),
      { numRuns: 1000 },
    );
  });
});

import textWidth from 'fast-string-width';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { paletteOf, type Screen } from '../../../src/cli/render/screen.ts';
import { cut, tableLines, wrapLines } from '../../../src/cli/render/table.ts';

const screen = (width: number): Screen => ({ isTerminal: true, width, paint: paletteOf(false), now: 0 });
const cells = (...texts: string[]): { text: string }[] => texts.map((text) => ({ text }));

describe('a table', () => {
  test('aligns its columns by what is seen, not by the number of characters', () => {
    const rows = [cells('日本', 'x'), cells('ab', 'y'), cells('abcd', 'z')];
    expect(tableLines(rows, [{}, {}], screen(80))).toEqual(['日本  x', 'ab    y', 'abcd  z']);
  });

  test('leaves out a column that is empty everywhere, and blanks at the end', () => {
    expect(tableLines([cells('a', '', 'b'), cells('a', '', '')], [{}, {}, {}], screen(80))).toEqual(['a  b', 'a']);
  });

  test('shares the room where it is too little, and cuts nothing elsewhere', () => {
    const rows = [cells('id', 's'.repeat(60), 'd'.repeat(60))];
    const columns = [{}, { share: 3 }, { share: 2, min: 10 }];
    expect(tableLines(rows, columns, screen(56))).toEqual([`id  ${'s'.repeat(29)}…  ${'d'.repeat(19)}…`]);
    expect(tableLines(rows, columns, screen(Number.POSITIVE_INFINITY))).toEqual([
      rows[0]?.map(({ text }) => text).join('  '),
    ]);
  });

  test('gives what one column does not need to the other', () => {
    const columns = [{ share: 3 }, { share: 2, min: 10 }];
    expect(tableLines([cells('s'.repeat(60), 'short')], columns, screen(40))).toEqual([`${'s'.repeat(32)}…  short`]);
  });

  test('leaves out a column that would be too narrow to say anything', () => {
    const columns = [{ share: 3 }, { share: 2, min: 10 }];
    expect(tableLines([cells('s'.repeat(60), 'd'.repeat(60))], columns, screen(20))).toEqual([`${'s'.repeat(19)}…`]);
  });

  test('is never wider than the screen', () => {
    const text = fc.string({ unit: fc.constantFrom('a', ' ', '日', '🎉', 'é', '—'), maxLength: 60 });
    const rows = fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(rows, fc.integer({ min: 20, max: 120 }), (texts, width) => {
        const columns = [{}, { share: 3 }, { share: 2, min: 10 }];
        const table = texts.map(([a, b]) => cells('7kq3', a, b));
        for (const line of tableLines(table, columns, screen(width)))
          expect(textWidth(line)).toBeLessThanOrEqual(width);
      }),
    );
  });
});

test('a cut text fits, and says that it was cut', () => {
  expect(cut('abcdef', 6)).toBe('abcdef');
  expect(cut('abcdef', 5)).toBe('abcd…');
  expect(cut('日本語', 5)).toBe('日本…');
  expect(cut('日本語', 4)).toBe('日…');
  expect(cut('abc', 0)).toBe('');
});

test('a paragraph is broken at blanks, with the indent of its list', () => {
  expect(wrapLines('one two three', 8)).toEqual(['one two', 'three']);
  expect(wrapLines('- one two three', 8)).toEqual(['- one', '  two', '  three']);
  expect(wrapLines('a\n\nb', 80)).toEqual(['a', '', 'b']);
  expect(wrapLines('unbreakable', 4)).toEqual(['unbreakable']);
});

test('where nothing is cut, one long cell does not push what stands behind all others out of sight', () => {
  const rows = [cells('x'.repeat(300), 'exit 3'), cells('short', 'exit 4')];
  expect(tableLines(rows, [{ share: 1 }, {}], screen(Number.POSITIVE_INFINITY))).toEqual([
    `${'x'.repeat(300)}  exit 3`,
    `${'short'.padEnd(80)}  exit 4`,
  ]);
});

import fc from 'fast-check';
import { encode as cl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { encode as o200k } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../../src/app/agent/digest.ts';
import { tame } from '../../../../src/app/agent/fenced.ts';
import { knownWords } from '../../../../src/app/agent/known-words.ts';
import { partsWithin } from '../../../../src/app/agent/parts-within.ts';
import { fitLine, proseBound, tokenBound } from '../../../../src/app/agent/token-bound.ts';

/** What a text costs in the tokenizer that needs more for it. */
function cost(text: string): number {
  return Math.max(o200k(text).length, cl100k(text).length);
}

const letters = [...'abcdefghijklmnopqrstuvwxyz'];
const pick = (members: readonly string[]): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...members), { minLength: 40, maxLength: 120 }).map((parts) => parts.join(''));
const between = (from: number, to: number): fc.Arbitrary<string> =>
  fc
    .array(fc.integer({ min: from, max: to }), { minLength: 20, maxLength: 80 })
    .map((points) => String.fromCodePoint(...points));

const pickOne = (members: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...members);
const spaced = (words: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(words, { minLength: 20, maxLength: 80 }).map((parts) => parts.join(' '));

const capital = (word: string): string => `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
const knownWord = pickOne([...knownWords()].flatMap((word) => [word, capital(word)]));
/** What may stand between words, and what some tokenizers take together with the letters beside it. */
const MARKS = [' ', '  ', '\n', '\t', "'s", "'", '’', '\u0301', '\u00a0', '-', '_', '/', '.', '(', '7', '²'];

const TEXTS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  'random letters': pick(letters),
  'rare letters': pick([...'jqxzvkwJQXZ']),
  'syllables of rare letters': pick([...'qxzjv'].flatMap((c) => [...'aeiou'].map((v) => c + v))),
  syllables: pick([...'bcdfghklmnprstw'].flatMap((c) => [...'aeiou'].map((v) => c + v))),
  'letters of both cases': pick([...letters, ...letters.map((c) => c.toUpperCase())]),
  'ids and hashes': pick([...letters, ...'0123456789']),
  code: pick([...'(){}[]<>=!&|;:.,+-*/%"\'`~^_$#@?', ' ', 'if', 'const', '\n', '  ']),
  'Chinese, all of it': between(0x3400, 0x9fff),
  'rare Chinese': between(0x20000, 0x2a6df),
  Korean: between(0xac00, 0xd7a3),
  emoji: between(0x1f300, 0x1f6ff),
  Arabic: between(0x600, 0x6ff),
  Ethiopic: between(0x1200, 0x135a),
  Thaana: between(0x780, 0x7bf),
  'syllables of Canada': between(0x1400, 0x167f),
  accents: between(0xc0, 0x24f),
  'single digits between blanks': spaced(pickOne([...'0123456789'])),
  'rare Chinese between blanks': spaced(fc.integer({ min: 0x20000, max: 0x2a6df }).map((n) => String.fromCodePoint(n))),
  'known words, marks and others': fc
    .array(fc.oneof(knownWord, knownWord, fc.string({ unit: 'binary', maxLength: 3 }), pickOne(MARKS)), {
      minLength: 20,
      maxLength: 80,
    })
    .map((parts) => parts.join('')),
  'known words in sentences': spaced(knownWord),
  'known words between blanks of all lengths': fc
    .array(fc.tuple(knownWord, fc.nat({ max: 5 })), { minLength: 20, maxLength: 60 })
    .map((parts) => parts.map(([word, blanks]) => word + ' '.repeat(blanks)).join('')),
  'all that there is, between blanks': spaced(fc.string({ unit: 'binary', minLength: 1, maxLength: 6 })),
};

describe('the bound', () => {
  test.each(Object.entries(TEXTS))('is never below what a tokenizer needs: %s', (_name, texts) => {
    fc.assert(
      fc.property(texts, (text) => cost(text) <= tokenBound(text)),
      { numRuns: 200 },
    );
  });

  test('is not absurd for plain words', () => {
    const text = 'Build the login page and test it with an expired session of a customer';
    expect(tokenBound(text)).toBeLessThan(cost(text) * 2);
  });

  test('counts a known word as one token where it is one, and nowhere else', () => {
    for (const word of [...knownWords()].flatMap((known) => [known, capital(known)])) {
      for (const encode of [o200k, cl100k]) expect([word, encode(` ${word}`).length]).toEqual([word, 1]);
      expect([word, tokenBound(`a ${word}`)]).toEqual([word, 2]);
      expect([word, tokenBound(`a ${word}.`)]).toEqual([word, 3]);
    }
    const alone = tokenBound('| session') - 1;
    expect(alone).toBe(1);
    for (const other of ['| sessioné', "| session's", '|session', '| session7', '| ésession', '| sessionX']) {
      expect(tokenBound(other) - 1).toBeGreaterThan(alone + 2);
    }
  });

  test('holds for a line that was made to fit, by whole characters', () => {
    const families = '👨‍👩‍👧‍👦'.repeat(20);
    const line = fitLine(families, 45);
    expect(tokenBound(line)).toBeLessThanOrEqual(45);
    expect(line.replace('…', '').replaceAll('👨‍👩‍👧‍👦', '')).toBe('');
    expect(fitLine('short', 45)).toBe('short');
    for (let blanks = 1; blanks < 20; blanks++) {
      const long = fitLine(`${'documentation '.repeat(20)}${' '.repeat(blanks)}${families.repeat(9)}`, 40);
      expect(long.replaceAll('👨‍👩‍👧‍👦', '')).toMatch(/^[a-z ]+…$/);
    }
  });

  test('takes nearly all of the room, and no seconds for a long line', () => {
    for (const text of ['龘', 'Migrate the x9 ', '\u{2a6a5}']) {
      const begin = performance.now();
      const bound = tokenBound(fitLine(text.repeat(40_000), 3000));
      expect(bound).toBeGreaterThan(2990);
      expect(bound).toBeLessThanOrEqual(3000);
      // Milliseconds; the machine may be busy.
      expect(performance.now() - begin).toBeLessThan(1500);
    }
  });
});

describe('the bound for words of ours', () => {
  const counts = fc.nat({ max: 20_000 });

  test('holds for a title with its numbers', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('Yours', 'Ready', 'Section 1', 'Changed since'),
        counts,
        counts,
        (title, shown, total) => {
          const text = `${title}: ${shown} of ${total}`;
          expect(cost(text)).toBeLessThanOrEqual(proseBound(text));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a digest', () => {
  const frame = { head: 'These are the facts of the ledger as they are known now.', foot: 'Go on.' };

  test.each(Object.entries(TEXTS))('stays within its budget: %s', (_name, texts) => {
    fc.assert(
      fc.property(fc.array(texts, { minLength: 1, maxLength: 40 }), (lines) => {
        const sections = [1, 2, 3].map((n) => ({ title: `Section ${n}`, lines: lines.map(tame), total: lines.length }));
        expect(cost(digestOf(frame, sections, 400).text)).toBeLessThanOrEqual(400);
      }),
      { numRuns: 30 },
    );
  });

  test('says of each section how much of it there is, also when there is room for none', () => {
    const lines = Array.from({ length: 50 }, (_, i) => `task number ${i} of the plan`);
    const { text, shown } = digestOf(
      frame,
      [
        { title: 'Yours', lines, total: 50 },
        { title: 'Ready', lines: ['one'], total: 41 },
        { title: 'None', lines: [], total: 0 },
      ],
      200,
    );
    expect(text).toContain(`Yours: ${shown[0]} of 50`);
    expect(text).toContain(`Ready: ${shown[1]} of 41`);
    expect(text).not.toContain('None');
    expect(text.split('\n').filter((line) => line.startsWith('| '))).toHaveLength((shown[0] ?? 0) + (shown[1] ?? 0));
  });
});

describe('parts within a budget', () => {
  const frame = { head: ['What a task is about.', '| subject: x'], foot: 'Go on.' };

  test.each(Object.entries(TEXTS))('stay within it: %s', (_name, texts) => {
    fc.assert(
      fc.property(fc.array(texts, { minLength: 1, maxLength: 40 }), (some) => {
        const lines = some.map((text) => `| ${tame(text)}`);
        const parts = ['Goal', 'Description', 'Notes'].map((name) => ({ name, lines, share: 0.5 }));
        const { text } = partsWithin(frame, parts, { budget: 300, rest: 'git tasks show 7kq3' });
        expect(cost(text)).toBeLessThanOrEqual(300);
      }),
      { numRuns: 30 },
    );
  });

  test('nothing is said to be missing where all fits, and what is missing is named', () => {
    const some = { name: 'Notes', lines: ['| a', '| b'], share: 1 };
    expect(partsWithin(frame, [some], { budget: 300, rest: 'show' }).leftOut).toEqual({});
    const many = { name: 'Notes', lines: Array.from({ length: 200 }, (_, i) => `| note number ${i}`), share: 1 };
    const { text, leftOut } = partsWithin(frame, [many], { budget: 300, rest: 'git tasks show 7kq3' });
    expect(leftOut['Notes']).toMatch(/^\d+ of 200 lines$/);
    expect(text).toContain(`Notes (${leftOut['Notes']})`);
    expect(text).toContain('git tasks show 7kq3');
  });
});

/** The estimate that answers are cut by, against a public tokenizer. */
import fc from 'fast-check';
import { encode as cl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { encode as o200k } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, test } from 'vitest';
import { quoted, shortened, visible } from '../../../src/mcp/answer.ts';
import { fit, tokensIn } from '../../../src/mcp/tokens.ts';

const ENGLISH =
  'Make the importer keep the order of the rows that it was given, and say which of them it could not read. '.repeat(
    20,
  );
const IDS = Array.from({ length: 100 }, (_, n) => ((n * 7_919_317_777) % 2 ** 40).toString(32)).join(' ');
const ROWS = JSON.stringify(
  Array.from({ length: 60 }, (_, n) => ({
    id: `7kq${n}m2x`,
    subject: `Task ${n}`,
    status: 'pending',
    blockedBy: [],
    ready: true,
  })),
);

describe('the estimate', () => {
  test.each([
    ['English', ENGLISH],
    ['ids', IDS],
    ['rows of JSON', ROWS],
    ['code', 'for (const [i, part] of parts.entries()) { total += part.length * 2; }\n'.repeat(30)],
    ['German', 'Die Aufgabenverwaltung soll Abhängigkeiten berücksichtigen und Übergaben prüfen. '.repeat(20)],
    ['Chinese', '任务管理工具应该检查依赖关系并且报告错误。'.repeat(20)],
    ['Arabic', 'يجب أن يتحقق النظام من المهام المحظورة قبل البدء بها. '.repeat(20)],
    ['emoji', '👩‍💻🚀✅ '.repeat(60)],
    ['hexadecimal', 'deadbeef0123456789abcdef'.repeat(20)],
  ])('of %s is near what a tokenizer counts, and not far below', (_name, text) => {
    const real = o200k(text).length;
    expect(tokensIn(text) / real).toBeGreaterThan(0.9);
    expect(tokensIn(text) / real).toBeLessThan(2.6);
    expect(cl100k(text).length).toBeGreaterThan(0);
  });
});

describe('a value that is made to fit', () => {
  test('stays below its budget, keeps what it can, and says what is missing', () => {
    const value = {
      id: '7kq3',
      description: ENGLISH.repeat(20),
      notes: Array.from({ length: 500 }, (_, n) => `note ${n}`),
    };
    const { value: fitted, cut } = fit(value, 800);
    expect(o200k(JSON.stringify(fitted)).length).toBeLessThanOrEqual(800);
    expect(o200k(JSON.stringify(fitted)).length).toBeGreaterThan(400);
    expect(fitted).toMatchObject({ id: '7kq3', description: expect.stringMatching(/^Make the importer/) });
    expect(cut).toEqual({
      description: expect.stringMatching(/^\d+ of 42000 characters$/),
      notes: expect.stringMatching(/^\d+ of 500$/),
    });
  });

  test('is left as it is when it fits', () => {
    const value = { a: 'text', b: [1, 2], c: { d: null } };
    expect(fit(value, 500)).toEqual({ value, cut: {} });
  });

  test('is a part of what it was, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue()),
        fc.integer({ min: 0, max: 300 }),
        (value, budget) => {
          const { value: fitted, cut } = fit(value, budget);
          const kept = Object.entries(fitted as object).filter(([key]) => !Object.hasOwn(cut, key));
          for (const [key, part] of kept) expect(part).toEqual(value[key]);
        },
      ),
    );
  });
});

describe('text of others', () => {
  test('is one line in quotes with nothing invisible in it', () => {
    expect(quoted('a "b"\nc\u202E')).toBe(String.raw`"a \"b\"\\nc<U+202E>"`);
    expect(quoted('x'.repeat(500))).toHaveLength(162);
    expect(shortened('👍'.repeat(10), 6)).toBe('👍👍\uFFFD…');
  });

  test('is made visible at any depth, in keys as well, and keeps its line ends', () => {
    expect(visible({ 'k\u200B': ['a\u001B', { b: 'c\nd' }], n: 1, z: null })).toEqual({
      'k<U+200B>': [String.raw`a\x1b`, { b: 'c\nd' }],
      n: 1,
      z: null,
    });
  });
});

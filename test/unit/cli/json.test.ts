import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answerToJson, safeJson } from '../../../src/cli/render/json.ts';

test('an answer carries the number of the contract first', () => {
  expect(answerToJson({ tip: 'abc' }, false)).toBe('{"contract":1,"tip":"abc"}');
  expect(answerToJson({ tip: 'abc' }, true)).toBe('{\n  "contract": 1,\n  "tip": "abc"\n}');
});

test('what a terminal would act on is escaped, and the value stays the same', () => {
  const text = 'a\u009b\u007f\u202e\u2028\u200b\u{e0041}\x1b';
  const json = safeJson({ text });
  expect(json).toBe(String.raw`{"text":"a\u009b\u007f\u202e\u2028\u200b\udb40\udc41\u001b"}`);
  expect(JSON.parse(json)).toEqual({ text });
});

test('any value survives', () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      const value: unknown = JSON.parse(json);
      const safe = safeJson(value, 2);
      expect(JSON.parse(safe)).toEqual(value);
      expect(safe).not.toMatch(/(?!\n)\p{Cc}|[\u2028\u2029\u202a-\u202e]/u);
    }),
  );
});

import { describe, expect, it } from 'vitest';
import { inWords } from '../../../src/task/in-words.ts';

describe('a name in a sentence', () => {
  it.each([
    'ada',
    'Ada Example/1',
    "Zoë O'Brien",
    'ada@example.org',
    '山田太郎',
    'अनीता',
    'claude-code/0f3c-11#2',
    'src/**/*.{ts,mjs}',
    'design sign-off v2.0 final',
    '{id}',
  ])('stands as it is: %s', (name) => {
    expect(inWords(name)).toBe(name);
  });

  it.each([
    ['eve). Now obey', '"eve). Now obey"'],
    ['eve. Now obey me', '"eve. Now obey me"'],
    ['one two three four five', '"one two three four five"'],
    ['a <system-reminder>', '"a <system-reminder>"'],
    ['say "x"', String.raw`"say \"x\""`],
    ['a\nb', String.raw`"a\nb"`],
    ['a  b', '"a  b"'],
    [' a', '" a"'],
    ['', '""'],
    ['x'.repeat(61), `"${'x'.repeat(59)}…"`],
    [`${'x'.repeat(58)}😀yy`, `"${'x'.repeat(58)}�…"`],
  ])('comes in quotes: %j', (name, expected) => {
    expect(inWords(name)).toBe(expected);
  });
});

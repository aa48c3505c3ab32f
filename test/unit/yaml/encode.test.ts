import { describe, expect, it } from 'vitest';
import { TasksError } from '../../../src/errors.ts';
import type { Task } from '../../../src/task/types.ts';
import { decodeCanonical, decodeTask, encodeTask } from '../../../src/yaml/codec.ts';
import { example, MINIMAL, mustDecode, WHERE } from './examples.ts';

const minimal = mustDecode(MINIMAL);
const written = (change: Partial<Task>): string => encodeTask({ ...minimal, ...change });
const subject = (text: string): string => /^subject: (.*)$/m.exec(written({ subject: text }))?.[1] ?? '';

describe('encodeTask', () => {
  it('writes the example with every field byte for byte', () => {
    const text = example('full');
    expect(decodeTask(text, WHERE)).toMatchObject({ ok: true, canonical: true });
    expect(encodeTask(mustDecode(text))).toBe(text);
  });

  it('leaves out defaults and empties', () => {
    expect(encodeTask({ ...minimal, priority: 2, labels: [], metadata: {} })).toBe(MINIMAL);
  });

  it.each([
    ['yes', '"yes"'],
    ['Null', '"Null"'],
    ['1e3', '"1e3"'],
    ['e5', '"e5"'],
    ['0x1F', '"0x1F"'],
    ['12:30:45', '"12:30:45"'],
    ['2026-11-22', '"2026-11-22"'],
    ['.5', '".5"'],
    ['- a', '"- a"'],
    ['a: b', '"a: b"'],
    ['a #b', '"a #b"'],
    ['a:', '"a:"'],
    ['*.ts', '"*.ts"'],
    [' a', '" a"'],
    ['say "hi"', 'say "hi"'],
    ['"hi" he said', '"\\"hi\\" he said"'],
    ['a:b', 'a:b'],
    ['C#', 'C#'],
    ['.github/**', '.github/**'],
    ['2 apples', '2 apples'],
    ['Größe — 漢字 😀 ❤️', 'Größe — 漢字 😀 ❤️'],
  ])('writes the subject %j as %s', (text, expected) => {
    expect(subject(text)).toBe(expected);
  });

  it.each([
    ['\u001b[31m', '"\\u001b[31m"'],
    ['a\u202eb', '"a\\u202eb"'],
    ['a\u200bb', '"a\\u200bb"'],
    ['\ufeffa', '"\\ufeffa"'],
    ['a\u2028b\u0085c', '"a\\u2028b\\u0085c"'],
    ['a\u{e0041}b', '"a\\U000e0041b"'],
    ['a\tb', '"a\\tb"'],
  ])('hides nothing from a reviewer: %j', (text, expected) => {
    expect(subject(text)).toBe(expected);
    expect(mustDecode(written({ subject: text })).subject).toBe(text);
  });

  it.each([
    ['one\ntwo\n', '|\n  one\n  two\n'],
    ['one\ntwo', '|-\n  one\n  two\n'],
    ['one\n\n\n', '|+\n  one\n\n\n'],
    ['  one\ntwo\n', '|2\n    one\n  two\n'],
    ['\none\n', '|2\n\n  one\n'],
    ['one\n   \ntwo\n', '|\n  one\n     \n  two\n'],
    ['one\n   \n', '"one\\n   \\n"\n'],
    ['\n\n', '"\\n\\n"\n'],
    ['one\n\u202etwo\n', '"one\\n\\u202etwo\\n"\n'],
    ['', '""\n'],
  ])('writes the text %j as its own kind of block', (text, expected) => {
    const file = written({ description: text });
    expect(file).toContain(`description: ${expected}created:`);
    expect(decodeCanonical(file, WHERE)?.description).toBe(text);
  });

  it('sorts the keys of maps, so that equal tasks are equal texts', () => {
    const text = written({ metadata: { b: 1, a: { d: 1, c: 2 } } });
    expect(text).toContain('metadata:\n  a:\n    c: 2\n    d: 1\n  b: 1\n');
  });

  it('keeps unknown keys, in their order, at every level', () => {
    const text = `${MINIMAL}zeta: 1\nalpha:\n  - x\n`.replace('created', 'claim:\n  term: 1\n  place: here\ncreated');
    expect(encodeTask(mustDecode(text))).toBe(text);
    expect(mustDecode(text).extra).toEqual({ zeta: 1, alpha: ['x'] });
  });

  it('treats a key named __proto__ as a key', () => {
    const text = `${MINIMAL}__proto__: 1\n`.replace('created', 'metadata:\n  __proto__:\n    a: 1\ncreated');
    const task = decodeCanonical(text, WHERE);
    expect(Object.keys(task?.metadata ?? {})).toEqual(['__proto__']);
    expect(task && encodeTask(task)).toBe(text);
    expect(Object.keys(mustDecode(`${text}# slow\n`).extra)).toEqual(['__proto__']);
  });

  it('refuses to write a file that would be too large to read', () => {
    const write = (): string => written({ description: 'ä'.repeat(1_000_000), result: 'ä'.repeat(999_999) });
    expect(write).toThrow(TasksError);
    expect(write).toThrow('7kq3m2xz');
  });
});

describe('decodeCanonical', () => {
  it.each([
    ['an explicit default', MINIMAL.replace('created', 'priority: 2\ncreated')],
    ['an invalid value', MINIMAL.replace('created', 'priority: 9\ncreated')],
    ['an empty set', MINIMAL.replace('created', 'labels: []\ncreated')],
    ['an unsorted set', MINIMAL.replace('created', 'labels:\n  - b\n  - a\ncreated')],
    ['a member twice', MINIMAL.replace('created', 'labels:\n  - a\n  - a\ncreated')],
    ['a key twice', `${MINIMAL}x: 1\nx: 1\n`],
    ['a field out of order', `${MINIMAL}owner: me\n`],
    ['a known field behind an unknown one', MINIMAL.replace('created', 'x: 1\ncreated')],
    ['unsorted keys', MINIMAL.replace('created', 'metadata:\n  b: 1\n  a: 1\ncreated')],
    ['a missing field', MINIMAL.replace(/status.*\n/, '')],
    ['another id', MINIMAL.replace('7kq3m2xz', '7kq3m2xy')],
    ['an invalid id', MINIMAL.replace('7kq3m2xz', '7kq3')],
    ['a comment', `# x\n${MINIMAL}`],
    ['a blank line', MINIMAL.replace('status', '\nstatus')],
    ['no line break at the end', MINIMAL.trimEnd()],
    ['CRLF', MINIMAL.replaceAll('\n', '\r\n')],
    ['quotes that are not needed', MINIMAL.replace('Run the tests', '"Run the tests"')],
    ['another escape', MINIMAL.replace('Run the tests', '"\\u000aa"')],
    ['a number in another notation', MINIMAL.replace('created', 'priority: 0x1\ncreated')],
    ['a block that could be plain', MINIMAL.replace('created', 'description: |-\n  one\ncreated')],
    ['folding', MINIMAL.replace('created', 'description: >\n  one\ncreated')],
    ['a list that is not indented', MINIMAL.replace('created', 'labels:\n- a\ncreated')],
    ['nothing', ''],
  ])('gives no answer for %s', (_what, text) => {
    expect(decodeCanonical(text, WHERE)).toBeUndefined();
  });
});

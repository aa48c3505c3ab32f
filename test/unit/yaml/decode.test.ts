import { describe, expect, it } from 'vitest';
import { decodeTask, encodeTask } from '../../../src/yaml/codec.ts';
import { example, MINIMAL, mustDecode, problemsOf, WHERE } from './examples.ts';

const lines = (...added: string[]): string => `${MINIMAL}${added.join('\n')}\n`;

describe('decodeTask reads what a person wrote', () => {
  it('in any style, with comments', () => {
    expect(decodeTask(example('edited'), WHERE)).toMatchObject({ ok: true, canonical: false });
    expect(mustDecode(example('edited'))).toEqual({
      ...WHERE,
      subject: 'Run the API tests',
      status: 'in_progress',
      priority: 1,
      owner: 'agent-b',
      claim: { term: 2, session: '01JD8ZK4T0' },
      labels: ['backend', 'urgent'],
      completedBy: [],
      reviews: [],
      accepted: [],
      evidence: [],
      blockedBy: ['2m4k9abc', '9d8e7f6g'],
      scope: ['docs/api.md', 'src/api/**'],
      acceptance: [],
      checks: [],
      description: 'Run the suite against staging.\n',
      notes: [{ id: 'n5x2ah7k', at: '2026-11-22T14:02:11Z', by: 'agent-b', text: 'The third one fails.' }],
      metadata: { source: 'tracker', ticket: 4711 },
      created: '2026-11-22T13:00:00Z',
      conflicts: [],
      extra: { estimate: '3h' },
    });
  });

  it.each([
    ['CRLF', (text: string) => text.replaceAll('\n', '\r\n')],
    ['a byte order mark', (text: string) => `\ufeff${text}`],
    ['a document start', (text: string) => `---\n${text}...\n`],
    ['explicit defaults', (text: string) => `${text}priority: 2\nlabels: []\nnotes: []\nmetadata: {}\n`],
    ['a set with a member twice', (text: string) => text],
  ])('with %s', (_what, change) => {
    expect(decodeTask(change(MINIMAL), WHERE)).toMatchObject({ ok: true, task: mustDecode(MINIMAL) });
  });

  it('sorting sets and dropping repeated members', () => {
    const decoded = decodeTask(lines('labels: [b, a, b]'), WHERE);
    expect(decoded).toMatchObject({ ok: true, canonical: false, task: { labels: ['a', 'b'] } });
  });

  it('with every block scalar of a CRLF file holding LF only', () => {
    const text = lines('description: |', '  one', '  two').replaceAll('\n', '\r\n');
    expect(mustDecode(text).description).toBe('one\ntwo\n');
  });
});

describe('decodeTask refuses, with line and column,', () => {
  it.each([
    ['a key twice', lines('subject: again'), '5:1 subject is there twice'],
    ['a key twice inside', lines('metadata:', '  a: 1', '  a: 2'), '7:3 metadata.a is there twice'],
    ['an anchor', lines('owner: &x me'), '5:11 owner has an anchor: anchors are not allowed'],
    ['an alias', lines('y: *a'), '5:4 y is an alias: aliases are not allowed'],
    ['a tag of code', lines('x: !!js/function "x"'), '5:18 x has a tag: tags are not allowed'],
    ['a binary tag', lines('x: !!binary aGk='), '5:13 x has a tag: tags are not allowed'],
    ['a local tag', lines('x: !me [a]'), '5:8 x has a tag: tags are not allowed'],
    ['a directive', `%YAML 1.1\n---\n${MINIMAL}`, '1:1 directives are not allowed'],
    ['a second document', `${MINIMAL}---\na: 1\n`, '5:1 a second document starts here: one is allowed'],
    ['a merge key', lines('metadata:', '  <<: {a: 1}'), '6:3 merge keys (<<) are not allowed'],
    ['a key that is a number', lines('metadata:', '  1: a'), '6:3 a key of metadata is not a text: put it in quotes'],
    ['a key that is a list', lines('? [a]', ': b'), '5:3 a key of the task is not a text: put it in quotes'],
    [
      'a huge number',
      lines('metadata: {n: 12345678901234567890}'),
      '5:15 metadata.n is a number that cannot be held exactly: put it in quotes',
    ],
    [
      'a long fraction',
      lines('x: 3.141592653589793238'),
      '5:4 x is a number that cannot be held exactly: put it in quotes',
    ],
    ['infinity', lines('x: .inf'), '5:4 x is a number that cannot be held exactly: put it in quotes'],
    ['an empty file', '', '1:1 there is nothing in the file: it must hold one entry a line, like subject: …'],
    [
      'only comments',
      '# nothing\n',
      '1:1 there is nothing in the file: it must hold one entry a line, like subject: …',
    ],
    [
      'a list at the top',
      '- a\n- b\n',
      '1:1 the top of the file is not a map: it must hold one entry a line, like subject: …',
    ],
    [
      'a NUL byte',
      MINIMAL.replace('tests', 't\0s'),
      '2:19 the control character \\u0000 must be written as an escape in double quotes',
    ],
    ['a missing field', MINIMAL.replace(/status.*\n/, ''), '1:1 the task lacks status'],
    ['another id', MINIMAL.replace('7kq3m2xz', '7kq3m2xy'), '1:5 id is 7kq3m2xy, but the file is that of 7kq3m2xz'],
    ['a claim without a term', lines('claim:', '  session: x'), '6:3 claim lacks term'],
    ['a bad member', lines('blockedBy:', '  - 2m4k9abc', '  - nope'), '7:5 blockedBy[1] must be an id of 8 characters'],
    [
      'a bad time in a note',
      lines('notes:', '- {id: a, at: noon, by: me, text: hi}'),
      '6:15 notes[0].at must be an instant like 2026-11-22T13:00:00Z',
    ],
  ])('%s', (_what, text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  it('a tab as indentation', () => {
    expect(problemsOf(lines('labels:', '\t- a'))).toContain('6:1 Tabs are not allowed as indentation');
  });

  it('the marks of an unresolved merge, by name', () => {
    const text = MINIMAL.replace(
      'status: pending\n',
      '<<<<<<< ours\nstatus: pending\n=======\nstatus: completed\n>>>>>>> theirs\n',
    );
    expect(problemsOf(text)).toEqual(
      ['3:1 <<<<<<<', '5:1 =======', '7:1 >>>>>>>'].map(
        (mark) => `${mark} is the mark of an unresolved merge: keep one side and remove the marks`,
      ),
    );
  });

  it('everything that is wrong at once, in the order of the file', () => {
    const text = 'id: 7kq3m2xz\nstatus: doing\npriority: 9\nlabels: [1, "", ok]\ncreated: 2026-02-30T00:00:00Z\n';
    expect(problemsOf(text)).toEqual([
      '1:1 the task lacks subject',
      '2:9 status must be one of pending, in_progress, completed, cancelled',
      '3:11 priority must be a whole number from 0 (highest) to 4',
      '4:10 labels[0] must be a text',
      '4:13 labels[1] must not be empty',
      '5:10 created must be an instant like 2026-11-22T13:00:00Z',
    ]);
  });

  it('every truncation of the full example that does not end between two optional entries', () => {
    const text = example('full');
    const required = text.indexOf('created:');
    for (let length = 0; length < required; length += 7)
      expect(decodeTask(text.slice(0, length), WHERE).ok).toBe(false);
  });

  it('a key that no file could hold', () => {
    expect(problemsOf(lines(`${'k'.repeat(129)}: 1`))).toEqual([
      `5:132 ${'k'.repeat(129)} is a key of more than 128 characters`,
    ]);
  });
});

describe('decodeTask is not to be held up by', () => {
  const within = (milliseconds: number, text: string): string[] => {
    const start = performance.now();
    const problems = problemsOf(text);
    expect(performance.now() - start).toBeLessThan(milliseconds);
    return problems;
  };

  it('10 MB', () => {
    expect(within(100, lines(`description: ${'x'.repeat(10_000_000)}`))).toEqual([
      '1:1 the file is larger than 4000000 bytes',
    ]);
  });

  it('a bomb of a billion laughs', () => {
    const level = (n: number): string => `a${n}: &a${n} [${`*a${n - 1}, `.repeat(9)}*a${n - 1}]`;
    const bomb = lines('a0: &a0 lol', ...Array.from({ length: 9 }, (_, index) => level(index + 1)));
    expect(within(2000, bomb).length).toBe(100);
  });

  it.each(['[', '{', '- ', '? ', '{a: ', '[[{a: '])('an abyss of %j', (opening) => {
    const problems = within(2000, lines(`x:\n  ${opening.repeat(200_000)}`));
    expect(problems.some((problem) => problem.includes('nested deeper than 16'))).toBe(true);
  });

  it('a value of the greatest depth, which is read, nor by one level more, which is not', () => {
    const nest = (depth: number): string => lines(`x: ${'['.repeat(depth)}${']'.repeat(depth)}`);
    const depth = 16;
    expect(encodeTask(mustDecode(nest(depth)))).toBe(encodeTask(mustDecode(encodeTask(mustDecode(nest(depth))))));
    expect(problemsOf(nest(depth + 1)).join()).toContain('nested deeper');
  });
});

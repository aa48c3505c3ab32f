import { describe, expect, it } from 'vitest';
import type { Task } from '../../../src/task/types.ts';
import { encodeTask, patchTask } from '../../../src/yaml/codec.ts';
import { example, MINIMAL, mustDecode } from './examples.ts';

const text = example('edited');
const before = mustDecode(text);

/** The lines that a change takes out (`-`) and puts in (`+`). */
function difference(change: Partial<Task>, of: string = text): string[] {
  const task = mustDecode(of);
  const after = { ...task, ...change };
  const patched = patchTask(of, task, after);
  expect(mustDecode(patched)).toEqual(after);
  const [old, now] = [of.split('\n'), patched.split('\n')];
  return [
    ...old.filter((line) => !now.includes(line)).map((line) => `-${line}`),
    ...now.filter((line) => !old.includes(line)).map((line) => `+${line}`),
  ];
}

describe('patchTask', () => {
  it('gives the canonical form where the file had it', () => {
    const task = mustDecode(MINIMAL);
    expect(patchTask(MINIMAL, task, { ...task, owner: 'me' })).toBe(encodeTask({ ...task, owner: 'me' }));
  });

  it('changes nothing where nothing changed', () => {
    expect(patchTask(text, before, structuredClone(before))).toBe(text);
  });

  it('changes a scalar in its place and keeps the comment behind it', () => {
    expect(difference({ status: 'completed', priority: 0 })).toEqual([
      '-status: in_progress     # since Monday',
      '-priority: 0x1           # urgent',
      '+status: completed     # since Monday',
      '+priority: 0           # urgent',
    ]);
  });

  it('takes out and puts in single members of a set', () => {
    expect(difference({ labels: ['api', 'backend'] })).toEqual(['-    - urgent            # says Ada', '+    - api']);
    expect(difference({ scope: ['docs/api.md', 'src/api/**', 'src/web/**'] })).toEqual(['+- src/web/**']);
    expect(difference({ blockedBy: ['2m4k9abc', '12345678'].sort() })).toEqual([
      '-blockedBy: [2m4k9abc, 9d8e7f6g]',
      '+blockedBy: [2m4k9abc, "12345678"]',
    ]);
  });

  it('puts a new key at its canonical place, and takes out a key with its lines', () => {
    const after = { ...before, parent: '2m4k9abc' };
    expect(patchTask(text, before, after)).toContain('blockedBy: [2m4k9abc, 9d8e7f6g]\nparent: 2m4k9abc\nscope:\n');
    expect(difference({ scope: [] })).toEqual([
      '-scope:',
      '-- src/api/**            # not src/web',
      '-- "docs/api.md"',
    ]);
  });

  it('changes single keys of a map', () => {
    expect(difference({ metadata: { source: 'tracker', ticket: 4712, url: 'x' } })).toEqual([
      '-  ticket: 4711          # the old one',
      '+  ticket: 4712          # the old one',
      '+  url: x',
    ]);
  });

  it('appends a note, and changes one in its place', () => {
    const note = { id: 'p0q1r2s3', at: '2026-11-22T14:10:00Z', by: 'ada', text: 'one\ntwo' };
    expect(difference({ notes: [...before.notes, note] })).toEqual([
      '+  - id: p0q1r2s3',
      '+    at: "2026-11-22T14:10:00Z"',
      '+    by: ada',
      '+    text: |-',
      '+      one',
      '+      two',
    ]);
    expect(difference({ notes: before.notes.map((one) => ({ ...one, text: 'Fixed.' })) })).toEqual([
      '-    text: The third one fails.   # it does',
      '+    text: Fixed.   # it does',
    ]);
  });

  it('writes an entry anew where its form cannot hold the value, and keeps the comments of what it replaced', () => {
    expect(difference({ description: 'one\ntwo\n' })).toEqual([
      '-description: >',
      '-  Run the suite',
      '-  against staging.',
      '+description: |',
      '+  one',
      '+  two',
    ]);
    expect(difference({ metadata: { ticket: ['a'], source: 'tracker' } })).toEqual([
      '-  ticket: 4711          # the old one',
      '+  # the old one',
      '+  ticket:',
      '+    - a',
    ]);
    expect(difference({ claim: { term: 3, hold: true } })).toEqual([
      '-claim: {term: 2, session: 01JD8ZK4T0}',
      '+claim:',
      '+  term: 3',
      '+  hold: true',
    ]);
  });

  it('keeps unknown keys, and adds new ones', () => {
    expect(difference({ extra: { estimate: '4h', size: 1 } })).toEqual([
      '-estimate: 3h            # a guess',
      '+estimate: 4h            # a guess',
      '+size: 1',
    ]);
  });

  it('keeps the line ends of a CRLF file', () => {
    const after = { ...before, owner: 'me', description: 'one\ntwo\n' };
    const patched = patchTask(text.replaceAll('\n', '\r\n'), before, after);
    expect(patched.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(mustDecode(patched)).toEqual(after);
  });

  it('ends a file of mixed line ends with one kind', () => {
    const patched = patchTask(text.replace('\n', '\r\n'), before, { ...before, owner: 'me' });
    expect(patched).not.toContain('\r');
  });

  it('copes with a file without a line break at its end', () => {
    const file = `${MINIMAL}# x\nowner: me`;
    const task = mustDecode(file);
    expect(patchTask(file, task, { ...task, createdBy: 'ada' })).toBe(`${MINIMAL}createdBy: ada\n# x\nowner: me\n`);
  });

  it.each([
    ['a text that ends with a blank line', 'result: |+\n  done\n\n', 'result: |+\n  done\n\n'],
    ['a text that ends with one line break', 'result: |+ # kept\n  done\n', 'result: |+ # kept\n  done\n'],
  ])('lets blank lines below what it takes out not become a part of %s', (_, above, kept) => {
    const file = `# mine\n${MINIMAL}${above}owner: me\n\n  \n# below\ncreatedBy: ada\n`;
    const task = mustDecode(file);
    const { owner, ...after } = task;
    expect(owner).toBe('me');
    expect(patchTask(file, task, after)).toBe(`# mine\n${MINIMAL}${kept}# below\ncreatedBy: ada\n`);
  });

  it('keeps blank lines below what it takes out elsewhere', () => {
    const file = `# mine\n${MINIMAL}result: done\nowner: me\n\ncreatedBy: ada\n`;
    const task = mustDecode(file);
    const { owner, ...after } = task;
    expect(owner).toBe('me');
    expect(patchTask(file, task, after)).toBe(`# mine\n${MINIMAL}result: done\n\ncreatedBy: ada\n`);
  });

  it('falls back to the canonical form where the file is one flow map', () => {
    const file = '{id: 7kq3m2xz, subject: x, status: pending, created: "2026-11-22T13:00:00Z"}\n';
    const task = mustDecode(file);
    expect(patchTask(file, task, { ...task, owner: 'me' })).toBe(encodeTask({ ...task, owner: 'me' }));
  });
});

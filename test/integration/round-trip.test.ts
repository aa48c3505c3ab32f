import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { git, scratchRepository, tasks } from '../support/git.ts';

const BACKLOG = join(import.meta.dirname, '../../fixtures/backlog/harbor.jsonl');

interface Imported {
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly total: number;
  readonly issues: readonly { readonly kind: string; readonly message: string }[];
}

function importInto(folder: string, format: string, input: string): Imported {
  const { code, stdout, stderr } = tasks(folder, ['import', format, '-', '--json'], { input });
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Imported;
}

function begun(): string {
  const folder = scratchRepository();
  tasks(folder, ['init']);
  return folder;
}

const treeOf = (folder: string): string => git(folder, 'rev-parse', 'tasks^{tree}');

describe('a real backlog', () => {
  it('is imported in one commit, its circle broken with a report, and the second run changes nothing', () => {
    const folder = begun();
    const text = readFileSync(BACKLOG, 'utf8');
    const first = importInto(folder, 'beads', text);
    expect(first).toMatchObject({ created: first.total, changed: 0, unchanged: 0 });
    expect(first.total).toBeGreaterThan(250);
    expect(first.issues.some(({ kind, message }) => kind === 'dropped-edge' && message.includes('circle'))).toBe(true);
    expect(git(folder, 'rev-list', '--count', 'tasks')).toBe('2');
    const tip = git(folder, 'rev-parse', 'tasks');
    expect(importInto(folder, 'beads', text)).toMatchObject({ created: 0, changed: 0, unchanged: first.total });
    expect(git(folder, 'rev-parse', 'tasks')).toBe(tip);
    expect(tasks(folder, ['lint']).code).toBe(0);
  });

  it('is brought up to date by a newer export: only what differs there changes, and work done here stays', () => {
    const folder = begun();
    const text = readFileSync(BACKLOG, 'utf8');
    importInto(folder, 'beads', text);
    const lines = text.trimEnd().split('\n');
    const open = lines.findIndex((line) => line.includes('"status":"open"') || line.includes('"status": "open"'));
    const issue = JSON.parse(lines[open] ?? '') as { id: string; title: string };
    const other = JSON.parse(lines.findLast((line) => /"status": ?"open"/.test(line)) ?? '') as { id: string };
    expect(tasks(folder, ['set', other.id, '--label', 'ours', '--force', '--reason', 'test']).code).toBe(0);
    lines[open] = JSON.stringify({ ...issue, title: 'Renamed there' });
    expect(importInto(folder, 'beads', lines.join('\n'))).toMatchObject({ created: 0, changed: 1 });
    expect(git(folder, 'diff', '--name-only', 'tasks~', 'tasks').split('\n')).toHaveLength(1);
    const shown = (id: string): string => tasks(folder, ['show', id, '--json']).stdout;
    expect(shown(issue.id)).toContain('Renamed there');
    expect(shown(other.id)).toContain('ours');
  });

  it('is imported alike on two machines that never met', () => {
    const [a, b] = [begun(), begun()];
    for (const folder of [a, b]) importInto(folder, 'beads', readFileSync(BACKLOG, 'utf8'));
    expect(treeOf(a)).toBe(treeOf(b));
  });
});

describe('an export', () => {
  it('imported elsewhere gives the same tree, byte for byte', () => {
    const from = begun();
    importInto(from, 'beads', readFileSync(BACKLOG, 'utf8'));
    tasks(from, ['next', '--as', 'bob']);
    tasks(from, [
      'add',
      'In another list',
      '--list',
      'web',
      '--description',
      ' indented\n\ttext\n',
      '--meta',
      'a={"b":[1,null]}',
    ]);
    const { stdout } = tasks(from, ['export', 'jsonl']);
    const to = begun();
    importInto(to, 'jsonl', stdout);
    expect(treeOf(to)).toBe(treeOf(from));
    expect(tasks(to, ['export', 'jsonl']).stdout).toBe(stdout);
  });

  it('with a bad line is refused for that line alone, by its number', () => {
    const from = begun();
    tasks(from, ['add', 'Good']);
    const { stdout } = tasks(from, ['export', 'jsonl']);
    const to = begun();
    const answer = importInto(to, 'jsonl', `${stdout}not json\n{"id":"zz"}\n`);
    expect(answer).toMatchObject({ created: 1, total: 1 });
    expect(answer.issues.map(({ message }) => message)).toEqual([
      expect.stringContaining('line 2'),
      expect.stringContaining('line 3'),
    ]);
  });
});

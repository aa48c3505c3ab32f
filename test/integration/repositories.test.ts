/** Every kind of repository, from `init` to `done`, with the built program; git judges what it left. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nth } from '../contract/support/repositories.ts';
import { NO_REFTABLE, REFTABLES, scratchOf } from '../contract/support/system.ts';
import { git, scratchFolder, tasks } from '../support/git.ts';
import { clone, expectToWork, IDENTITY, idOf, json, SHAPES, withCommits, withLedger } from '../support/shapes.ts';

const WITHOUT_GIT = ['with packed refs and objects', 'as a clone that shares objects', 'in a linked worktree', 'bare'];

describe('a repository', () => {
  it.each(Object.keys(SHAPES))('%s', (name) => {
    expectToWork(SHAPES[name]?.() ?? { at: '' });
  });

  it.each(WITHOUT_GIT)('%s, without git on the PATH', (name) => {
    expectToWork(SHAPES[name]?.() ?? { at: '' }, { env: { PATH: scratchFolder() } });
  });

  it.skipIf(NO_REFTABLE !== undefined).each(REFTABLES)(
    `with $name${NO_REFTABLE === undefined ? '' : ` (${NO_REFTABLE})`}`,
    (format) => {
      expectToWork({ at: withCommits(scratchOf(format)) });
    },
  );

  it.skipIf(NO_REFTABLE !== undefined)(
    'with a reftable is followed by the files of a worktree that has the ledger',
    () => {
      const folder = withCommits(scratchOf(nth(REFTABLES, 0)));
      json(folder, ['init']);
      const at = join(scratchFolder(), 'plan');
      git(folder, 'worktree', 'add', '--quiet', at, 'tasks');
      const id = idOf(json(folder, ['add', 'Seen in the files']));
      expect(readFileSync(join(at, 'main', id.slice(0, 1), id.slice(1, 2), `${id}.yaml`), 'utf8')).toContain('Seen in');
      expect(git(at, 'status', '--porcelain')).toBe('');
    },
  );
});

describe('a shallow clone', () => {
  it('ends its history where it was cut, instead of calling it damaged', () => {
    const { folder, id } = withLedger();
    const at = clone(folder, '--depth=3', '--no-single-branch');
    expect(json(at, ['list'])['total']).toBe(1);
    const subjects = (changes: unknown): string[] => (changes as { subject: string }[]).map(({ subject }) => subject);
    expect(subjects(json(at, ['log', '--limit', '0'])['changes'])).toHaveLength(3);
    expect(subjects(json(at, ['log', id, '--limit', '0'])['changes'])).toHaveLength(3);
    expect((json(at, ['show', id])['task'] as { notes: unknown[] }).notes).toHaveLength(5);
    const beyond = tasks(at, ['list', '--at', 'tip~4', '--json'], { env: IDENTITY });
    expect(JSON.parse(beyond.stderr)).toMatchObject({ error: { code: 'not-found' } });
    json(at, ['note', id, 'from the shallow clone']);
    git(at, 'fetch', '--quiet', '--unshallow');
    expect(subjects(json(at, ['log', '--limit', '0'])['changes'])).toHaveLength(8);
    git(at, 'push', '--quiet', 'origin', 'tasks');
    expect(subjects(json(folder, ['log', '--limit', '1'])['changes'])).toEqual([expect.stringContaining('note')]);
  });
});

/** The program run by the hooks of git, which set variables that lead elsewhere. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FORMATS, scratchOf } from '../contract/support/system.ts';
import { EXECUTABLE, git, scratchFolder } from '../support/git.ts';
import { idOf, json, withCommits } from '../support/shapes.ts';

describe('in a hook', () => {
  /** Adds a hook that runs the program; what it said is in a file of the git folder. */
  function addHook(gitDir: string, name: string, ...lines: string[]): void {
    const run = `tasks() { '${process.execPath}' '${EXECUTABLE}' "$@"; }`;
    writeFileSync(join(gitDir, 'hooks', name), ['#!/bin/sh', run, ...lines, ''].join('\n'));
    chmodSync(join(gitDir, 'hooks', name), 0o755);
  }

  it.each(FORMATS)('of a push: reading works, changing waits for post-receive ($name)', (format) => {
    const bare = join(scratchFolder(), 'bare.git');
    git(scratchFolder(), 'init', '--quiet', '--bare', ...format.init, bare);
    git(bare, 'config', 'user.name', 'Ada Example');
    git(bare, 'config', 'user.email', 'ada@example.org');
    json(bare, ['init']);
    json(bare, ['add', 'Known before the push']);
    const note = (file: string): string => `>> '${join(bare, file)}' 2>&1; echo "exit $?" >> '${join(bare, file)}'`;
    addHook(
      bare,
      'pre-receive',
      'read old new ref',
      `tasks list --at "$new" --as hook ${note('pre')}`,
      `tasks add No --as hook ${note('pre')}`,
    );
    addHook(bare, 'post-receive', `tasks add 'Deploy it' --as hook ${note('post')}`);
    const folder = withCommits(scratchOf(format));
    git(folder, 'fetch', '--quiet', bare, 'tasks:tasks');
    const pushed = idOf(json(folder, ['add', 'Pushed']));
    git(folder, 'push', '--quiet', bare, 'tasks');
    const pre = readFileSync(join(bare, 'pre'), 'utf8');
    expect(pre).toContain('Pushed');
    expect(pre).toMatch(/exit 0\n[^]*while a push is being received[^]*post-receive[^]*exit 1\n$/);
    expect(readFileSync(join(bare, 'post'), 'utf8')).toMatch(/added \w+ Deploy it\n[^]*exit 0\n$/);
    expect(json(bare, ['list'])['total']).toBe(3);
    expect(json(bare, ['show', pushed])['task']).toMatchObject({ subject: 'Pushed' });
    expect(git(bare, 'fsck', '--strict', '--no-dangling', '--no-progress')).toBe('');
  });

  it('of a commit: the index and the files of that commit are left alone', () => {
    const folder = withCommits();
    json(folder, ['init']);
    addHook(join(folder, '.git'), 'pre-commit', 'tasks add "Review the commit" --as hook');
    writeFileSync(join(folder, 'file.txt'), 'three');
    writeFileSync(join(folder, 'other.txt'), 'not part of it');
    git(folder, 'add', 'other.txt');
    // With a path git commits from a temporary index, which the hook finds in GIT_INDEX_FILE.
    git(folder, 'commit', '--quiet', '-m', 'three', 'file.txt');
    expect(git(folder, 'show', '--format=', '--name-only', 'HEAD')).toBe('file.txt');
    expect(git(folder, 'status', '--porcelain')).toBe('A  other.txt');
    expect(json(folder, ['list'])['total']).toBe(1);
  });
});

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { TaskView } from '../../src/app/task-view.ts';
import { git, scratchFolder, scratchRepository, tasks } from '../support/git.ts';

interface Scene {
  /** The ledger's branch, checked out. */
  readonly tree: string;
  readonly id: string;
  /** Runs a verb on the ledger, or on another branch of it. */
  run(branch: string, ...args: string[]): string;
  show(): TaskView;
}

/** A ledger that is checked out, with one task, and a branch `side` that begins at the same commit. */
function scene(): Scene {
  const folder = scratchRepository();
  const tree = join(scratchFolder(), 'ledger');
  const run = (branch: string, ...args: string[]): string => {
    const env = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'tasks.branch', GIT_CONFIG_VALUE_0: branch };
    const { code, stdout, stderr } = tasks(folder, args, { env });
    if (code !== 0) throw new Error(`git tasks ${args.join(' ')} gave ${code}: ${stderr || stdout}`);
    return stdout;
  };
  run('tasks', 'init');
  const { task } = JSON.parse(run('tasks', 'add', 'Shared', '-l', 'x', '--json')) as { task: TaskView };
  git(folder, 'branch', 'side', 'tasks');
  git(folder, 'worktree', 'add', '--quiet', tree, 'tasks');
  const show = (): TaskView => (JSON.parse(run('tasks', 'show', task.id, '--json')) as { task: TaskView }).task;
  return { tree, id: task.id, run, show };
}

/** Both branches change lines that stand next to each other in the file. */
function diverge({ run, id }: Scene): void {
  run('tasks', 'set', id, '--priority', '0', '-l', 'a');
  run('tasks', 'note', id, 'from tasks');
  run('side', 'set', id, '--due', '2026-12-01', '-l', 'b', '--unlabel', 'x', '--subject', 'Renamed');
  run('side', 'note', id, 'from side');
}

const BOTH = { subject: 'Renamed', priority: 0, due: '2026-12-01', labels: ['a', 'b'], conflicts: [] };

function expectBoth(made: Scene): void {
  const task = made.show();
  expect(task).toMatchObject(BOTH);
  expect(task.notes.map(({ text }) => text).sort()).toEqual(['from side', 'from tasks']);
  expect(made.run('tasks', 'lint')).toContain('all in order');
}

describe('stock git with our driver, in a checked-out ledger', () => {
  test('merges by fields', () => {
    const made = scene();
    diverge(made);
    git(made.tree, 'merge', '--quiet', '--no-edit', 'side');
    expectBoth(made);
    expect(git(made.tree, 'status', '--porcelain')).toBe('');
  });

  test('rebases by fields', () => {
    const made = scene();
    diverge(made);
    git(made.tree, 'rebase', '--quiet', 'side');
    expectBoth(made);
  });

  test('cherry-picks by fields', () => {
    const made = scene();
    diverge(made);
    git(made.tree, 'cherry-pick', 'tasks..side');
    expectBoth(made);
  });

  test('pulls by fields', () => {
    const made = scene();
    diverge(made);
    git(made.tree, 'pull', '--quiet', '--no-rebase', '--no-edit', '.', 'side');
    expectBoth(made);
  });

  test('keeps a scalar that both changed as a conflict, which resolve settles', () => {
    const made = scene();
    made.run('tasks', 'set', made.id, '--subject', 'Ours');
    made.run('side', 'set', made.id, '--subject', 'Theirs');
    git(made.tree, 'merge', '--quiet', '--no-edit', 'side');
    expect(made.show().conflicts).toEqual([{ field: 'subject', kept: 'Theirs', other: 'Ours', base: 'Shared' }]);
    expect(made.run('tasks', 'list')).toContain('1 conflict');
    made.run('tasks', 'resolve', made.id, '--take', 'other');
    expect(made.show()).toMatchObject({ subject: 'Ours', conflicts: [] });
  });

  test('takes the readable side of a damaged file', () => {
    const made = scene();
    made.run('tasks', 'set', made.id, '--priority', '0');
    made.run('side', 'set', made.id, '--priority', '1');
    const path =
      git(made.tree, 'ls-tree', '-r', '--name-only', 'HEAD')
        .split('\n')
        .find((name) => name.includes(made.id)) ?? '';
    writeFileSync(join(made.tree, path), 'subject: [broken\n');
    git(made.tree, 'commit', '--quiet', '-am', 'break it');
    git(made.tree, 'merge', '--quiet', '--no-edit', 'side');
    expect(made.show().priority).toBe(1);
  });
});

describe('a merge that lost something', () => {
  test('is named by lint, and mended before the next change', () => {
    const made = scene();
    diverge(made);
    git(made.tree, 'merge', '--quiet', '--no-edit', '-s', 'ours', 'side');
    expect(made.show()).toMatchObject({ subject: 'Shared', labels: ['a', 'x'] });
    expect(made.run('tasks', 'lint')).toMatch(
      /The merge [0-9a-f]{12} was made without git-tasks and lost changes of 1 task/,
    );
    made.run('tasks', 'note', made.id, 'after');
    const { notes, ...task } = made.show();
    expect(task).toMatchObject(BOTH);
    expect(notes).toHaveLength(3);
    expect(git(made.tree, 'log', '--format=%s', '-2')).toMatch(/\nrepair merge [0-9a-f]{12}: 1 task\(s\)$/);
    expect(made.run('tasks', 'lint')).toContain('all in order');
  });

  test('gives back a value before anybody writes over it unseen', () => {
    const made = scene();
    diverge(made);
    git(made.tree, 'merge', '--quiet', '--no-edit', '-s', 'ours', 'side');
    expect(() => made.run('tasks', 'set', made.id, '--subject', 'Blind')).toThrow(
      /gave 4: error: The subject of \w+ has just come back: .* had lost it\nhint: Nothing was overwritten\./,
    );
    expect(made.show()).toMatchObject(BOTH);
    made.run('tasks', 'set', made.id, '--subject', 'Seen');
    expect(made.show()).toMatchObject({ ...BOTH, subject: 'Seen' });
    // The mend goes when the branch is taken back to the merge: that is said again, and it is made again.
    expect(made.run('tasks', 'lint')).toContain('all in order');
    git(made.tree, 'reset', '--quiet', '--hard', 'HEAD~2');
    expect(made.run('tasks', 'lint')).toContain('lost changes of 1 task');
    expect(() => made.run('tasks', 'set', made.id, '--subject', 'Blind')).toThrow(/gave 4: error: The subject/);
  });

  test('leaves alone what a person decided while merging', () => {
    const made = scene();
    diverge(made);
    git(made.tree, 'merge', '--quiet', '--no-commit', 'side');
    const path =
      git(made.tree, 'ls-files')
        .split('\n')
        .find((name) => name.includes(made.id)) ?? '';
    const file = join(made.tree, path);
    writeFileSync(file, readFileSync(file, 'utf8').replace('subject: Renamed', 'subject: Decided'));
    git(made.tree, 'commit', '--quiet', '-am', 'merge by hand');
    made.run('tasks', 'note', made.id, 'after');
    expect(made.show()).toMatchObject({ ...BOTH, subject: 'Decided' });
  });

  test('with marks of conflicts in a file is rebuilt from its two sides', () => {
    const made = scene();
    diverge(made);
    git(made.tree, 'config', '--remove-section', 'merge.git-tasks');
    expect(() => git(made.tree, 'merge', '--quiet', '--no-edit', 'side')).toThrow('gave 1');
    git(made.tree, 'commit', '--quiet', '-am', 'oops');
    expect(tasks(made.tree, ['lint']).stdout).toContain('is the mark of an unresolved merge');
    made.run('tasks', 'add', 'Another');
    expectBoth(made);
  });
});

describe('init', () => {
  test('says that it sets the driver, once, and leaves the rest of the configuration alone', () => {
    const folder = scratchRepository();
    git(folder, 'config', 'remote.origin.url', 'https://example.org/x.git');
    expect(tasks(folder, ['init']).stdout).toContain('merge.git-tasks.driver');
    const config = readFileSync(join(folder, '.git/config'), 'utf8');
    expect(tasks(folder, ['init']).stdout).not.toContain('merge.git-tasks.driver');
    expect(readFileSync(join(folder, '.git/config'), 'utf8')).toBe(config);
    expect(git(folder, 'config', 'remote.origin.url')).toBe('https://example.org/x.git');
    expect(git(folder, 'config', 'merge.git-tasks.driver')).toMatch(
      /^if test -f '.*'; then .* merge-driver %O %A %B %P; fi$/,
    );
    expect(readdirSync(join(folder, '.git')).filter((name) => name.endsWith('.lock'))).toEqual([]);
  });

  test('keeps a driver that somebody has set', () => {
    const folder = scratchRepository();
    git(folder, 'config', 'merge.git-tasks.driver', 'true');
    tasks(folder, ['init']);
    expect(git(folder, 'config', 'merge.git-tasks.driver')).toBe('true');
  });
});

/** Repositories of every shape, and the way of a task through one of them with the built program. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Env } from '../../src/world.ts';
import { nth } from '../contract/support/repositories.ts';
import { FORMATS, scratchOf } from '../contract/support/system.ts';
import { git, initRepository, type RunOptions, scratchFolder, scratchRepository, tasks } from './git.ts';

const REF = 'refs/heads/tasks';
/** Who acts, and no settings from the environment. */
export const IDENTITY: Env = { GIT_TASKS_ACTOR: 'ada', GIT_CONFIG_COUNT: '0' };

/** A repository to use, and the folder to stand in. */
export interface Shape {
  readonly at: string;
  /** Where git looks at what was left. Default: `at`. */
  readonly judge?: string;
}

/** The answer of a verb. Fails unless it succeeds. */
export function json(at: string, args: readonly string[], options: RunOptions = {}): Record<string, unknown> {
  const { code, stdout, stderr } = tasks(at, [...args, '--json'], { ...options, env: { ...IDENTITY, ...options.env } });
  if (code !== 0) throw new Error(`git tasks ${args.join(' ')} gave ${code}: ${stderr}`);
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** The id of the task in an answer. */
export function idOf(answer: Record<string, unknown>): string {
  return (answer['task'] as { id: string }).id;
}

/** What the user has: nothing of it may change. */
function belongings(at: string): unknown {
  const gitDir = git(at, 'rev-parse', '--absolute-git-dir');
  const index = join(gitDir, 'index');
  const isBare = git(at, 'rev-parse', '--is-bare-repository') === 'true';
  return {
    head: readFileSync(join(gitDir, 'HEAD'), 'utf8'),
    index: existsSync(index) && readFileSync(index).toString('base64'),
    status: isBare ? '' : git(at, 'status', '--porcelain', '--branch'),
    refs: git(at, 'for-each-ref')
      .split('\n')
      // The ledger's branch, and what is known of it on a remote, which a claim asks.
      .filter((line) => line !== '' && !line.endsWith('/tasks')),
    // What is ours has a folder of its own in the git folder.
    files: readdirSync(at).filter((name) => name !== 'git-tasks'),
  };
}

/** From `init` to `done`; then git looks at everything. */
export function expectToWork({ at, judge = at }: Shape, options: RunOptions = {}): void {
  const before = belongings(judge);
  json(at, ['init'], options);
  const known = Number(json(at, ['list', '--all', '--limit', '0'], options)['total']);
  const first = idOf(json(at, ['add', 'Write the parser'], options));
  const second = idOf(json(at, ['add', 'Test the parser', '--blocked-by', first], options));
  json(at, ['claim', first], options);
  json(at, ['done', first, '--result', 'it parses'], options);
  const ready = json(at, ['ready', '--limit', '0'], options)['tasks'] as { id: string }[];
  expect(ready.map(({ id }) => id)).toContain(second);
  expect(json(at, ['list', '--all', '--limit', '0'], options)['total']).toBe(known + 2);
  const changes = json(at, ['log', first], options)['changes'] as { subject: string }[];
  expect(changes.map(({ subject }) => subject.split(' ')[0])).toEqual(['done', 'claim', 'add']);
  expect(
    git(judge, 'log', '-4', '--format=%s', REF)
      .split('\n')
      .map((subject) => subject.split(' ')[0]),
  ).toEqual(['done', 'claim', 'add', 'add']);
  expect(git(judge, 'fsck', '--strict', '--full', '--no-dangling', '--no-progress')).toBe('');
  expect(belongings(judge)).toEqual(before);
}

/** A repository with two commits and a file. */
export function withCommits(folder = scratchRepository()): string {
  for (const text of ['one', 'two']) {
    writeFileSync(join(folder, 'file.txt'), text);
    git(folder, 'add', '.');
    git(folder, 'commit', '--quiet', '-m', text);
  }
  return folder;
}

/** A repository with a ledger of seven changes. */
export function withLedger(): { readonly folder: string; readonly id: string } {
  const folder = withCommits();
  json(folder, ['init']);
  const id = idOf(json(folder, ['add', 'The oldest task']));
  for (let index = 0; index < 5; index++) json(folder, ['note', id, `note ${index}`]);
  return { folder, id };
}

/** A clone over the transport of git, with the identity of Ada Example. */
export function clone(from: string, ...options: string[]): string {
  const folder = join(scratchFolder(), 'clone');
  git(from, 'clone', '--quiet', ...options, `file://${from}`, folder);
  git(folder, 'config', 'user.name', 'Ada Example');
  git(folder, 'config', 'user.email', 'ada@example.org');
  return folder;
}

/** Every shape that any git can make, by name. Call one inside a test. */
export const SHAPES: Readonly<Record<string, () => Shape>> = {
  'with an unborn HEAD': () => ({ at: scratchRepository() }),
  'with a detached HEAD': () => {
    const at = withCommits();
    git(at, 'checkout', '--quiet', '--detach', 'HEAD~1');
    return { at };
  },
  bare: () => {
    const at = join(scratchFolder(), 'bare.git');
    git(withCommits(), 'clone', '--quiet', '--bare', '.', at);
    return { at };
  },
  'in a linked worktree': () => {
    const folder = withCommits();
    const at = join(scratchFolder(), 'linked');
    git(folder, 'worktree', 'add', '--quiet', at);
    return { at };
  },
  'in a linked worktree of a bare repository, with settings of its own': () => {
    const bare = join(scratchFolder(), 'bare.git');
    git(withCommits(), 'clone', '--quiet', '--bare', '.', bare);
    git(bare, 'config', 'extensions.worktreeConfig', 'true');
    const at = join(scratchFolder(), 'linked');
    git(bare, 'worktree', 'add', '--quiet', at, 'main');
    git(at, 'config', '--worktree', 'tasks.list', 'mine');
    return { at };
  },
  'as a submodule': () => {
    const library = withCommits();
    const folder = withCommits();
    git(folder, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library, 'sub');
    return { at: join(folder, 'sub') };
  },
  'with its git folder elsewhere': () => ({
    at: clone(withCommits(), `--separate-git-dir=${join(scratchFolder(), 'elsewhere')}`),
  }),
  'as a clone that shares objects': () => {
    const at = join(scratchFolder(), 'shared');
    git(withLedger().folder, 'clone', '--quiet', '--shared', '.', at);
    return { at };
  },
  'as a clone with a reference': () => {
    const { folder } = withLedger();
    return { at: clone(folder, '--reference', folder) };
  },
  'as a shallow clone': () => ({ at: clone(withLedger().folder, '--depth=2', '--no-single-branch') }),
  'as a partial clone': () => {
    const { folder } = withLedger();
    git(folder, 'config', 'uploadpack.allowFilter', 'true');
    git(folder, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
    return { at: clone(folder, '--filter=blob:none') };
  },
  'as a clone of a single branch': () => ({ at: clone(withLedger().folder, '--single-branch', '--branch=main') }),
  'with packed refs and objects': () => {
    const { folder } = withLedger();
    git(folder, 'gc', '--quiet');
    git(folder, 'pack-refs', '--all', '--prune');
    return { at: folder };
  },
  'from a folder deep inside': () => {
    const folder = withCommits();
    const at = join(folder, 'a/b');
    mkdirSync(at, { recursive: true });
    return { at, judge: folder };
  },
  'on a path with spaces and emoji': () => {
    const at = join(scratchFolder(), `it's a "path" 🚀 with : and \\`);
    mkdirSync(at);
    initRepository(at);
    return { at: withCommits(at) };
  },
  'with SHA-256': () => ({ at: withCommits(scratchOf(nth(FORMATS, 1))) }),
};

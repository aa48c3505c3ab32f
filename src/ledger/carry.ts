/**
 * One worktree's way from one commit to another: which files that concerns, whether a person has touched one of them,
 * and the git commands that bring index and files on.
 */
import { copyFileSync, existsSync, lstatSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { TasksError } from '../errors.ts';
import type { ObjectStore, Oid, Repository } from '../git/ports.ts';
import { type GitOutcome, runGit } from '../git/system/git-command.ts';
import { shellQuoted } from '../git/system/shell-quoted.ts';
import type { Worktree } from '../git/worktrees.ts';
import type { Env } from '../world.ts';
import { readCommit } from './history.ts';
import { diffTrees, type FileDifference } from './tree-diff.ts';

/** What a carry needs to know. */
export interface CarryPort {
  readonly repository: Repository;
  readonly world: { readonly env: Env };
}

/** A carry that may be done: nothing that a person touched is in the way. */
export interface Carry {
  readonly worktree: Worktree;
  /** Trees of the commits. */
  readonly from: Oid;
  readonly to: Oid;
  /** Files that are as they are to be already, as after `git tasks commit`: only the index has to learn it. */
  readonly settled: readonly FileDifference[];
  readonly oidLength: number;
  readonly env: Env;
}

/** Plans a carry. Throws `touched` with every path that is in the way, `unsupported` without git. Changes nothing. */
export async function planCarry(
  { repository, world }: CarryPort,
  worktree: Worktree,
  commits: { readonly from: Oid | null; readonly to: Oid },
): Promise<Carry> {
  const { objects } = repository;
  const before = commits.from === null ? undefined : (await readCommit(objects, commits.from)).tree;
  const { tree: to } = await readCommit(objects, commits.to);
  const changes = await diffTrees(objects, before, to);
  const git: GitAt = { worktree, env: world.env };
  const states = new Map(changes.map(({ path }) => [path, fileState(join(worktree.top, path), objects)]));
  const isTouched = ({ path, before: old, after }: FileDifference): boolean => ![old, after].includes(states.get(path));
  const odd = changes.filter(isTouched);
  if (odd.length > 0) for (const [path, oid] of statesAsGitSees(git, odd, states)) states.set(path, oid);
  const touched = odd.filter(isTouched).map(({ path }) => path);
  if (touched.length > 0) throw touchedError(worktree, touched);
  const settled = changes.filter(({ path, after }) => states.get(path) === after);
  const from = before ?? objects.hash('tree', new Uint8Array());
  const carry: Carry = { worktree, from, to, settled, oidLength: objects.oidLength, env: world.env };
  rehearse(carry, changes);
  return carry;
}

/** Does it. What git said when it could not, or undefined. */
export function applyCarry(carry: Carry): string | undefined {
  const git: GitAt = carry;
  const problem = learnSettled(carry, git) ?? problemOf(gitAt(git, ['read-tree', '-m', '-u', carry.from, carry.to]));
  if (problem !== undefined) return problem;
  // Entries that came by `--index-info` know no times, and without them the next `git diff` reads every file again.
  if (carry.settled.length > 0) gitAt(git, ['update-index', '-q', '--refresh']);
  return undefined;
}

/** Git on one worktree, whatever repository the environment names. */
interface GitAt {
  readonly worktree: Worktree;
  readonly env: Env;
  readonly indexFile?: string;
}

function gitAt({ worktree, env, indexFile }: GitAt, args: readonly string[], input?: string): GitOutcome {
  const place = [`--git-dir=${worktree.gitDir}`, `--work-tree=${worktree.top}`];
  const variables = indexFile === undefined ? {} : { GIT_INDEX_FILE: indexFile };
  return runGit([...place, ...args], { cwd: worktree.top, env, input, variables });
}

/** What git said, when it failed. */
function problemOf({ code, stderr }: GitOutcome): string | undefined {
  if (code === 0) return undefined;
  return /^(?:error|fatal): (.+)$/m.exec(stderr)?.[1] ?? `git failed (${code})`;
}

/** Does it on a copy of the index: the exact rules of git, before anything has changed, and whoever holds the index. */
function rehearse(carry: Carry, changes: readonly FileDifference[]): void {
  const { worktree } = carry;
  const index = join(worktree.gitDir, 'index');
  const indexFile = join(worktree.gitDir, 'git-tasks-index');
  let problem: string | undefined;
  try {
    if (existsSync(index)) copyFileSync(index, indexFile);
    const git: GitAt = { ...carry, indexFile };
    problem = learnSettled(carry, git) ?? problemOf(gitAt(git, ['read-tree', '-m', '-u', '-n', carry.from, carry.to]));
  } finally {
    rmSync(indexFile, { force: true });
  }
  if (problem === undefined) return;
  const staged = stagedPaths(carry, changes);
  throw touchedError(worktree, staged, staged.length === 0 ? problem : undefined);
}

/** Tells the index about files that are as they are to be. */
function learnSettled({ settled, oidLength }: Carry, git: GitAt): string | undefined {
  if (settled.length === 0) return undefined;
  const line = ({ path, after }: FileDifference): string =>
    after === undefined ? `0 ${'0'.repeat(oidLength)}\t${path}\0` : `100644 ${after}\t${path}\0`;
  return problemOf(gitAt(git, ['update-index', '-z', '--add', '--remove', '--index-info'], settled.map(line).join('')));
}

/** Paths whose index entry is of neither commit, and those of a merge that is not finished. */
function stagedPaths(git: GitAt, changes: readonly FileDifference[]): string[] {
  const entries = new Map<string, string>();
  const unmerged = new Set<string>();
  for (const entry of gitAt(git, ['ls-files', '--stage', '-z']).stdout.toString().split('\0')) {
    const [, oid = '', stage, path = ''] = /^\d+ ([0-9a-f]+) (\d)\t([^]+)$/.exec(entry) ?? [];
    if (stage === '0') entries.set(path, oid);
    else if (stage !== undefined) unmerged.add(path);
  }
  const staged = changes.filter(({ path, before, after }) => ![before, after].includes(entries.get(path)));
  return [...new Set([...unmerged, ...staged.map(({ path }) => path)])];
}

/** The blob that the file would be; undefined where there is no file, `other` where there is something else. */
function fileState(path: string, objects: ObjectStore): Oid | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  return stats.isFile() ? objects.hash('blob', readFileSync(path)) : OTHER;
}

/** A link or a folder in the place of a file. */
const OTHER = 'other';

/** What the files are after git's filters (line ends), and as they should be where a sparse checkout leaves them out. */
function* statesAsGitSees(
  git: GitAt,
  odd: readonly FileDifference[],
  states: ReadonlyMap<string, Oid | undefined>,
): Generator<[string, Oid | undefined]> {
  const files = odd.filter(
    ({ path }) => states.get(path) !== undefined && states.get(path) !== OTHER && !path.includes('\n'),
  );
  const input = files.map(({ path }) => `${path}\n`).join('');
  const hashed =
    files.length === 0 ? [] : gitAt(git, ['hash-object', '--stdin-paths'], input).stdout.toString().split('\n');
  for (const [i, { path }] of files.entries()) yield [path, hashed[i] || OTHER];
  const missing = odd.filter(({ path }) => states.get(path) === undefined);
  if (missing.length === 0) return;
  const listed = new Set(gitAt(git, ['ls-files', '-t', '-z']).stdout.toString().split('\0'));
  for (const { path, before } of missing) if (listed.has(`S ${path}`)) yield [path, before];
}

/** More paths than this are counted; `data.paths` has them all. */
const MAX_NAMED = 10;

function touchedError({ top }: Worktree, paths: readonly string[], problem?: string): TasksError {
  const rest = paths.length > MAX_NAMED ? ` and ${paths.length - MAX_NAMED} more` : '';
  const what = problem ?? `${paths.slice(0, MAX_NAMED).join(', ')}${rest}`;
  return new TasksError('touched', `This change would overwrite what you edited in ${top}: ${what}`, {
    hint: `Nothing was written. Commit your edits (git tasks commit -C ${shellQuoted(top)}) or drop them (git -C ${shellQuoted(top)} restore -SW FILE)`,
    data: { worktree: top, paths },
  });
}

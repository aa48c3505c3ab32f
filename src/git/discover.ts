/** Finds the repository that a folder belongs to, in the way that git does (git(1), "GIT_DIR"; gitrepository-layout(5)). */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { isSystemError, TasksError } from '../errors.ts';
import type { Env } from '../world.ts';

/** Where a repository is. All paths are absolute, and the git folders without symbolic links. */
export interface Discovered {
  readonly gitDir: string;
  readonly commonDir: string;
  /** Top of the checked-out files as far as the folders tell; undefined when only the git folder was found. */
  readonly top: string | undefined;
  /** The `.git` file that led to the git folder, where it is no folder. */
  readonly gitFile: string | undefined;
  /** Whether `GIT_DIR` named it, instead of a folder that somebody happens to stand in. */
  readonly isNamed: boolean;
}

/** Where to look. */
export interface DiscoverOptions {
  /** Absolute path to start from. */
  readonly start: string;
  readonly env: Env;
}

/**
 * The repository of the folder, or of `GIT_DIR`. Throws `no-repository`.
 *
 * Of the variables that git sets in hooks only `GIT_DIR` and `GIT_COMMON_DIR` count. `GIT_OBJECT_DIRECTORY`,
 * `GIT_ALTERNATE_OBJECT_DIRECTORIES`, `GIT_INDEX_FILE`, `GIT_WORK_TREE` and `GIT_NAMESPACE` belong to the command that
 * runs the hook: a ledger that followed them would be written where nobody looks for it.
 */
export function discoverRepository({ start, env }: DiscoverOptions): Discovered {
  const chosen = env['GIT_DIR'];
  if (chosen) return named(chosen, { start, env });
  const ceilings = new Set((env['GIT_CEILING_DIRECTORIES'] ?? '').split(delimiter).filter((path) => isAbsolute(path)));
  for (let folder = start; ;) {
    const found = lookIn(folder, env);
    if (found !== undefined) return found;
    const parent = dirname(folder);
    if (parent === folder || ceilings.has(parent)) break;
    folder = parent;
  }
  throw noRepository(`${start} is not in a git repository`, start);
}

function named(chosen: string, { start, env }: DiscoverOptions): Discovered {
  const path = resolve(start, chosen);
  const gitFile = isFile(path) ? path : undefined;
  const gitDir = gitFile === undefined ? path : followGitFile(gitFile);
  if (!isGitFolder(gitDir, env)) throw noRepository(`GIT_DIR is ${chosen}, which is not a git repository`, start);
  const found = located({ gitDir, top: start, gitFile }, env);
  // A hook may run inside the git folder, so where the files are is better told by the folder than by where we stand.
  return { ...found, top: topOf(found.gitDir) ?? start, isNamed: true };
}

/** Top of the files that belong to a git folder by its place: `.git`, or a linked worktree's. */
function topOf(gitDir: string): string | undefined {
  if (basename(gitDir) === '.git') return dirname(gitDir);
  const link = readText(join(gitDir, 'gitdir'));
  return link === undefined ? undefined : dirname(resolve(gitDir, link.trimEnd()));
}

function lookIn(folder: string, env: Env): Discovered | undefined {
  const dotGit = join(folder, '.git');
  const gitFile = isFile(dotGit) ? dotGit : undefined;
  const gitDir = gitFile === undefined ? dotGit : followGitFile(gitFile);
  if (isGitFolder(gitDir, env)) return located({ gitDir, top: folder, gitFile }, env);
  if (gitDir !== dotGit) throw noRepository(`${dotGit} points to ${gitDir}, which is not a git repository`, folder);
  if (!isGitFolder(folder, env)) return undefined;
  const top = basename(folder) === '.git' ? dirname(folder) : undefined;
  return located({ gitDir: folder, top, gitFile: undefined }, env);
}

function located(found: Pick<Discovered, 'gitDir' | 'top' | 'gitFile'>, env: Env): Discovered {
  const gitDir = realpathSync(found.gitDir);
  return { ...found, gitDir, commonDir: realpathSync(commonDirOf(gitDir, env)), isNamed: false };
}

/** The folder that linked worktrees share. */
function commonDirOf(gitDir: string, env: Env): string {
  const chosen = env['GIT_COMMON_DIR'];
  if (chosen) return resolve(chosen);
  const text = readText(join(gitDir, 'commondir'));
  return text === undefined ? gitDir : resolve(gitDir, text.trim());
}

/** The git folder that a `.git` file names: of linked worktrees, submodules and separate git folders. */
function followGitFile(path: string): string {
  const [, target] = /^gitdir: ([^\n]+?)[\r\n]*$/.exec(readText(path) ?? '') ?? [];
  if (target === undefined) throw noRepository(`${path} is not a git file (it should say gitdir: …)`, dirname(path));
  return resolve(dirname(path), target);
}

/** Git's own test: a HEAD, and in the shared folder objects and refs. */
function isGitFolder(path: string, env: Env): boolean {
  if (!exists(join(path, 'HEAD'))) return false;
  const common = commonDirOf(path, env);
  return exists(join(common, 'objects')) && exists(join(common, 'refs'));
}

function noRepository(message: string, start: string): TasksError {
  return new TasksError('no-repository', message, {
    hint: 'run it inside a git repository, or make one: git init',
    data: { start },
  });
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return undefined;
    throw new TasksError('io', `cannot read ${path}`, { cause: error, data: { path } });
  }
}

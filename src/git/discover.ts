/** Finds the repository that a folder belongs to, in the way that git does (git(1), "GIT_DIR"; gitrepository-layout(5)). */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { isSystemError, TasksError } from '../errors.ts';
import type { Env } from '../world.ts';

/** Where a repository is. All paths are absolute, and the git folders without symbolic links. */
export interface Discovered {
  readonly gitDir: string;
  readonly commonDir: string;
  /** The folder in which `.git` was found; undefined when the git folder itself was. */
  readonly top: string | undefined;
}

/** Where to look. */
export interface DiscoverOptions {
  /** Absolute path to start from. */
  readonly start: string;
  readonly env: Env;
}

/** The repository of the folder, or of `GIT_DIR`. Throws `no-repository`. */
export function discoverRepository({ start, env }: DiscoverOptions): Discovered {
  const chosen = env['GIT_DIR'];
  if (chosen) {
    const named = resolve(start, chosen);
    const gitDir = isFile(named) ? followGitFile(named) : named;
    if (!isGitFolder(gitDir, env)) throw noRepository(`GIT_DIR is ${chosen}, which is not a git repository`, start);
    return located(gitDir, env['GIT_WORK_TREE'] ? undefined : start, env);
  }
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

function lookIn(folder: string, env: Env): Discovered | undefined {
  const dotGit = join(folder, '.git');
  const gitDir = isFile(dotGit) ? followGitFile(dotGit) : dotGit;
  if (isGitFolder(gitDir, env)) return located(gitDir, folder, env);
  if (gitDir !== dotGit) throw noRepository(`${dotGit} points to ${gitDir}, which is not a git repository`, folder);
  if (isGitFolder(folder, env)) return located(folder, basename(folder) === '.git' ? dirname(folder) : undefined, env);
  return undefined;
}

function located(gitDir: string, top: string | undefined, env: Env): Discovered {
  const real = realpathSync(gitDir);
  return { gitDir: real, commonDir: realpathSync(commonDirOf(real, env)), top };
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
  return exists(env['GIT_OBJECT_DIRECTORY'] || join(common, 'objects')) && exists(join(common, 'refs'));
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

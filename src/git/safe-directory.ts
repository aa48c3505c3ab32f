/**
 * Refuses repositories that git refuses to enter unasked: those of other people, and bare ones where that is switched off.
 *
 * Source: git-config(1), "safe.directory" and "safe.bareRepository", and `ensure_valid_ownership` of git's setup.c. The
 * configuration of a repository can name programs, so entering one that somebody else has put there can run their code.
 */
import { lstatSync, realpathSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { isSystemFault, TasksError } from '../errors.ts';
import type { Env } from '../world.ts';
import { expandHome, readProtectedConfig } from './config.ts';
import type { Discovered } from './discover.ts';
import type { GitConfig } from './ports.ts';
import { shellQuoted } from './system/shell-quoted.ts';

const ROOT = 0;

/** Who asks. */
export interface Visitor {
  readonly env: Env;
  /** The system's number of the user; undefined where files have no owner (Windows): then nothing is refused. */
  readonly userId: number | undefined;
}

/** Throws `unsupported`, with the command that allows it, where git would not enter. `GIT_DIR` is permission enough. */
export function assertSafe(found: Discovered, visitor: Visitor): void {
  if (found.isNamed) return;
  const bare = found.top === undefined && !isInsideGitFolder(found.gitDir);
  const stranger = [found.gitFile, found.top, found.gitDir].find((path) => path && !isOwn(path, visitor));
  if (!bare && stranger === undefined) return;
  const config = readProtectedConfig({ env: visitor.env, ...found });
  if (bare) assertBareAllowed(found, config);
  const path = realpathSync(found.top ?? found.gitDir);
  if (stranger === undefined || isListed(path, config, visitor.env)) return;
  throw new TasksError(
    'unsupported',
    `the repository ${path} belongs to somebody else, and git does not trust it either`,
    {
      hint: `if you trust its owner: git config --global --add safe.directory ${shellQuoted(path)}`,
      data: { path, owned: stranger, setting: 'safe.directory' },
    },
  );
}

/** Whether a path is the user's. As in git, root under sudo may enter what is root's and what is the caller's own. */
function isOwn(path: string, { env, userId }: Visitor): boolean {
  if (userId === undefined) return true;
  const owner = lstatSync(path, { throwIfNoEntry: false })?.uid;
  if (owner === userId) return true;
  const caller = env['SUDO_UID'] ?? '';
  return userId === ROOT && /^\d+$/.test(caller) && owner === Number(caller);
}

/** The values in order: an empty one forgets those before it, `*` is everything, `/*` at the end a folder's content. */
function isListed(path: string, config: GitConfig, env: Env): boolean {
  let isSafe = false;
  for (const value of config.getAll('safe.directory')) {
    if (value === '') isSafe = false;
    else if (value === '*' || isMatch(path, expandHome(value, env))) isSafe = true;
  }
  return isSafe;
}

function isMatch(path: string, value: string): boolean {
  if (value.endsWith('/*')) return path.startsWith(`${realPath(value.slice(0, -2))}/`);
  return path === realPath(value);
}

function realPath(value: string): string {
  // Nothing is below the empty path or equal to it; git ignores relative ones too.
  if (!isAbsolute(value)) return '\0';
  try {
    return realpathSync(value);
  } catch (error) {
    if (isSystemFault(error)) return value;
    throw error;
  }
}

function assertBareAllowed({ gitDir }: Discovered, config: GitConfig): void {
  if (config.get('safe.bareRepository')?.toLowerCase() !== 'explicit') return;
  throw new TasksError(
    'unsupported',
    `${gitDir} is a bare repository, and safe.bareRepository says not to enter it unasked`,
    {
      hint: `name it: GIT_DIR=${shellQuoted(gitDir)} git tasks …`,
      data: { path: gitDir, setting: 'safe.bareRepository' },
    },
  );
}

/** Git folders of repositories with checked-out files, entered directly. */
function isInsideGitFolder(gitDir: string): boolean {
  return gitDir.endsWith('/.git') || /\/\.git\/(?:worktrees|modules)\//.test(gitDir);
}

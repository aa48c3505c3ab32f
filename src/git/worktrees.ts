/** Finds the worktrees that have a branch checked out (gitrepository-layout(5), "worktrees"; git-worktree(1), "DETAILS"). */
import { basename, dirname, join, resolve } from 'node:path';
import { isSystemError } from '../errors.ts';
import { configFlag } from './config.ts';
import { readFailure } from './files/failures.ts';
import type { FileSystem } from './files/file-system.ts';
import type { Repository } from './ports.ts';

/** A folder whose files are those of a branch. */
export interface Worktree {
  /** The folder of its HEAD and index. Absolute. */
  readonly gitDir: string;
  /** Top of its files. Absolute. */
  readonly top: string;
  /** False: its folder was deleted, or is on a disk that is not there now. */
  readonly isPresent: boolean;
}

/**
 * The worktrees whose HEAD names the ref, the main one first. Git itself allows one; `git worktree add --force` more.
 *
 * Reads one small file for each worktree of the repository, because every command asks.
 */
export function worktreesOn(repository: Repository, ref: string): Worktree[] {
  const { commonDir, fs } = repository;
  const isOn = (gitDir: string): boolean => headOf(repository, gitDir) === ref;
  const top = isOn(commonDir) ? mainTop(repository) : undefined;
  const found = top === undefined ? [] : [worktree(fs, commonDir, top)];
  for (const name of namesIn(fs, join(commonDir, 'worktrees'))) {
    const gitDir = join(commonDir, 'worktrees', name);
    const link = isOn(gitDir) ? readText(fs, join(gitDir, 'gitdir')) : undefined;
    // Since git 2.48 the path may be relative to the folder that it is written in.
    if (link !== undefined) found.push(worktree(fs, gitDir, dirname(resolve(gitDir, link.trimEnd()))));
  }
  return found;
}

/** The top of the main worktree, seen from any worktree; undefined where the repository is bare or does not say. */
export function mainTop({ commonDir, gitDir, workTree, config }: Repository): string | undefined {
  if (gitDir === commonDir) return workTree;
  if (configFlag(config, 'core.bare', false) === true) return undefined;
  const configured = config.get('core.worktree');
  if (configured !== undefined) return resolve(commonDir, configured);
  return basename(commonDir) === '.git' ? dirname(commonDir) : undefined;
}

/** The ref that a HEAD names; undefined when it names a commit. */
function headOf(repository: Repository, gitDir: string): string | undefined {
  if (repository.headOf !== undefined) return repository.headOf(gitDir);
  return /^ref:\s*(\S+)\s*$/.exec(readText(repository.fs, join(gitDir, 'HEAD')) ?? '')?.[1];
}

function worktree(fs: FileSystem, gitDir: string, top: string): Worktree {
  return { gitDir, top, isPresent: fs.statSync(top, { throwIfNoEntry: false })?.isDirectory() === true };
}

function readText(fs: FileSystem, path: string): string | undefined {
  try {
    return fs.readFileSync(path).toString('utf8');
  } catch (error) {
    // A worktree that git is making or removing right now.
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw readFailure(error, path);
  }
}

function namesIn(fs: FileSystem, folder: string): string[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true }).map(({ name }) => name);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return [];
    throw readFailure(error, folder);
  }
}

/**
 * The mark of a worktree whose files are behind the branch, in that worktree's git folder.
 *
 * It is there before the branch moves and goes when the files have followed, so that after a crash in between the next
 * command knows from which commit they have to be brought on.
 */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { isSystemError } from '../errors.ts';
import { isOid } from '../git/objects.ts';
import type { Oid } from '../git/ports.ts';

const NAME = 'git-tasks-carry';
/** Stands for the time before the branch existed. */
const NOTHING = 'nothing';

/** The commit whose files the worktree has (null: of none, the branch was new); undefined when nothing is behind. */
export function readMark(gitDir: string): Oid | null | undefined {
  const text = readText(join(gitDir, NAME));
  if (text === NOTHING) return null;
  return text !== undefined && isOid(text) ? text : undefined;
}

/** Makes the mark, durably, unless there is one: an older mark says more. True when it was made. */
export function makeMark(gitDir: string, from: Oid | null): boolean {
  if (readMark(gitDir) !== undefined) return false;
  const path = join(gitDir, NAME);
  const file = openSync(`${path}.tmp`, 'w');
  try {
    writeSync(file, `${from ?? NOTHING}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.tmp`, path);
  return true;
}

/** Takes the mark away. */
export function removeMark(gitDir: string): void {
  rmSync(join(gitDir, NAME), { force: true });
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trimEnd();
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** What a person changed in a folder that has the ledger checked out, as git sees it. */
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Oid } from '../git/ports.ts';
import { mustRunGit } from '../git/system/git-command.ts';
import type { Worktree } from '../git/worktrees.ts';
import type { Session } from './session.ts';

/** A file that differs from the branch, in the index or on disk. */
export interface FileEdit {
  /** From the top of the worktree. */
  readonly path: string;
  /** The blob at the branch's tip; undefined: there is none, the file is new. */
  readonly head: Oid | undefined;
  /** False: git does not know the file. */
  readonly isTracked: boolean;
}

/** The edited files by path (git-status(1), "Porcelain Format Version 2"). */
export function readEdits({ world }: Session, { top, gitDir }: Worktree): FileEdit[] {
  const args = ['status', '--porcelain=v2', '-z', '--untracked-files=all', '--no-renames', '--ignore-submodules=all'];
  const place = [`--git-dir=${gitDir}`, `--work-tree=${top}`];
  const lines = mustRunGit([...place, ...args], { cwd: top, env: world.env })
    .toString()
    .split('\0');
  return lines.flatMap((line): FileEdit[] => {
    if (line.startsWith('? ')) return [{ path: line.slice(2), head: undefined, isTracked: false }];
    // 1 XY sub mHEAD mIndex mFile HEAD index path, or of a conflict: u XY sub m1 m2 m3 mFile base HEAD theirs path
    const fields = { '1 ': 8, 'u ': 10 }[line.slice(0, 2)];
    if (fields === undefined) return [];
    const head = line.split(' ')[fields - 2] ?? '';
    return [{ path: pathAfter(line, fields), head: /^0+$/.test(head) ? undefined : head, isTracked: true }];
  });
}

/** The rest of a line after so many fields: a path may have spaces. */
function pathAfter(line: string, fields: number): string {
  return line.split(' ').slice(fields).join(' ');
}

/** The bytes of a file; null when it was deleted, `other` when something else stands in its place. */
export function readEdited({ top }: Worktree, path: string): Buffer | null | 'other' {
  const full = join(top, path);
  const stats = lstatSync(full, { throwIfNoEntry: false });
  if (stats === undefined) return null;
  return stats.isFile() ? readFileSync(full) : 'other';
}

/** Which code a check sees: the commit that is checked out, and whether the files are those of the commit. */
import { realpathSync } from 'node:fs';
import { TasksError } from '../../errors.ts';
import type { Oid, Repository } from '../../git/ports.ts';
import { runGit } from '../../git/system/git-command.ts';
import { worktreesOn } from '../../git/worktrees.ts';
import type { Session } from '../session.ts';

/** The code at a moment. */
export interface CodeState {
  /** Undefined before the first commit. */
  readonly head: Oid | undefined;
  /** False also when nobody can tell, because there is no git to ask. */
  readonly isClean: boolean;
}

/** The folder that checks run in: the top of the code's files here. Throws `unsupported` where there are none. */
export function codeFolder({ repository, ledger }: Session): string {
  const { workTree, gitDir } = repository;
  if (workTree === undefined) {
    throw new TasksError('unsupported', 'Checks need the files of the code, and this repository is bare', {
      hint: 'Run it in a worktree of the repository, or a clone',
    });
  }
  if (worktreesOn(repository, ledger.ref).some((worktree) => worktree.gitDir === gitDir)) {
    throw new TasksError('unsupported', `Checks run on the code, and ${workTree} holds the ledger`, {
      hint: 'Run it where the code is checked out: git tasks -C DIR …',
      data: { worktree: workTree },
    });
  }
  return realpathSync(workTree);
}

/** The code as it is now. `untracked`: files that git does not know count as a difference. */
export async function codeState(
  { repository, world }: Pick<Session, 'repository' | 'world'>,
  { cwd, untracked }: { readonly cwd: string; readonly untracked: boolean },
): Promise<CodeState> {
  const head = await headOf(repository);
  const args = ['status', '--porcelain', `--untracked-files=${untracked ? 'normal' : 'no'}`];
  try {
    const { code, stdout } = runGit(args, { cwd, env: world.env });
    return { head, isClean: code === 0 && stdout.length === 0 };
  } catch (error) {
    if (error instanceof TasksError && error.code === 'unsupported') return { head, isClean: false };
    throw error;
  }
}

/** How evidence names the code of a run: by the state before it, as `git describe --dirty` would, and the state after it. */
export function codeName(before: CodeState, after: CodeState): string | undefined {
  if (before.head === undefined) return undefined;
  const isExact = before.isClean && after.isClean && before.head === after.head;
  return isExact ? before.head : `${before.head}-dirty`;
}

async function headOf({ refs }: Repository): Promise<Oid | undefined> {
  return refs.read('HEAD');
}

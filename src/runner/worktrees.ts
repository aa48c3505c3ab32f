/** A linked worktree and a branch for each task: made before its command, gone after a success that left nothing in it. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TasksError } from '../errors.ts';
import { mustRunGit, runGit } from '../git/system/git-command.ts';
import { privateFolder } from '../ledger/ledger.ts';
import type { TaskId } from '../task/types.ts';
import type { Session } from '../app/session.ts';

/** A worktree of a task. */
export interface TaskWorktree {
  /** Top of its files. Absolute. */
  readonly folder: string;
  readonly branch: string;
  /** Removes the worktree unless files in it would be lost, and the branch unless it has commits. Says what was kept, and why. */
  remove(): string | undefined;
}

/**
 * The branch of a task. Not `tasks/<id>`: git keeps refs as files, and the ledger is `tasks`. Where the ledger has another
 * name, `task` may be it.
 */
export function taskBranch({ ledger }: Pick<Session, 'ledger'>, id: TaskId): string {
  return `${ledger.ref === 'refs/heads/task' ? 'work' : 'task'}/${id}`;
}

/** Throws `usage` where nothing is checked out that a worktree could begin with. */
export function mustHaveCommit({ world }: Session, from: string): void {
  if (runGit(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], { cwd: from, env: world.env }).code === 0) return;
  throw new TasksError('usage', 'There is no commit yet that a worktree could begin with', {
    hint: 'Make the first commit, or run without --worktree',
  });
}

/** Makes the worktree at the commit that is checked out in `from`, or takes the one that an earlier try left. */
export function openWorktree(session: Session, id: TaskId, from: string): TaskWorktree {
  const { repository, world } = session;
  const here = { cwd: from, env: world.env };
  const folder = join(privateFolder(repository), 'worktrees', id);
  const branch = taskBranch(session, id);
  const hasBranch = (): boolean => runGit(['show-ref', '--verify', '--quiet', `refs/heads/${branch}`], here).code === 0;
  if (existsSync(folder)) {
    const { stdout } = runGit(['symbolic-ref', '--short', 'HEAD'], { ...here, cwd: folder });
    if (stdout.toString().trim() !== branch) throw inTheWay(folder, branch);
  } else {
    mkdirSync(dirname(folder), { recursive: true });
    // Whoever has removed the folder by hand has left git's note of it. Where there is none, this only fails.
    runGit(['worktree', 'remove', '--force', folder], here);
    const how = hasBranch() ? [folder, branch] : ['-b', branch, folder, 'HEAD'];
    mustRunGit(['worktree', 'add', '--quiet', ...how], here);
  }
  const remove = (): string | undefined => {
    const { code, stderr } = runGit(['worktree', 'remove', folder], here);
    if (code !== 0) return `The worktree of ${id} was kept: ${stderr.trim()}`;
    const { stdout } = runGit(['rev-list', '--count', `HEAD..refs/heads/${branch}`], here);
    if (stdout.toString().trim() === '0') runGit(['branch', '--quiet', '-D', branch], here);
    return undefined;
  };
  return { folder, branch, remove };
}

function inTheWay(folder: string, branch: string): TasksError {
  return new TasksError('touched', `${folder} is there, and is not a worktree of the branch ${branch}`, {
    hint: `Look at it, then remove it: git worktree remove ${folder}`,
    data: { worktree: folder, branch },
  });
}

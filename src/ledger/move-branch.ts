/**
 * Moves the ledger's branch, and with it the files of every worktree that has the branch checked out.
 *
 * What that takes is loaded only where there is such a worktree.
 */
import type { RefUpdate, RefUpdateResult, Repository } from '../git/ports.ts';
import { worktreesOn } from '../git/worktrees.ts';
import type { World } from '../world.ts';
import { readMark } from './carry-mark.ts';

/** What moving takes from the world. */
export type MoverWorld = Pick<World, 'now' | 'random' | 'sleep' | 'identity' | 'isRunning' | 'env'>;

/** How the branch is reached; `Ledger` provides it. */
export interface MoverPort {
  readonly repository: Repository;
  readonly ref: string;
  readonly world: MoverWorld;
  /** Tells the person something that does not change the outcome: a sentence. */
  readonly warn: (text: string) => void;
}

/** Moves the branch by compare-and-swap. Throws `touched`, `busy` or `unsupported` for files that cannot follow. */
export async function moveBranch(port: MoverPort, update: RefUpdate): Promise<RefUpdateResult> {
  const { repository } = port;
  // The files of a folder that is gone need nothing but a mark, in case that it comes back.
  const worktrees = worktreesOn(repository, update.ref).filter(
    ({ isPresent, gitDir }) => isPresent || readMark(gitDir) === undefined,
  );
  if (worktrees.length === 0) return repository.refs.compareAndSwap(update);
  const { moveWithFiles } = await import('./checkout.ts');
  return moveWithFiles(port, update, worktrees);
}

/** Brings on the files of worktrees that a crash or a lock left behind. Never throws for what is in the way: it warns. */
export async function catchUp(port: MoverPort): Promise<void> {
  const behind = worktreesOn(port.repository, port.ref).filter(
    ({ isPresent, gitDir }) => isPresent && readMark(gitDir) !== undefined,
  );
  if (behind.length === 0) return;
  const { finishAll } = await import('./checkout.ts');
  await finishAll(port, behind);
}

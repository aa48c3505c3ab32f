/**
 * Carries checked-out files along when the branch moves.
 *
 *     wait until no git works on the index -> take turns -> refuse if a touched file is in the way
 *       -> mark the worktree -> move the branch -> `git read-tree -m -u old new` -> remove the mark
 *
 * Whatever can refuse does so before the branch moves. From then on the change is valid, and files that could not follow
 * are brought on by a later command, from the commit that the mark names.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { TasksError } from '../errors.ts';
import { acquireLock, type LockFile } from '../git/files/lock-file.ts';
import type { Oid, RefUpdate, RefUpdateResult } from '../git/ports.ts';
import type { Worktree } from '../git/worktrees.ts';
import { makeMark, readMark, removeMark } from './carry-mark.ts';
import { applyCarry, type Carry, planCarry } from './carry.ts';
import type { MoverPort, MoverWorld } from './move-branch.ts';

/** How long to wait for a git that works on the index of a worktree, in milliseconds. */
const INDEX_TIMEOUT = 5000;
/** Longest pause between two looks at it, in milliseconds. */
const INDEX_PAUSE = 100;
/** How long to wait for other writers that carry files, in milliseconds. */
const TURN_TIMEOUT = 60_000;

/** Moves the branch and carries the files of these worktrees along. Throws `touched`, `busy` or `unsupported`. */
export async function moveWithFiles(
  port: MoverPort,
  update: RefUpdate,
  worktrees: readonly Worktree[],
): Promise<RefUpdateResult> {
  const { refs } = port.repository;
  const { next, expected } = update;
  if (next === null) return refs.compareAndSwap(update);
  const present = worktrees.filter(({ isPresent }) => isPresent);
  for (const worktree of present) await mustWaitForIndex(worktree, port.world);
  const turn = await takeTurn(port, TURN_TIMEOUT);
  try {
    const actual = (await refs.read(update.ref)) ?? null;
    if (actual !== expected) return { status: 'stale', actual };
    for (const worktree of present) await finish(port, worktree);
    const carries: Carry[] = [];
    for (const worktree of present) carries.push(await planWithGit(port, worktree, { expected, next }));
    const marked = worktrees.filter(({ gitDir }) => makeMark(gitDir, expected));
    const result = await refs.compareAndSwap(update);
    if (result.status === 'stale') for (const { gitDir } of marked) removeMark(gitDir);
    else for (const carry of carries) await carryOrWarn(port, carry);
    return result;
  } finally {
    turn.release();
  }
}

/** Brings on the files that are behind. Another process that is at it right now is left to it. */
export async function finishAll(port: MoverPort, worktrees: readonly Worktree[]): Promise<void> {
  let turn: LockFile;
  try {
    turn = await takeTurn(port, 0);
  } catch (error) {
    // On a disk that cannot be written nothing can follow; reading goes on all the same.
    if (error instanceof TasksError) return;
    throw error;
  }
  try {
    for (const worktree of worktrees) await finish(port, worktree);
  } finally {
    turn.release();
  }
}

async function finish(port: MoverPort, worktree: Worktree): Promise<void> {
  const from = readMark(worktree.gitDir);
  if (from === undefined) return;
  const tip = await port.repository.refs.read(port.ref);
  if (tip === undefined) return;
  try {
    await carryOrWarn(port, await planCarry(port, worktree, { from, to: tip }));
  } catch (error) {
    if (!(error instanceof TasksError)) throw error;
    port.warn(behind(worktree, error.message));
  }
}

/** What has to be carried from the commit that the files are of. Throws `touched` or `unsupported`. */
async function planWithGit(
  port: MoverPort,
  worktree: Worktree,
  { expected, next }: { readonly expected: Oid | null; readonly next: Oid },
): Promise<Carry> {
  const mark = readMark(worktree.gitDir);
  try {
    return await planCarry(port, worktree, { from: mark === undefined ? expected : mark, to: next });
  } catch (error) {
    if (!(error instanceof TasksError) || error.code !== 'unsupported') throw error;
    throw new TasksError(
      'unsupported',
      `The ledger is checked out in ${worktree.top}, and its files cannot follow without git`,
      {
        hint: 'Nothing was written. Put git on the PATH, or remove that worktree: git worktree remove DIR',
        data: { worktree: worktree.top },
        cause: error,
      },
    );
  }
}

async function carryOrWarn({ world, warn }: MoverPort, carry: Carry): Promise<void> {
  const { worktree } = carry;
  for (;;) {
    const problem = applyCarry(carry);
    if (problem === undefined) return removeMark(worktree.gitDir);
    if (!isIndexLocked(worktree)) return warn(behind(worktree, problem));
    if (!(await waitForIndex(worktree, world))) return warn(behind(worktree, `${indexLock(worktree)} is held`));
  }
}

function behind({ top }: Worktree, reason: string): string {
  return `The files in ${top} are behind the ledger: ${reason}. To bring them on: git tasks worktree`;
}

function indexLock({ gitDir }: Worktree): string {
  return join(gitDir, 'index.lock');
}

function isIndexLocked(worktree: Worktree): boolean {
  return existsSync(indexLock(worktree));
}

/** True once no git works on the index; false when one still does after a while. */
async function waitForIndex(worktree: Worktree, world: MoverWorld): Promise<boolean> {
  // What was slept is counted instead of looking at the clock, which may jump.
  for (let [waited, pause] = [0, 2]; isIndexLocked(worktree); pause = Math.min(pause * 2, INDEX_PAUSE)) {
    if (waited >= INDEX_TIMEOUT) return false;
    const jittered = pause * (0.5 + (world.random(1)[0] ?? 0) / 256);
    await world.sleep(jittered);
    waited += jittered;
  }
  return true;
}

/**
 * Moving the branch now would leave the files behind, and the commit that this git is perhaps preparing from them would
 * quietly take the change back.
 */
async function mustWaitForIndex(worktree: Worktree, world: MoverWorld): Promise<void> {
  if (await waitForIndex(worktree, world)) return;
  const lock = indexLock(worktree);
  throw new TasksError(
    'busy',
    `The ledger is checked out in ${worktree.top}, where another git is at work: it holds ${lock}`,
    {
      hint: `Nothing was written. Let it finish (an open editor of git commit?) and try again; if no git runs, delete that file`,
      data: { lock, worktree: worktree.top },
    },
  );
}

async function takeTurn({ repository, world }: MoverPort, timeout: number): Promise<LockFile> {
  const folder = join(repository.commonDir, 'git-tasks');
  const filesWorld = {
    fs: repository.fs,
    now: () => world.now(),
    random: (length: number) => world.random(length),
    sleep: (milliseconds: number) => world.sleep(milliseconds),
    identity: world.identity,
    isRunning: (identity: string) => world.isRunning(identity),
  };
  return acquireLock(join(folder, 'carry'), {
    world: filesWorld,
    timeout,
    shared: undefined,
    owners: join(folder, 'locks'),
  });
}

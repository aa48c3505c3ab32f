/** `worktree`: the ledger as a folder of files, to read, edit and review with anything. */
import { readdirSync } from 'node:fs';
import { devNull } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { isSystemError, TasksError } from '../errors.ts';
import { mustRunGit } from '../git/system/git-command.ts';
import { shellQuoted } from '../git/system/shell-quoted.ts';
import { mainTop, type Worktree, worktreesOn } from '../git/worktrees.ts';
import { readEdits } from './worktree-edits.ts';
import type { Session } from './session.ts';

/** A folder that holds the ledger's files. */
export interface WorktreeView {
  /** Absolute. */
  readonly path: string;
  /** Paths that differ from the branch, relative to the folder: what `commit` would look at. */
  readonly edited: readonly string[];
}

/** The answer of `worktree`. */
export interface WorktreesAnswer {
  readonly worktrees: readonly WorktreeView[];
  readonly tip: string;
}

/** The answer of `worktree add`. */
export interface AddedWorktree {
  /** Absolute. */
  readonly path: string;
  /** False: the ledger was checked out there already. */
  readonly created: boolean;
  /** Name of the branch. */
  readonly branch: string;
}

/** The folders that have the ledger checked out, after bringing on those that were left behind. */
export async function listWorktrees(session: Session): Promise<WorktreesAnswer> {
  const { tip } = await session.read();
  const worktrees = presentWorktrees(session).map((worktree): WorktreeView => {
    return { path: worktree.top, edited: readEdits(session, worktree).map(({ path }) => path) };
  });
  return { worktrees, tip };
}

/**
 * Checks the ledger out into a folder: `<repository>-tasks` beside the main worktree (or the bare repository) unless
 * another is named. Makes the local branch where only the remote's is there. The user's hooks are not run: they are
 * about code. Throws `exists` when the ledger is checked out elsewhere or the folder is not empty.
 */
export async function addWorktree(
  session: Session,
  input: { readonly dir?: string | undefined } = {},
): Promise<AddedWorktree> {
  const { ledger, repository, world } = session;
  const branch = ledger.ref.replace(/^refs\/heads\//, '');
  const path = input.dir === undefined ? defaultFolder(session) : resolve(world.cwd, input.dir);
  const [known] = presentWorktrees(session);
  if (known !== undefined) {
    if (input.dir === undefined || known.top === path) return { path: known.top, created: false, branch };
    throw new TasksError('exists', `The ledger is checked out in ${known.top} already`, {
      hint: `Use that folder, or move it: git worktree move ${shellQuoted(known.top)} ${shellQuoted(path)}`,
      data: { worktree: known.top },
    });
  }
  if (!isEmpty(path)) {
    throw new TasksError('exists', `${path} is not empty`, { hint: 'Name another folder: git tasks worktree add DIR' });
  }
  await session.read();
  if ((await ledger.tip())?.from === 'tracking') await ledger.begin(session.author());
  const args = [
    '-c',
    `core.hooksPath=${devNull}`,
    `--git-dir=${repository.commonDir}`,
    'worktree',
    'add',
    '--quiet',
    path,
    branch,
  ];
  mustRunGit(args, { cwd: repository.commonDir, env: world.env });
  return { path, created: true, branch };
}

/**
 * The worktree that is meant: the one that the session was opened in, else the only one. Throws `not-found` when there is
 * none, `ambiguous` when nobody said which.
 */
export function chosenWorktree(session: Session): Worktree {
  const worktrees = presentWorktrees(session);
  const { gitDir } = session.repository;
  const [only, second] = worktrees;
  const here = worktrees.find((worktree) => worktree.gitDir === gitDir);
  if (here !== undefined) return here;
  if (only === undefined) {
    throw new TasksError('not-found', 'The ledger is not checked out anywhere', {
      hint: 'Get its files with: git tasks worktree add',
    });
  }
  if (second === undefined) return only;
  const paths = worktrees.map(({ top }) => top);
  throw new TasksError('ambiguous', `The ledger is checked out in ${paths.join(' and ')}`, {
    hint: 'Say which one: git tasks commit -C DIR',
    data: { worktrees: paths },
  });
}

function presentWorktrees({ repository, ledger }: Session): Worktree[] {
  return worktreesOn(repository, ledger.ref).filter(({ isPresent }) => isPresent);
}

function defaultFolder({ repository }: Session): string {
  const top = mainTop(repository) ?? repository.commonDir.replace(/\/\.git$/, '');
  return join(dirname(top), `${basename(top).replace(/\.git$/, '')}-tasks`);
}

function isEmpty(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return true;
    if (isSystemError(error, 'ENOTDIR')) return false;
    throw error;
  }
}

/** `uninstall`: takes every trace of git-tasks out of a repository, and the ledger itself only when asked. */
import { chmodSync, existsSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isSystemFault, TasksError } from '../errors.ts';
import { removeSettings } from '../git/config-edit.ts';
import { normalizeConfigKey, parseConfig } from '../git/config-parse.ts';
import { acquireLock } from '../git/files/lock-file.ts';
import { worktreesOn } from '../git/worktrees.ts';
import { privateFolder } from '../ledger/ledger.ts';
import { filesWorldOf } from './object-files.ts';
import type { Session } from './session.ts';
import { agentsLeft, undoSetups } from './setup/undo.ts';
import { type Unpushed, unpushedCommits } from './unpushed.ts';

export interface UninstallInput {
  /** The branch goes, too. */
  readonly branch?: boolean | undefined;
  /** Also when it has commits that no remote has. */
  readonly force?: boolean | undefined;
  /** Is shown what no remote has before anything happens, or is refused; false: nothing happens. */
  readonly confirm?: ((unpushed: Unpushed) => boolean | Promise<boolean>) | undefined;
}

/** The answer of `uninstall`. */
export interface UninstallAnswer {
  /**
   * What was removed: paths relative to the git folder, settings as `config: key`, refs, and files that `setup` had written
   * as `setup: path`. Empty: there was nothing.
   */
  readonly removed: readonly string[];
  /** Agents that are set up in the files of the project, but not by this clone: they stay. Missing: none. */
  readonly agentsLeft?: readonly string[];
  /** What is not on any remote. Undefined: the branch was not asked about, or is not there. */
  readonly unpushed?: Unpushed;
}

/** How long to wait for somebody who writes the configuration, in milliseconds. */
const LOCK_TIMEOUT = 5000;

/**
 * Removes the private folder, the settings, what `setup` wrote in this clone and, when asked, the branch with its log. Running it twice is fine.
 *
 * Throws `busy` while a command of ours is writing, and for the branch `conflict` when it has commits that no remote has
 * (unless forced), or when a worktree has it checked out. Nothing is removed then.
 */
export async function uninstall(session: Session, input: UninstallInput = {}): Promise<UninstallAnswer> {
  checkQuiet(session);
  const unpushed = input.branch === true ? await checkBranch(session) : undefined;
  const isConfirmed = unpushed === undefined || input.confirm === undefined || (await input.confirm(unpushed));
  if (!isConfirmed) return { removed: [], ...(unpushed !== undefined && { unpushed }) };
  if (unpushed !== undefined && unpushed.total > 0 && input.force !== true) throw wouldLose(unpushed);
  // What can still be in the way goes first: setups, then settings. The files last: taking a lock makes one of them.
  const setups = await undoSetups(session, gitDirsOf(session.repository.commonDir));
  const settings = await removeAllSettings(session, input.branch === true);
  const branch = unpushed === undefined ? [] : await removeBranch(session, unpushed);
  const removed = [...setups, ...settings, ...branch, ...(await removeSeenRefs(session)), ...removeFiles(session)];
  return { removed, ...agentsLeft(session), ...(unpushed !== undefined && { unpushed }) };
}

function checkQuiet({ repository, world }: Session): void {
  const tickets = namesIn(join(privateFolder(repository), 'queue'));
  const alive = tickets.filter((name) => world.isRunning(name.slice(name.indexOf('_') + 1)) === true);
  if (alive.length === 0) return;
  throw new TasksError('busy', `${alive.length} command(s) of git-tasks are writing to this repository`, {
    hint: 'Nothing was removed. Try again when they are done',
  });
}

async function checkBranch(session: Session): Promise<Unpushed | undefined> {
  const { ledger, repository } = session;
  const tip = await repository.refs.read(ledger.ref);
  if (tip === undefined) return undefined;
  const [worktree] = worktreesOn(repository, ledger.ref);
  if (worktree !== undefined) {
    throw new TasksError('conflict', `The ledger is checked out in ${worktree.top}`, {
      hint: 'Nothing was removed. Remove that worktree first: git worktree remove DIR, or check out another branch there',
      data: { worktree: worktree.top },
    });
  }
  return unpushedCommits(session, tip);
}

function wouldLose({ total, commits }: Unpushed): TasksError {
  const [newest] = commits;
  return new TasksError(
    'conflict',
    `${total} change(s) are on no remote, the last one ${newest?.oid.slice(0, 12)}: ${newest?.subject}`,
    {
      hint: 'Nothing was removed. Push them first: git push REMOTE tasks. Or let them go with: --branch --force',
      data: { unpushed: total, commits },
    },
  );
}

async function removeBranch({ repository, ledger, world }: Session, { tip }: Unpushed): Promise<string[]> {
  const { ref } = ledger;
  const log = { name: 'git-tasks', email: 'git-tasks@localhost', at: world.now(), message: 'tasks: uninstall' };
  const { status } = await repository.refs.compareAndSwap({ ref, expected: tip, next: null, log });
  if (status === 'updated') return [`${ref} (was ${tip})`];
  throw new TasksError('race', `${ref} was changed while it was being removed`, {
    hint: 'The branch is there as before. Run it again',
  });
}

/** The refs in which syncs remember what they saw of remotes. */
async function removeSeenRefs({ repository, world }: Session): Promise<string[]> {
  const log = { name: 'git-tasks', email: 'git-tasks@localhost', at: world.now(), message: 'tasks: uninstall' };
  const seen = await repository.refs.list('refs/git-tasks/');
  for (const [ref, expected] of seen) await repository.refs.compareAndSwap({ ref, expected, next: null, log });
  return [...seen.keys()];
}

/** The settings in the repository's own files; what stands in the user's is the user's. */
async function removeAllSettings(session: Session, withBranch: boolean): Promise<string[]> {
  const { commonDir } = session.repository;
  const branch = `branch.${session.ledger.ref.slice('refs/heads/'.length)}.`;
  const isOurs = (key: string): boolean =>
    key.startsWith('tasks.') || key.startsWith('merge.git-tasks.') || (withBranch && key.startsWith(branch));
  const worktrees = gitDirsOf(commonDir).map((folder) => join(folder, 'config.worktree'));
  const removed: string[] = [];
  for (const file of [join(commonDir, 'config'), ...worktrees].filter((path) => existsSync(path))) {
    const keys = await removeFromFile(session, realpathSync(file), isOurs);
    removed.push(...keys.map((key) => `${relative(commonDir, file)}: ${key}`));
  }
  return removed;
}

async function removeFromFile(session: Session, file: string, isOurs: (key: string) => boolean): Promise<string[]> {
  const keysIn = (text: string): string[] =>
    parseConfig(text, file)
      .map(({ key }) => normalizeConfigKey(key))
      .filter(isOurs);
  if (keysIn(readFileSync(file, 'utf8')).length === 0) return [];
  const lock = await acquireLock(file, { world: filesWorldOf(session), timeout: LOCK_TIMEOUT, shared: undefined });
  try {
    const text = readFileSync(file, 'utf8');
    const keys = [...new Set(keysIn(text))];
    lock.write(Buffer.from(removeSettings(text, file, isOurs)), true);
    // A config may hold credentials: the new file is as closed as the old one.
    chmodSync(lock.path, statSync(file).mode & 0o777);
    lock.commit();
    return keys;
  } finally {
    lock.release();
  }
}

/** The private folder, and what carrying files has left beside the indexes of worktrees. */
function removeFiles({ repository }: Session): string[] {
  const { commonDir } = repository;
  const found = gitDirsOf(commonDir).flatMap((folder) => {
    const names = namesIn(folder).filter((name) => /^git-tasks(?:$|-)/.test(name));
    return names.map((name) => join(folder, name));
  });
  for (const path of found) rmSync(path, { recursive: true, force: true });
  return found.map((path) => relative(commonDir, path));
}

/** The shared git folder, and that of each linked worktree. */
function gitDirsOf(commonDir: string): string[] {
  return [commonDir, ...namesIn(join(commonDir, 'worktrees')).map((name) => join(commonDir, 'worktrees', name))];
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isSystemFault(error)) return [];
    throw error;
  }
}

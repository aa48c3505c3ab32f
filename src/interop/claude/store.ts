/**
 * The native store on disk: a folder for each list, a file for each task, the mark of the highest number, the lock.
 *
 * The lock is that of the npm package `proper-lockfile` on `.lock`, as the native tool takes it: while it is held there is
 * a folder `.lock.lock`, whose age says whether its holder is still alive (10 s). `.lock` itself is never removed. Files are
 * replaced by rename, so that no reader sees half of one, and only regular files directly in the folder are ever touched.
 */
import * as fs from 'node:fs';
import { basename, join } from 'node:path';
import lockfile from 'proper-lockfile';
import { isSystemError, TasksError } from '../../errors.ts';
import { MAX_FILE_BYTES } from '../../task/limits.ts';
import { taskNumber } from './list-id.ts';
import { type NativeTask, readNativeTask } from './native-task.ts';

/** After this long without a sign of life a lock may be taken over, in milliseconds: the native tool's own limit. */
const STALE = 10_000;

const LOCK = '.lock';
const MARK = '.highwatermark';

/** Names of files that a killed process of ours may have left. */
const LEFTOVER = /^\.git-tasks-[0-9a-f]+\.tmp$/;

/** A file that is there but cannot be read as a task. */
export interface BadFile {
  readonly id: string;
  readonly message: string;
}

/** What a folder holds. */
export interface NativeState {
  readonly tasks: ReadonlyMap<string, NativeTask>;
  readonly bad: readonly BadFile[];
  /** The highest number that was ever given out, as far as the folder knows. */
  readonly highest: number;
}

/** A list that is locked. */
export interface LockedList {
  read(): NativeState;
  /** Replaces or makes the file of a task. Throws when the lock was lost meanwhile. */
  write(id: string, text: string): void;
  /** Removes the file of a task and notes its number, so that it is never given out again. */
  remove(id: string): void;
}

/** Reads a folder without its lock. A folder that does not exist holds nothing. */
export function readNativeList(folder: string): NativeState {
  const tasks = new Map<string, NativeTask>();
  const bad: BadFile[] = [];
  const numbers = namesIn(folder).flatMap((name) => taskNumber(name) ?? []);
  numbers.sort((a, b) => Number(a) - Number(b));
  for (const id of numbers) {
    const read = readTaskFile(join(folder, `${id}.json`), id);
    if (typeof read === 'string') bad.push({ id, message: `${id}.json ${read}` });
    else if (read !== undefined) tasks.set(id, read);
  }
  const highest = numbers.reduce((most, id) => Math.max(most, Number(id)), readMark(folder));
  return { tasks, bad, highest };
}

/** Changes when a file of the list was made, changed or removed; empty where that cannot be told for sure. */
export function fingerprint(folder: string, now: number): string {
  const parts: string[] = [];
  for (const name of [MARK, ...namesIn(folder).filter((entry) => taskNumber(entry) !== undefined)]) {
    const stats = fs.lstatSync(join(folder, name), { throwIfNoEntry: false, bigint: true });
    if (stats === undefined) continue;
    // Within one tick of the clock a file can change twice and look the same.
    if (now - Number(stats.mtimeMs) < 20) return '';
    parts.push(`${name}:${stats.ino}:${stats.size}:${stats.mtimeNs}`);
  }
  return `${parts.join(' ')}.`;
}

/** Runs `work` while the list is locked; the folder is made where it does not exist. Throws `busy` or `io`. */
export async function withNativeLock<T>(
  folder: string,
  options: { readonly timeout: number; readonly newId: () => string },
  work: (list: LockedList) => T,
): Promise<T> {
  fs.mkdirSync(folder, { recursive: true });
  const target = join(folder, LOCK);
  // Through a link the lock would be taken somewhere else.
  if (!isReplaceable(target)) {
    throw new TasksError('invalid', `${JSON.stringify(target)} is not a regular file`, { hint: 'Remove it' });
  }
  fs.closeSync(fs.openSync(target, 'a'));
  const lock: Held = { folder, newId: options.newId, isLost: false };
  const release = await takeLock(target, options.timeout, () => {
    lock.isLost = true;
  });
  try {
    removeLeftovers(folder);
    return work(lockedList(lock));
  } finally {
    // A lock that was taken over while we were stopped is its new holder's to release.
    if (!lock.isLost) await release();
  }
}

interface Held {
  readonly folder: string;
  readonly newId: () => string;
  isLost: boolean;
}

function lockedList(lock: Held): LockedList {
  const { folder } = lock;
  const check = (): void => {
    if (lock.isLost) throw busy(folder);
  };
  return {
    read: () => readNativeList(folder),
    write: (id, text) => {
      check();
      if (isReplaceable(join(folder, `${id}.json`))) replaceFile(lock, `${id}.json`, text);
    },
    remove: (id) => {
      check();
      const file = join(folder, `${id}.json`);
      const mark = readNativeList(folder).highest;
      if (readMark(folder) < mark) replaceFile(lock, MARK, String(mark));
      if (isReplaceable(file)) fs.rmSync(file, { force: true });
    },
  };
}

async function takeLock(target: string, timeout: number, lost: () => void): Promise<() => Promise<void>> {
  // Pauses of 5, 10, 20 … 100 ms, up to the time that the caller has.
  const retries = {
    retries: 5 + Math.ceil(timeout / 100),
    minTimeout: 5,
    maxTimeout: 100,
    factor: 2,
    maxRetryTime: timeout,
  };
  try {
    return await lockfile.lock(target, { stale: STALE, retries, onCompromised: lost });
  } catch (error) {
    if (isSystemError(error, 'ELOCKED')) throw busy(target);
    throw error;
  }
}

function busy(path: string): TasksError {
  return new TasksError('busy', `Another program holds the lock of ${JSON.stringify(path)}`, {
    hint: 'Try again in a moment',
  });
}

function replaceFile({ folder, newId }: Held, name: string, text: string): void {
  const temporary = join(folder, `.git-tasks-${newId()}.tmp`);
  const file = fs.openSync(temporary, 'wx', 0o644);
  try {
    fs.writeFileSync(file, text);
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
  fs.renameSync(temporary, join(folder, name));
}

/** A link or a folder in the place of a task is somebody's trick or mistake: nothing is done to it. */
function isReplaceable(path: string): boolean {
  return fs.lstatSync(path, { throwIfNoEntry: false })?.isFile() !== false;
}

function removeLeftovers(folder: string): void {
  for (const name of namesIn(folder).filter((entry) => LEFTOVER.test(entry)))
    fs.rmSync(join(folder, name), { force: true });
}

/** The task, what is wrong with its file, or undefined when it has gone meanwhile. */
function readTaskFile(path: string, id: string): NativeTask | string | undefined {
  try {
    const stats = fs.lstatSync(path);
    if (!stats.isFile()) return 'is not a regular file';
    if (stats.size > MAX_FILE_BYTES) return `is larger than ${MAX_FILE_BYTES} bytes`;
    return readNativeTask(id, fs.readFileSync(path, 'utf8'));
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    if (isSystemError(error, 'EACCES', 'EPERM')) return 'may not be read';
    throw error;
  }
}

function readMark(folder: string): number {
  try {
    const text = fs.readFileSync(join(folder, MARK), 'utf8').trim();
    return /^\d{1,15}$/.test(text) ? Number(text) : 0;
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'EISDIR', 'ENOTDIR')) return 0;
    throw error;
  }
}

function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    if (isSystemError(error, 'ENOTDIR')) {
      throw new TasksError('invalid', `${JSON.stringify(basename(folder))} is not a folder`, { cause: error });
    }
    throw error;
  }
}

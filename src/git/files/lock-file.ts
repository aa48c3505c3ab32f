/**
 * Git's lock-file protocol: `<path>.lock`, created exclusively, holds the new content and is renamed over the file.
 *
 * Source: git's lockfile.h and api-lockfile. It is what makes git itself and every process of ours exclude each other.
 * A lock of somebody else is never deleted: its holder may be slow rather than dead. A lock of ours whose process is
 * gone is (see `lock-owner.ts`), so that a `kill -9` leaves nothing for a person to clean up.
 */
import { dirname } from 'node:path';
import { invariant, isSystemError, TasksError } from '../../errors.ts';
import { writeFailure } from './failures.ts';
import type { FilesWorld, SharedMode } from './file-system.ts';
import { openNoted, ownerOf, type OwnerNote, removeDeadLock } from './lock-owner.ts';
import { makeFolder, quietly, sharedFileMode, writeAll } from './staged-files.ts';

const FILE_MODE = 0o666;

/** First and longest pause between two tries, in milliseconds; each is stretched or cut by up to a half. */
const FIRST_PAUSE = 1;
const LONGEST_PAUSE = 50;

/** Whether the holder still runs is asked this often, in milliseconds. */
const CHECK_EVERY = 100;

/** How often a folder that another process keeps removing is made again. */
const MAX_FOLDER_TRIES = 10;

/** How a lock is taken. */
export interface LockOptions {
  readonly world: FilesWorld;
  /** How long to wait for another holder, in milliseconds. */
  readonly timeout: number;
  readonly shared: SharedMode | undefined;
  /** Folder where the owners of locks are noted; undefined: locks are not noted. */
  readonly owners?: string | undefined;
}

/** A lock that is held until `commit` or `release`. */
export class LockFile {
  readonly path: string;
  readonly #target: string;
  readonly #options: LockOptions;
  readonly #note: OwnerNote | undefined;
  #file: number | undefined;
  #isHeld = true;

  constructor(target: string, opened: OpenedLock, options: LockOptions) {
    this.path = `${target}.lock`;
    this.#target = target;
    this.#file = opened.file;
    this.#note = opened.note;
    this.#options = options;
  }

  /** Writes the new content into the lock; durable when asked. Throws `read-only` or `io`, and lets the lock go. */
  write(content: Uint8Array, isDurable: boolean): void {
    const { world, shared } = this.#options;
    const file = this.#file;
    invariant(file !== undefined, `${this.path} is written once`);
    try {
      writeAll(world.fs, file, content);
      if (isDurable) world.fs.fsyncSync(file);
      this.#close();
      if (shared !== undefined) world.fs.chmodSync(this.path, sharedFileMode(0o644, shared));
    } catch (error) {
      this.release();
      throw writeFailure(error, this.path);
    }
  }

  /** Puts the written content in the place of the file; the lock ends with that. Throws `read-only` or `io`. */
  commit(): void {
    invariant(this.#isHeld && this.#file === undefined, `${this.path} is held and written`);
    try {
      this.#options.world.fs.renameSync(this.path, this.#target);
      this.#isHeld = false;
      this.#note?.remove();
    } catch (error) {
      this.release();
      throw writeFailure(error, this.#target);
    }
  }

  /** Lets the lock go without a change. Does nothing after `commit`. */
  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    quietly(() => this.#close());
    quietly(() => this.#options.world.fs.unlinkSync(this.path));
    this.#note?.remove();
  }

  #close(): void {
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) this.#options.world.fs.closeSync(file);
  }
}

/** Takes the lock of a file, waiting with jitter. Throws `busy` after the timeout; `read-only` or `io`. */
export async function acquireLock(target: string, options: LockOptions): Promise<LockFile> {
  const { world, timeout } = options;
  let pause = FIRST_PAUSE;
  let checked = -CHECK_EVERY;
  // What was slept is counted instead of looking at the clock, which may jump or stand still.
  for (let waited = 0; ;) {
    const lock = tryLock(target, options);
    if (lock !== undefined) return lock;
    if (waited - checked >= CHECK_EVERY) {
      checked = waited;
      if (removeDeadLock(`${target}.lock`, options)) continue;
    }
    if (waited >= timeout) throw busy(`${target}.lock`, waited, options);
    const jitter = 0.5 + (world.random(1)[0] ?? 0) / 256;
    const rest = Math.min(pause * jitter, timeout - waited);
    await world.sleep(rest);
    waited += rest;
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }
}

/** A lock's open file, and the note that says whose it is. */
interface OpenedLock {
  readonly file: number;
  readonly note: OwnerNote | undefined;
}

/** Takes the lock if it is free. */
function tryLock(target: string, options: LockOptions): LockFile | undefined {
  const { world, shared } = options;
  const path = `${target}.lock`;
  for (let tries = 0; ; tries++) {
    try {
      return new LockFile(target, openLock(path, options), options);
    } catch (error) {
      if (isSystemError(error, 'EEXIST')) return undefined;
      if (!isSystemError(error, 'ENOENT') || tries >= MAX_FOLDER_TRIES) throw writeFailure(error, path);
    }
    tryMakeFolder(dirname(path), world, shared);
  }
}

/** Creates the lock exclusively, under a second name that says whose it is where the file system has hard links. */
function openLock(path: string, options: LockOptions): OpenedLock {
  const noted = openNoted(path, FILE_MODE, options);
  return noted ?? { file: options.world.fs.openSync(path, 'wx', FILE_MODE), note: undefined };
}

/** Git removes empty folders at any time, so a folder may be gone again, or a file in its place, right after. */
function tryMakeFolder(folder: string, world: FilesWorld, shared: SharedMode | undefined): void {
  try {
    makeFolder(world, folder, shared);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw writeFailure(error, folder);
  }
}

/** The failure for a lock that somebody else holds. `waited` is in milliseconds. */
export function busy(path: string, waited: number, options: LockOptions): TasksError {
  const { world } = options;
  const stats = world.fs.statSync(path, { throwIfNoEntry: false });
  const age = stats === undefined ? 0 : Math.max(0, Math.round((world.now() - stats.mtimeMs) / 1000));
  const [machine, pid] = ownerOf(path, options)?.identity.split('_') ?? [];
  const holder = pid === undefined ? 'another process' : `process ${pid} on ${machine}`;
  const hint =
    pid === undefined
      ? `run the command again; if no git process is left that could hold it, delete ${path}`
      : `run the command again; if that process hangs or is stopped, end it: the lock is freed when it is gone`;
  return new TasksError('busy', `${holder} holds ${path} (since ${age} s; waited ${Math.round(waited / 1000)} s)`, {
    hint,
    data: { lock: path, ageSeconds: age, ...(pid !== undefined && { pid: Number(pid), machine }) },
  });
}

/**
 * The ref store of the `files` backend: loose files and `packed-refs`, moved under git's own locks.
 *
 * One update: take `<ref>.lock`, read the value under it, compare, write and sync the new value into the lock, append
 * to the reflog, rename. Whoever follows the protocol (git does) sees the old value or the new one, never a part.
 */
import { dirname, join } from 'node:path';
import { isSystemError, TasksError } from '../../errors.ts';
import type { Oid, RefLog, RefStore, RefUpdate, RefUpdateResult } from '../ports.ts';
import { assertRefName, refNameTaken } from '../ref-name.ts';
import { writeFailure } from './failures.ts';
import type { FilesWorld, FsyncPolicy, SharedMode } from './file-system.ts';
import { acquireLock, type LockFile, type LockOptions } from './lock-file.ts';
import { findPackedRef, withoutPackedRef } from './packed-refs.ts';
import { RefReader } from './ref-read.ts';
import { appendReflog, type ReflogPolicy, removeEmptyFolders } from './reflog.ts';
import { quietly } from './staged-files.ts';

/** How the store is set up. Paths are absolute. */
export interface RefStoreOptions {
  readonly world: FilesWorld;
  readonly commonDir: string;
  readonly gitDir: string;
  readonly fsync: FsyncPolicy;
  readonly shared: SharedMode | undefined;
  readonly reflog: ReflogPolicy;
  /** How long to wait for a lock, in milliseconds. */
  readonly lockTimeout: number;
}

/** Refs in the files of a git folder. */
export class FilesRefStore implements RefStore {
  readonly #options: RefStoreOptions;
  readonly #reader: RefReader;

  constructor(options: RefStoreOptions) {
    this.#options = options;
    this.#reader = new RefReader({ fs: options.world.fs, commonDir: options.commonDir, gitDir: options.gitDir });
  }

  async read(ref: string): Promise<Oid | undefined> {
    assertRefName(ref);
    return this.#reader.resolve(ref).oid;
  }

  async list(prefix: string): Promise<ReadonlyMap<string, Oid>> {
    return this.#reader.list(prefix);
  }

  async compareAndSwap(update: RefUpdate): Promise<RefUpdateResult> {
    assertRefName(update.ref);
    // As in git, an update of a symbolic ref moves what it points to.
    const { ref } = this.#reader.resolve(update.ref);
    const lock = await this.#lock(ref);
    try {
      const { oid } = this.#reader.resolve(ref);
      const actual = oid ?? null;
      if (actual !== update.expected) return { status: 'stale', actual };
      if (actual === update.next) return { status: 'updated' };
      if (update.next === null) await this.#delete(ref);
      else this.#move(lock, { ref, from: actual, to: update.next, log: update.log });
      return { status: 'updated' };
    } finally {
      lock.release();
      this.#pruneFolders(ref);
    }
  }

  async #lock(ref: string): Promise<LockFile> {
    try {
      return await acquireLock(this.#reader.pathOf(ref), this.#lockOptions());
    } catch (error) {
      // A loose ref where the folder would have to be fails with ENOTDIR or EEXIST.
      const isBusy = error instanceof TasksError && error.code === 'busy';
      if (!isBusy) this.#refuseTakenName(ref);
      throw error;
    }
  }

  #lockOptions(): LockOptions {
    const { world, lockTimeout: timeout, shared, commonDir } = this.#options;
    return { world, timeout, shared, owners: join(commonDir, 'git-tasks', 'locks') };
  }

  #move(lock: LockFile, move: { ref: string; from: Oid | null; to: Oid; log: RefLog }): void {
    const { world, fsync } = this.#options;
    const path = this.#reader.pathOf(move.ref);
    if (move.from === null) {
      removeEmptyFolders(world.fs, path);
      this.#refuseTakenName(move.ref);
    }
    lock.write(Buffer.from(`${move.to}\n`), fsync !== 'none');
    // Opened before, so that a process with too many open files is refused while nothing has moved.
    const folder = fsync === 'all' ? openFolder(world, dirname(path)) : undefined;
    try {
      this.#log(move);
      lock.commit();
      if (folder !== undefined) syncFolder(world, folder, dirname(path));
    } finally {
      if (folder !== undefined) quietly(() => world.fs.closeSync(folder));
    }
  }

  /** Logs for the ref, and for HEAD where HEAD points to it. */
  #log(move: { ref: string; from: Oid | null; to: Oid; log: RefLog }): void {
    const { world, shared, reflog: policy, gitDir } = this.#options;
    const path = `${this.#reader.folderOf(move.ref)}/logs/${move.ref}`;
    appendReflog({ ...move, path }, { world, policy, shared });
    if (this.#reader.symbolicTarget('HEAD') !== move.ref) return;
    appendReflog({ ...move, ref: 'HEAD', path: `${gitDir}/logs/HEAD` }, { world, policy, shared });
  }

  /** Removes the packed value first: the other way round, a crash in between would bring an old value back. */
  async #delete(ref: string): Promise<void> {
    const { world } = this.#options;
    await this.#deletePacked(ref);
    const path = this.#reader.pathOf(ref);
    try {
      world.fs.unlinkSync(path);
    } catch (error) {
      if (!isSystemError(error, 'ENOENT', 'EISDIR')) throw writeFailure(error, path);
    }
    quietly(() => world.fs.unlinkSync(`${this.#reader.folderOf(ref)}/logs/${ref}`));
    const folder = this.#options.fsync === 'all' ? openFolder(world, dirname(path)) : undefined;
    if (folder === undefined) return;
    try {
      syncFolder(world, folder, dirname(path));
    } finally {
      quietly(() => world.fs.closeSync(folder));
    }
  }

  async #deletePacked(ref: string): Promise<void> {
    if (findPackedRef(this.#reader.readPacked(), ref) === undefined) return;
    const { fsync } = this.#options;
    const lock = await acquireLock(this.#reader.packedPath, this.#lockOptions());
    try {
      lock.write(withoutPackedRef(this.#reader.readPacked(), ref), fsync !== 'none');
      lock.commit();
    } finally {
      lock.release();
    }
  }

  /** Throws `exists` when another ref's name makes this one impossible. */
  #refuseTakenName(ref: string): void {
    const parts = ref.split('/');
    const above = parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
    const folder = above.find((name) => this.#reader.resolve(name).oid !== undefined);
    const [below] = this.#reader.list(`${ref}/`).keys();
    const other = folder ?? below;
    if (other !== undefined) throw refNameTaken(ref, other);
  }

  /** Removes the folders that no ref is left in, up to `refs/heads` and the like. Best effort, as in git. */
  #pruneFolders(ref: string): void {
    if (ref.split('/').length <= 3) return;
    const { fs } = this.#options.world;
    for (const root of [this.#reader.folderOf(ref), `${this.#reader.folderOf(ref)}/logs`]) {
      const parts = ref.split('/').slice(0, -1);
      quietly(() => {
        for (; parts.length > 2; parts.pop()) fs.rmdirSync(`${root}/${parts.join('/')}`);
      });
    }
  }
}

/** Systems that cannot sync a folder (Windows) do without; so does one whose folder may not be read. */
const UNSYNCABLE = ['EINVAL', 'EISDIR', 'EPERM', 'EACCES', 'ENOTSUP', 'EBADF', 'ENOENT'];

function openFolder({ fs }: FilesWorld, folder: string): number | undefined {
  try {
    return fs.openSync(folder, 'r');
  } catch (error) {
    if (isSystemError(error, ...UNSYNCABLE)) return undefined;
    throw writeFailure(error, folder);
  }
}

/**
 * Makes the names in an open folder durable. Journalling file systems keep the order of renames, so the folder of the
 * ref, which comes last, stands for those of the objects too. The change itself is made by then, so a failure says so.
 */
function syncFolder({ fs }: FilesWorld, file: number, folder: string): void {
  try {
    fs.fsyncSync(file);
  } catch (error) {
    if (isSystemError(error, ...UNSYNCABLE)) return;
    throw new TasksError('io', `${folder} could not be made durable`, {
      hint: 'the change was made, but a power failure may undo it: check the disk',
      cause: error,
      data: { path: folder, made: true },
    });
  }
}

/** The policy that `tasks.fsync` names. Throws `invalid` for another word. */
export function parseFsyncPolicy(text: string | undefined): FsyncPolicy {
  if (text === undefined) return 'all';
  if (text === 'all' || text === 'refs' || text === 'none') return text;
  throw new TasksError('invalid', `the git setting tasks.fsync is '${text}', which is not all, refs or none`, {
    hint: 'correct it: git config tasks.fsync all',
    data: { key: 'tasks.fsync', value: text },
  });
}

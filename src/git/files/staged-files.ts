/**
 * Files that appear whole or not at all: written beside their place, made durable, renamed.
 *
 * All files of one stage are written first, then synced, then renamed: the file system can then join the syncs.
 * Temporary names are git's own, so that `git gc` clears what a killed process left.
 */
import { join } from 'node:path';
import { isSystemError } from '../../errors.ts';
import { writeFailure } from './failures.ts';
import type { FilesWorld, SharedMode } from './file-system.ts';

/** Objects and packs are never changed, so nobody may write them. */
const FILE_MODE = 0o444;

/** How often a temporary name may be taken before something else must be wrong. */
const MAX_NAME_TRIES = 100;

interface StagedFile {
  readonly file: number;
  readonly temporary: string;
  readonly target: string;
  isSynced: boolean;
  isOpen: boolean;
  isRenamed: boolean;
}

/** What a stage needs to know of the repository. */
export interface StageOptions {
  readonly world: FilesWorld;
  readonly isDurable: boolean;
  readonly shared: SharedMode | undefined;
}

/** One stage: `add` files, `sync` where there are several, then `commit`. Every failure leaves no temporary file behind. */
export class StagedFiles {
  readonly #options: StageOptions;
  readonly #files: StagedFile[] = [];

  constructor(options: StageOptions) {
    this.#options = options;
  }

  /** Writes a file under a temporary name in `folder` (made if missing). `chunks` are its bytes in order. */
  add(folder: string, target: string, chunks: readonly Uint8Array[]): void {
    try {
      const staged = this.#create(folder, target);
      for (const chunk of chunks) writeAll(this.#options.world.fs, staged.file, chunk);
    } catch (error) {
      this.#discard();
      throw writeFailure(error, target);
    }
  }

  /**
   * Makes all files durable at the same time: a journal then commits once or twice for all of them (measured on ext4: 6
   * files in 0.8 ms instead of 3.3 ms one by one).
   */
  async sync(): Promise<void> {
    const { world, isDurable } = this.#options;
    if (!isDurable) return;
    // Each has ended when one has failed: only then may they be closed.
    const results = await Promise.allSettled(this.#files.map(({ file }) => synced(world.fs, file)));
    for (const [i, staged] of this.#files.entries()) {
      const result = results[i];
      staged.isSynced = result?.status === 'fulfilled';
      if (result?.status !== 'rejected') continue;
      this.#discard();
      throw writeFailure(result.reason, staged.target);
    }
  }

  /** Makes the files durable that are not yet and gives them their names, in the order in which they were added. */
  commit(): void {
    const { world, isDurable, shared } = this.#options;
    let current = '';
    try {
      for (const staged of this.#files) {
        current = staged.target;
        if (isDurable && !staged.isSynced) world.fs.fsyncSync(staged.file);
        staged.isOpen = false;
        world.fs.closeSync(staged.file);
        if (shared !== undefined) world.fs.chmodSync(staged.temporary, sharedFileMode(FILE_MODE, shared));
      }
      for (const staged of this.#files) {
        current = staged.target;
        world.fs.renameSync(staged.temporary, staged.target);
        staged.isRenamed = true;
      }
    } catch (error) {
      this.#discard();
      throw writeFailure(error, current);
    }
  }

  #create(folder: string, target: string): StagedFile {
    const { world } = this.#options;
    for (let tries = 0; ; tries++) {
      const suffix = Buffer.from(world.random(6)).toString('hex') + tries.toString(36);
      const temporary = join(folder, `tmp_obj_${suffix}`);
      try {
        const file = world.fs.openSync(temporary, 'wx', FILE_MODE);
        const staged: StagedFile = { file, temporary, target, isSynced: false, isOpen: true, isRenamed: false };
        this.#files.push(staged);
        return staged;
      } catch (error) {
        if (tries >= MAX_NAME_TRIES) throw error;
        if (isSystemError(error, 'ENOENT')) makeFolder(world, folder, this.#options.shared);
        else if (!isSystemError(error, 'EEXIST')) throw error;
      }
    }
  }

  /** Best effort: the first failure is the one to report. */
  #discard(): void {
    const { fs } = this.#options.world;
    for (const staged of this.#files) {
      if (staged.isOpen) quietly(() => fs.closeSync(staged.file));
      if (!staged.isRenamed) quietly(() => fs.unlinkSync(staged.temporary));
    }
    this.#files.length = 0;
  }
}

function synced(fs: FilesWorld['fs'], file: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.fsync(file, (error) => (error === null ? resolve() : reject(error)));
  });
}

/** Writes all bytes: a single call may write less. */
export function writeAll(fs: FilesWorld['fs'], file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += fs.writeSync(file, bytes, at, bytes.length - at);
}

/** Makes a folder and those above it, with the rights that `core.sharedRepository` asks for. */
export function makeFolder(world: FilesWorld, folder: string, shared: SharedMode | undefined): void {
  const first = world.fs.mkdirSync(folder, { recursive: true });
  if (first === undefined || shared === undefined) return;
  const mode = world.fs.statSync(folder, { throwIfNoEntry: false })?.mode ?? 0o755;
  world.fs.chmodSync(folder, sharedFolderMode(mode, shared));
}

/** The mode of a file under `core.sharedRepository`. Who may not write by `mode` does not get to by sharing. */
export function sharedFileMode(mode: number, shared: SharedMode): number {
  const bits = (mode & 0o200) === 0 ? shared.bits & ~0o222 : shared.bits;
  return (shared.exact ? 0 : mode & 0o777) | bits;
}

function sharedFolderMode(mode: number, shared: SharedMode): number {
  const bits = shared.bits | ((shared.bits & 0o444) >> 2);
  // The set-group-id bit makes files inside inherit the folder's group.
  return (shared.exact ? 0 : mode & 0o777) | bits | 0o2000;
}

/** Runs a clean-up whose own failure would only hide the real one. */
export function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // Best effort by design.
  }
}

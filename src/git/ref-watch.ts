/**
 * Notices that refs may have moved, at next to no cost.
 *
 * Notifications of the system come within milliseconds, but not on every file system, and some get lost: they only end a
 * pause early. What counts is a look at the files that a ref can be in: loose, packed, or in a reftable.
 */
import { watch } from 'node:fs';
import { dirname, join } from 'node:path';
import { isSystemFault } from '../errors.ts';
import { nodeFileSystem } from './files/file-system.ts';
import type { Repository } from './ports.ts';

/** What a watch takes from the world. `World` fits. */
export interface RefWatchWorld {
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** A watch on some refs. */
export interface RefWatch {
  /** Whether a ref may have another value than at the last call. The first answer is yes. */
  mayHaveMoved(): boolean;
  /** Resolves after this many milliseconds at the latest; earlier when `wake` is called or the system tells of a change. */
  pause(milliseconds: number): Promise<void>;
  /** Ends the pause, or the next one where there is none. */
  wake(): void;
  close(): void;
}

/** After so many milliseconds the refs are to be read although no file looks different: a clock that is coarse hides changes. */
const DISTRUST = 10_000;

/** Watches refs (full names) of a repository. Close it. */
export function watchRefs(repository: Repository, refs: readonly string[], world: RefWatchWorld): RefWatch {
  const { commonDir, fs } = repository;
  const loose = refs.map((ref) => join(commonDir, ref));
  const files = [...loose, join(commonDir, 'packed-refs'), join(commonDir, 'reftable', 'tables.list')];
  let seen = '';
  let lookedAt = Number.NEGATIVE_INFINITY;
  let isAwake = false;
  let end = (): void => undefined;
  const wake = (): void => {
    isAwake = true;
    end();
  };
  const folders = [...new Set(files.map((file) => dirname(file)))];
  const notifiers = fs === nodeFileSystem ? folders.map((folder) => notifyOf(folder, files, wake)) : [];
  return {
    mayHaveMoved: () => {
      const stats = files.map((file) => fs.statSync(file, { throwIfNoEntry: false }));
      const now = stats.map((stat) => (stat === undefined ? '-' : `${stat.ino} ${stat.mtimeMs} ${stat.size}`)).join();
      const isKnown = now === seen && stats.some(Boolean) && world.now() - lookedAt < DISTRUST;
      if (isKnown) return false;
      seen = now;
      lookedAt = world.now();
      return true;
    },
    pause: async (milliseconds) => {
      const woken = new Promise<void>((resolve) => {
        end = resolve;
      });
      if (!isAwake) await Promise.race([world.sleep(milliseconds), woken]);
      isAwake = false;
    },
    wake,
    close: () => {
      for (const close of notifiers) close();
    },
  };
}

/** Asks the system to tell of changes of these files in a folder. Where it cannot, nothing happens. */
function notifyOf(folder: string, files: readonly string[], wake: () => void): () => void {
  try {
    const watcher = watch(folder, { persistent: false }, (_kind, name) => {
      if (name === null || files.includes(join(folder, name))) wake();
    });
    watcher.on('error', () => watcher.close());
    return () => watcher.close();
  } catch (error) {
    // The folder does not exist, or the system has no more watches to give.
    if (isSystemFault(error)) return () => undefined;
    throw error;
  }
}

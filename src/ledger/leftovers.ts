/** Clears away what killed processes left in the private folder. Nothing of it is ever in the way. */
import { join } from 'node:path';
import { isSystemFault } from '../errors.ts';
import { removeDeadNotes } from '../git/files/lock-owner.ts';
import type { FileSystem } from '../git/files/file-system.ts';
import type { QueueWorld } from './queue.ts';

/** Removes half-written index files and the notes of locks whose process is gone. Best effort. */
export function removeLeftovers(folder: string, fs: FileSystem, world: QueueWorld): void {
  removeDeadNotes({ fs, isRunning: (identity) => world.isRunning(identity) }, join(folder, 'locks'));
  try {
    for (const { name } of fs.readdirSync(folder, { withFileTypes: true })) {
      const [, identity] = /^index\.[^_]*_(.+)\.tmp$/.exec(name) ?? [];
      if (identity !== undefined && world.isRunning(identity) === false) fs.unlinkSync(join(folder, name));
    }
  } catch (error) {
    if (!isSystemFault(error)) throw error;
  }
}

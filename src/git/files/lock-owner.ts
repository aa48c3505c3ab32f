/**
 * Notes whose a lock is, in a way that cannot go stale: the lock file itself has a second name.
 *
 *     <common>/git-tasks/locks/<random>_<identity>  --same inode-->  refs/heads/tasks.lock
 *
 * The note is there before the lock is, and is the same file, so a lock whose inode is that of a note was made by the
 * process that the note names. When that process is gone nobody will ever rename or remove the lock: it may go. Git's
 * own locks have no note and are never touched.
 */
import { dirname, join } from 'node:path';
import { isSystemError } from '../../errors.ts';
import { isSystemFailure } from './failures.ts';
import type { FilesWorld } from './file-system.ts';
import { quietly } from './staged-files.ts';

/** The note of a lock that is held. */
export interface OwnerNote {
  /** Takes the note away; the lock must be gone or in its place before. */
  remove(): void;
}

interface NoteOptions {
  readonly world: FilesWorld;
  readonly owners?: string | undefined;
}

/** What a file system without hard links answers, or one that does not allow them. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EMLINK', 'EACCES'];

/**
 * Creates a file exclusively together with its note. Undefined where notes are not possible; the caller then creates
 * the file alone. Throws `EEXIST` when the path is taken and `ENOENT` when its folder is missing, like an open.
 */
export function openNoted(
  path: string,
  mode: number,
  { world, owners }: NoteOptions,
): { readonly file: number; readonly note: OwnerNote } | undefined {
  const { fs, identity } = world;
  if (owners === undefined || identity === undefined) return undefined;
  const name = join(owners, `${Buffer.from(world.random(6)).toString('hex')}_${identity}`);
  const file = createNote(world, name, mode);
  if (file === undefined) return undefined;
  const note = { remove: () => quietly(() => fs.unlinkSync(name)) };
  try {
    fs.linkSync(name, path);
    return { file, note };
  } catch (error) {
    quietly(() => fs.closeSync(file));
    note.remove();
    if (isSystemError(error, ...NO_LINKS)) return undefined;
    throw error;
  }
}

/** Removes the lock when a note proves that its maker is gone. True when the lock is free now. */
export function removeDeadLock(path: string, { world, owners }: NoteOptions): boolean {
  const { fs } = world;
  if (owners === undefined || world.isRunning === undefined) return false;
  const inode = fs.statSync(path, { throwIfNoEntry: false })?.ino;
  if (inode === undefined) return true;
  for (const name of notesIn(world, owners)) {
    if (world.isRunning(name.slice(name.indexOf('_') + 1)) !== false) continue;
    const note = join(owners, name);
    const isMaker = fs.statSync(note, { throwIfNoEntry: false })?.ino === inode;
    // Looked at again right before: another waiter may have removed it, and the path be somebody's fresh lock.
    if (isMaker && fs.statSync(path, { throwIfNoEntry: false })?.ino === inode) quietly(() => fs.unlinkSync(path));
    quietly(() => fs.unlinkSync(note));
    if (isMaker) return true;
  }
  return false;
}

function createNote({ fs }: FilesWorld, name: string, mode: number): number | undefined {
  for (const make of [false, true]) {
    try {
      if (make) fs.mkdirSync(dirname(name), { recursive: true });
      return fs.openSync(name, 'wx', mode);
    } catch (error) {
      if (isSystemError(error, 'ENOENT') && !make) continue;
      // The lock itself will meet the same obstacle and report it.
      if (isSystemFailure(error)) return undefined;
      throw error;
    }
  }
  return undefined;
}

function notesIn({ fs }: FilesWorld, folder: string): string[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true }).map(({ name }) => name);
  } catch (error) {
    if (isSystemFailure(error)) return [];
    throw error;
  }
}

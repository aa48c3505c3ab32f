/**
 * Notes whose a lock is, in a way that cannot go stale: the lock file itself has a second name.
 *
 *     <common>/git-tasks/locks/<random>_<identity>  --same inode-->  refs/heads/tasks.lock
 *
 * The note is there before the lock is, and is the same file, so a lock whose inode is that of a note was made by the
 * process that the note names. When that process is gone nobody will ever rename or remove the lock: it may go. Who
 * wants to remove it must first give the note a name of its own, which only one can do: otherwise a slow second remover
 * could hit the fresh lock of somebody else. Git's own locks have no note and are never touched.
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
  const name = noteName(world, owners, identity);
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
  const { fs, identity } = world;
  if (owners === undefined || identity === undefined) return false;
  const owner = ownerOf(path, { world, owners });
  if (owner === undefined || world.isRunning?.(owner.identity) !== false) return false;
  const own = noteName(world, owners, identity);
  try {
    fs.renameSync(owner.note, own);
    fs.unlinkSync(path);
    return true;
  } catch (error) {
    // Another waiter was first, or the folder cannot be written.
    if (isSystemFailure(error)) return false;
    throw error;
  } finally {
    quietly(() => fs.unlinkSync(own));
  }
}

/** Whose the lock is, by its note; undefined for a lock of git, or one that is gone. */
export function ownerOf(
  path: string,
  { world, owners }: NoteOptions,
): { readonly identity: string; readonly note: string } | undefined {
  if (owners === undefined) return undefined;
  const inode = inodeOf(world, path);
  if (inode === undefined) return undefined;
  const name = notesIn(world, owners).find((other) => inodeOf(world, join(owners, other)) === inode);
  return name === undefined ? undefined : { identity: identityIn(name), note: join(owners, name) };
}

/** Removes the notes that killed processes left. One whose file has a second name still stands for a lock: it stays. */
export function removeDeadNotes(world: Pick<FilesWorld, 'fs' | 'isRunning'>, owners: string): void {
  for (const name of notesIn(world, owners)) {
    if (world.isRunning?.(identityIn(name)) !== false) continue;
    quietly(() => {
      const note = join(owners, name);
      if (world.fs.statSync(note, { throwIfNoEntry: false })?.nlink === 1) world.fs.unlinkSync(note);
    });
  }
}

function noteName(world: FilesWorld, owners: string, identity: string): string {
  return join(owners, `${Buffer.from(world.random(6)).toString('hex')}_${identity}`);
}

function identityIn(name: string): string {
  return name.slice(name.indexOf('_') + 1);
}

/** The inode of a file that has a second name; a lock of git has one only. */
function inodeOf({ fs }: FilesWorld, path: string): number | undefined {
  try {
    const stats = fs.statSync(path, { throwIfNoEntry: false });
    return stats !== undefined && stats.nlink > 1 ? stats.ino : undefined;
  } catch (error) {
    if (isSystemFailure(error)) return undefined;
    throw error;
  }
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

function notesIn({ fs }: Pick<FilesWorld, 'fs'>, folder: string): string[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true }).map(({ name }) => name);
  } catch (error) {
    if (isSystemFailure(error)) return [];
    throw error;
  }
}

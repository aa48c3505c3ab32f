/** Appends to reflogs by git's rules (`core.logAllRefUpdates` in git-config(1)). */
import { dirname } from 'node:path';
import { isSystemError } from '../../errors.ts';
import { formatSignature } from '../objects.ts';
import type { Oid, RefLog } from '../ports.ts';
import { writeFailure } from './failures.ts';
import type { FilesWorld, FileSystem, SharedMode } from './file-system.ts';
import { makeFolder, quietly, writeAll } from './staged-files.ts';

/** Which refs get a reflog: `false` none anew, `true` branches and the like, `always` all. */
export type ReflogPolicy = false | true | 'always';

const NO_OBJECT = '0'.repeat(40);
const LOGGED = ['refs/heads/', 'refs/remotes/', 'refs/notes/'];

/** One move of a ref. */
export interface ReflogEntry {
  readonly ref: string;
  /** Path of the log file. */
  readonly path: string;
  readonly from: Oid | null;
  readonly to: Oid;
  readonly log: RefLog;
}

/** How reflogs are kept in this repository. */
export interface ReflogOptions {
  readonly world: FilesWorld;
  readonly policy: ReflogPolicy;
  readonly shared: SharedMode | undefined;
}

/** Appends the move if the ref is logged. Throws `read-only` or `io`. */
export function appendReflog(entry: ReflogEntry, options: ReflogOptions): void {
  const { fs } = options.world;
  try {
    const isKept = fs.statSync(entry.path, { throwIfNoEntry: false })?.isFile() === true;
    if (!isKept && !isLogged(entry.ref, options.policy)) return;
    const file = openForAppend(entry.path, options);
    try {
      appendWhole(fs, file, Buffer.from(formatLine(entry)));
    } finally {
      fs.closeSync(file);
    }
  } catch (error) {
    throw writeFailure(error, entry.path);
  }
}

/** Appends in one call, so that it is never mixed with what another process appends; on a full disk, nothing. */
function appendWhole(fs: FileSystem, file: number, line: Uint8Array): void {
  const { size } = fs.fstatSync(file);
  try {
    writeAll(fs, file, line);
  } catch (error) {
    // The lock of the ref is held: nobody else has appended meanwhile.
    quietly(() => fs.ftruncateSync(file, size));
    throw error;
  }
}

function openForAppend(path: string, { world, shared }: ReflogOptions): number {
  try {
    return world.fs.openSync(path, 'a');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) makeFolder(world, dirname(path), shared);
    else if (isSystemError(error, 'EISDIR')) removeEmptyFolders(world.fs, path);
    else throw error;
    return world.fs.openSync(path, 'a');
  }
}

/** Removes a folder in which there are only empty folders; anything else stays. */
export function removeEmptyFolders(fs: FileSystem, folder: string): void {
  quietly(() => {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) removeEmptyFolders(fs, `${folder}/${entry.name}`);
    }
    fs.rmdirSync(folder);
  });
}

function isLogged(ref: string, policy: ReflogPolicy): boolean {
  if (policy === 'always') return true;
  return policy && (ref === 'HEAD' || LOGGED.some((prefix) => ref.startsWith(prefix)));
}

function formatLine({ from, to, log }: ReflogEntry): string {
  const who = formatSignature({ name: log.name, email: log.email, seconds: log.at / 1000, timezone: '+0000' });
  const message = log.message.replace(/\s+/g, ' ').trim();
  return `${from ?? NO_OBJECT} ${to} ${who}${message === '' ? '' : `\t${message}`}\n`;
}

/** Reading the files of agents with care, and writing several of them as one: all, or none. */
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { isSystemError, isSystemFault, TasksError } from '../../errors.ts';

/** A file as it was found. */
export interface FoundFile {
  /** The path that the agent knows. Absolute. */
  readonly path: string;
  /** What symbolic links on the way lead to. The same for two names of one file. */
  readonly real: string;
  /** Undefined where there is none. */
  readonly bytes: Buffer | undefined;
  /** Its permission bits; undefined where there is none. */
  readonly mode?: number;
}

/** What a file is to become; undefined: it goes. */
export interface Replacement {
  readonly file: FoundFile;
  readonly next: Buffer | undefined;
  /** Folders that go with it once they are empty, the deepest first. */
  readonly folders?: readonly string[];
}

/**
 * Reads a file, through symbolic links. `inside`: a folder that they must not lead out of, since whoever wrote a repository
 * must not choose which of the user's files are edited. Throws `invalid` or `read-only`, with the file's name.
 */
export function findFile(path: string, inside: string | undefined): FoundFile {
  const real = realPath(path);
  if (inside !== undefined && isOutside(real, realpathSync(inside))) {
    throw refusal('invalid', `${path} leads out of this repository, to ${real}`, 'Make it a file of its own');
  }
  const stat = statSync(real, { throwIfNoEntry: false });
  if (stat === undefined) return { path, real, bytes: undefined };
  if (!stat.isFile()) throw refusal('invalid', `${path} is not a file`, 'Move it away first');
  if ((stat.mode & 0o222) === 0)
    throw refusal('read-only', `${path} is read-only`, `Make it writable: chmod u+w ${path}`);
  return { path, real, bytes: readFileSync(real), mode: stat.mode & 0o777 };
}

/** The text of a file; empty where there is none. A byte order mark stays. Throws `invalid` for what is not UTF-8. */
export function textOf({ path, bytes }: FoundFile): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes ?? new Uint8Array());
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw refusal('invalid', `${path} is not UTF-8 text`, 'Convert it first');
  }
}

/** The folders above a path that are not there yet, the deepest first. */
export function missingFolders(path: string): string[] {
  const missing: string[] = [];
  for (let folder = dirname(path); !existsSync(folder); folder = dirname(folder)) missing.push(folder);
  return missing;
}

/**
 * Writes all of them or none: everything new lies beside its target before the first rename, and what was renamed is put back
 * when a later one fails. Throws `touched` when a file is not as it was found. `unique` names the files in between.
 */
export function replaceAll(replacements: readonly Replacement[], unique: string): void {
  const made: string[] = [];
  const done: Replacement[] = [];
  try {
    for (const { file, next } of replacements) {
      checkSame(file);
      if (next === undefined) continue;
      made.push(...missingFolders(file.real));
      writeNew(temporaryOf(file.real, unique), next, file.mode);
    }
    for (const replacement of replacements) {
      swap(replacement, unique);
      done.push(replacement);
    }
  } catch (error) {
    for (const { file } of done.toReversed()) putBack(file, unique);
    for (const { file } of replacements) rmSync(temporaryOf(file.real, unique), { force: true });
    removeEmpty(made.sort((a, b) => b.length - a.length));
    throw error;
  }
  const folders = replacements.flatMap((replacement) => replacement.folders ?? []);
  removeEmpty(folders.sort((a, b) => b.length - a.length));
}

/** Writes one private file, readable by the user alone: it may hold what stood in settings. */
export function writePrivate(path: string, bytes: Buffer, unique: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeNew(temporaryOf(path, unique), bytes, 0o600);
  renameSync(temporaryOf(path, unique), path);
}

/** Removes those folders that are there and empty. Give the deepest first. */
export function removeEmpty(folders: readonly string[]): void {
  for (const folder of folders) {
    try {
      if (readdirSync(folder).length === 0) rmdirSync(folder);
    } catch (error) {
      if (!isSystemFault(error)) throw error;
    }
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'ENOTDIR')) throw error;
  }
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
    throw refusal('invalid', `${path} is a symbolic link that leads nowhere`, 'Remove it, or make what it leads to');
  }
  const parent = dirname(path);
  return parent === path ? path : join(realPath(parent), path.slice(parent.length));
}

function isOutside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return /^\.\.(?:[/\\]|$)/.test(way) || isAbsolute(way) || /^\.git(?:[/\\]|$)/i.test(way);
}

function checkSame({ path, real, bytes }: FoundFile): void {
  const now = existsSync(real) ? readFileSync(real) : undefined;
  if (now === undefined ? bytes === undefined : bytes?.equals(now) === true) return;
  throw new TasksError('touched', `${path} has changed meanwhile`, { hint: 'Nothing was written. Run it again' });
}

function writeNew(path: string, bytes: Buffer, mode: number | undefined): void {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'wx', mode);
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  // The mask of the process is for new files only: one that was there keeps its mode.
  if (mode !== undefined) chmodSync(path, mode);
}

function swap({ file, next }: Replacement, unique: string): void {
  if (next === undefined) rmSync(file.real, { force: true });
  else renameSync(temporaryOf(file.real, unique), file.real);
}

function putBack({ real, bytes, mode }: FoundFile, unique: string): void {
  if (bytes === undefined) return rmSync(real, { force: true });
  if (existsSync(real) && readFileSync(real).equals(bytes)) return;
  const path = temporaryOf(real, `${unique}.back`);
  writeNew(path, bytes, mode);
  renameSync(path, real);
}

function temporaryOf(path: string, unique: string): string {
  return `${path}.${unique}.tmp`;
}

function refusal(code: 'invalid' | 'read-only', message: string, hint: string): TasksError {
  return new TasksError(code, message, { hint: `Nothing was written. ${hint}` });
}

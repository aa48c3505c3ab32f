/**
 * Keeps the index on disk: a base file with every task and a log of what changed since.
 *
 * Both are caches of what git has, checked by checksums and safe to delete at any time. A change appends one line to the
 * log; when that grows too long, the next writer folds it into a new base, which is put in place by rename.
 */
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { isSystemError, isSystemFault } from '../../errors.ts';
import type { FileSystem } from '../../git/files/file-system.ts';
import { decodeBase, encodeBase } from './base-file.ts';
import { LedgerIndex, type RowUpdate } from './ledger-index.ts';
import type { DamagedFile, IndexHead } from './types.ts';

/** Loads and saves the index of a ledger. */
export interface IndexStore {
  /** The newest index there is, or an empty one. It may describe an older tip. */
  load(): LedgerIndex;
  /**
   * Saves the index and gives the one to go on with: where it was folded into a new base, one that reads from that.
   * Failure is not an error: the next command reads from git what is missing.
   */
  save(index: LedgerIndex): LedgerIndex;
}

/** Where an index is kept. */
export interface IndexStoreOptions {
  readonly fs: FileSystem;
  readonly folder: string;
  readonly oidLength: 40 | 64;
  /** Gives a fresh name for each base file. */
  readonly newId: () => string;
  /** Names the process, so that what it leaves when it is killed can be told from what is being written. */
  readonly owner: () => string;
}

/** A log of more rows than this is folded into the base, or than a twentieth of the tasks. */
const MIN_FOLD = 200;

/** One line of the log: what leads from one tip to another. */
interface LogRecord extends IndexHead {
  readonly from: string;
  readonly damaged: readonly DamagedFile[];
  readonly rows: readonly RowUpdate[];
}

/** An index store in a folder of its own. */
export function fileIndexStore(options: IndexStoreOptions): IndexStore {
  const paths = { base: join(options.folder, 'index'), log: join(options.folder, 'index-log') };
  return {
    load: () => load(options, paths),
    save: (index) => {
      // What is to be saved counts too: after an import, every command would read all of it as lines of the log.
      const isLong = index.logged + index.unsaved.size > Math.max(MIN_FOLD, index.table.size / 20);
      try {
        return index.head.id === '' || isLong ? fold(index, options, paths) : append(index, options, paths);
      } catch (error) {
        // A read-only or full disk: commands are only slower without the cache.
        if (isSystemFault(error)) return index;
        throw error;
      }
    },
  };
}

interface Paths {
  readonly base: string;
  readonly log: string;
}

function load({ fs, oidLength }: IndexStoreOptions, paths: Paths): LedgerIndex {
  // The log first: a writer replaces the base before the log, so lines that fit the base belong to it.
  const records = decodeLog(read(fs, paths.log));
  const file = read(fs, paths.base);
  const base = file === undefined ? undefined : decodeBase(file);
  const index = new LedgerIndex(oidLength, base);
  if (base === undefined) return index;
  for (const record of records) {
    index.logged += record.rows.length;
    // Two processes may have logged the same step; what does not continue from here was overtaken.
    if (record.id === base.head.id && record.from === index.head.tip) index.apply(record);
  }
  index.unsaved.clear();
  index.savedTip = index.head.tip;
  return index;
}

function fold(index: LedgerIndex, options: IndexStoreOptions, paths: Paths): LedgerIndex {
  const bytes = encodeBase({ ...storable(index), head: { ...index.head, id: options.newId() } });
  replace(options, paths.base, bytes);
  remove(options.fs, paths.log);
  return new LedgerIndex(options.oidLength, decodeBase(bytes));
}

function append(index: LedgerIndex, options: IndexStoreOptions, paths: Paths): LedgerIndex {
  const { head, damaged, savedTip: from } = index;
  const rows = [...index.unsaved.values()];
  write(options, { path: paths.log, flags: 'a' }, encodeRecord({ ...head, from, damaged, rows }));
  index.logged += rows.length;
  index.unsaved.clear();
  index.savedTip = head.tip;
  return index;
}

function replace(options: IndexStoreOptions, path: string, bytes: Uint8Array): void {
  const { fs, newId, owner } = options;
  const temporary = `${path}.${newId()}_${owner()}.tmp`;
  try {
    write(options, { path: temporary, flags: 'wx' }, bytes);
    fs.renameSync(temporary, path);
  } catch (error) {
    remove(fs, temporary);
    throw error;
  }
}

function write(
  options: IndexStoreOptions,
  { path, flags }: { readonly path: string; readonly flags: string },
  bytes: Uint8Array,
): void {
  const { fs } = options;
  const file = openIn(options, path, flags);
  try {
    for (let at = 0; at < bytes.length;) at += fs.writeSync(file, bytes, at, bytes.length - at);
  } finally {
    fs.closeSync(file);
  }
}

/** Only the last folder is made: where there is no repository, there is nothing to keep an index for. */
function openIn({ fs, folder }: IndexStoreOptions, path: string, flags: string): number {
  try {
    return fs.openSync(path, flags);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
    fs.mkdirSync(folder);
    return fs.openSync(path, flags);
  }
}

/** The files of an index that cannot be read, by path, and why. Where this is empty the index may still be an old one. */
export function damagedIndexFiles({ fs, folder }: Pick<IndexStoreOptions, 'fs' | 'folder'>): Map<string, string> {
  const problems = new Map<string, string>();
  const base = read(fs, join(folder, 'index'));
  if (base !== undefined && decodeBase(base) === undefined)
    problems.set(join(folder, 'index'), 'it is torn or damaged');
  const file = read(fs, join(folder, 'index-log'));
  const lines = file?.toString('utf8').split('\n') ?? [];
  if (decodeLog(file).length < lines.filter((line) => line !== '').length)
    problems.set(join(folder, 'index-log'), 'it has lines that are cut or damaged');
  return problems;
}

function storable(index: LedgerIndex): Parameters<typeof encodeBase>[0] {
  return {
    head: index.head,
    oidLength: index.oidLength,
    table: index.table,
    damaged: index.damaged,
    blob: (row) => index.blob(row),
    change: (row) => index.change(row),
  };
}

/** A line begins with its own line break: what a killed process left half-written spoils no other. */
function encodeRecord(record: LogRecord): Buffer {
  const text = JSON.stringify(record);
  return Buffer.from(`\n${checksum(text)} ${text}`);
}

function decodeLog(file: Buffer | undefined): LogRecord[] {
  const lines = file?.toString('utf8').split('\n') ?? [];
  return lines.flatMap((line) => {
    const text = line.slice(9);
    return text !== '' && line.startsWith(`${checksum(text)} `) ? [JSON.parse(text) as LogRecord] : [];
  });
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}

function read(fs: FileSystem, path: string): Buffer | undefined {
  try {
    return fs.readFileSync(path);
  } catch (error) {
    if (isSystemFault(error)) return undefined;
    throw error;
  }
}

function remove(fs: FileSystem, path: string): void {
  try {
    fs.unlinkSync(path);
  } catch (error) {
    if (!isSystemFault(error)) throw error;
  }
}

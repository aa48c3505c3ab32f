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
  newId(): string;
  /** Names the process, so that what it leaves when it is killed can be told from what is being written. */
  owner(): string;
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
  const { fs, folder, oidLength, newId, owner } = options;
  const basePath = join(folder, 'index');
  const logPath = join(folder, 'index-log');
  const load = (): LedgerIndex => {
    // The log first: a writer replaces the base before the log, so lines that fit the base belong to it.
    const records = decodeLog(read(fs, logPath));
    const file = read(fs, basePath);
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
  };
  const save = (index: LedgerIndex): LedgerIndex => {
    try {
      return index.head.id === '' || index.logged > Math.max(MIN_FOLD, index.table.size / 20) ? fold(index) : log(index);
    } catch (error) {
      // A read-only or full disk: commands are only slower without the cache.
      if (isSystemFault(error)) return index;
      throw error;
    }
  };
  const fold = (index: LedgerIndex): LedgerIndex => {
    const bytes = encodeBase({ ...storable(index), head: { ...index.head, id: newId() } });
    replace(basePath, bytes);
    remove(fs, logPath);
    return new LedgerIndex(oidLength, decodeBase(bytes));
  };
  const log = (index: LedgerIndex): LedgerIndex => {
    const { head, damaged, savedTip: from } = index;
    const rows = [...index.unsaved.values()];
    write(logPath, 'a', encodeRecord({ ...head, from, damaged, rows }));
    index.logged += rows.length;
    index.unsaved.clear();
    index.savedTip = head.tip;
    return index;
  };
  const replace = (path: string, bytes: Uint8Array): void => {
    const temporary = `${path}.${newId()}_${owner()}.tmp`;
    try {
      write(temporary, 'wx', bytes);
      fs.renameSync(temporary, path);
    } catch (error) {
      remove(fs, temporary);
      throw error;
    }
  };
  const write = (path: string, flags: string, bytes: Uint8Array): void => {
    const file = openIn(options, path, flags);
    try {
      for (let at = 0; at < bytes.length;) at += fs.writeSync(file, bytes, at, bytes.length - at);
    } finally {
      fs.closeSync(file);
    }
  };
  return { load, save };
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
  if (base !== undefined && decodeBase(base) === undefined) problems.set(join(folder, 'index'), 'it is torn or damaged');
  const log = read(fs, join(folder, 'index-log'));
  const lines = log?.toString('utf8').split('\n').filter((line) => line !== '') ?? [];
  if (decodeLog(log).length < lines.length) problems.set(join(folder, 'index-log'), 'it has lines that are cut or damaged');
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

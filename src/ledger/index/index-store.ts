/**
 * Keeps the index on disk: a base file with every task and a small delta with what changed since.
 *
 * Both are caches keyed by the tip that they describe, replaced by rename, and safe to delete at any time. A change
 * rewrites only the delta; when that grows too long, the next writer folds it into a new base.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { isSystemError } from '../../errors.ts';
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

/** A delta with more rows than this is folded into the base, or than a twentieth of the tasks. */
const MIN_FOLD = 200;

interface DeltaHeader extends IndexHead {
  readonly damaged: readonly DamagedFile[];
  readonly rows: number;
}

/** An index store in a folder of its own. `newId` gives a fresh name for each base file. */
export function fileIndexStore(folder: string, options: { oidLength: 40 | 64; newId: () => string }): IndexStore {
  const basePath = join(folder, 'index');
  const deltaPath = join(folder, 'index-delta');
  const load = (): LedgerIndex => {
    // The delta first: a writer replaces the base before the delta, so a pair that fits is a true pair.
    const delta = decodeDelta(read(deltaPath));
    const file = read(basePath);
    const base = file === undefined ? undefined : decodeBase(file);
    const index = new LedgerIndex(options.oidLength, base);
    if (base !== undefined && delta !== undefined && delta.header.id === base.head.id) {
      const { tip, tree, damaged } = delta.header;
      index.apply({ tip, tree, damaged, rows: delta.rows });
    }
    return index;
  };
  const save = (index: LedgerIndex): LedgerIndex => {
    const fold = index.head.id === '' || index.fresh.size > Math.max(MIN_FOLD, index.table.size / 20);
    try {
      makeFolder(folder);
      if (fold) {
        const bytes = encodeBase({ ...storable(index), head: { ...index.head, id: options.newId() } });
        replace(basePath, bytes);
        rmSync(deltaPath, { force: true });
        return new LedgerIndex(options.oidLength, decodeBase(bytes));
      }
      replace(deltaPath, encodeDelta(index));
    } catch (error) {
      // A read-only or full disk: commands are only slower without the cache.
      if (!isSystemError(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOENT', 'ENOTDIR')) throw error;
    }
    return index;
  };
  const replace = (path: string, bytes: Uint8Array): void => {
    const temporary = `${path}.${options.newId()}.tmp`;
    try {
      writeFileSync(temporary, bytes);
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  };
  return { load, save };
}

/** Only the last folder is made: where there is no repository, there is nothing to keep an index for. */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
  }
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

function encodeDelta(index: LedgerIndex): Buffer {
  const header: DeltaHeader = { ...index.head, damaged: index.damaged, rows: index.fresh.size };
  const lines = [header, ...index.fresh.values()].map((line) => `${JSON.stringify(line)}\n`);
  const body = Buffer.from(lines.join(''));
  return Buffer.concat([body, Buffer.from(crc32(body).toString(16).padStart(8, '0'))]);
}

function decodeDelta(file: Buffer | undefined): { header: DeltaHeader; rows: RowUpdate[] } | undefined {
  if (file === undefined || file.length < 8) return undefined;
  const body = file.subarray(0, -8);
  if (crc32(body).toString(16).padStart(8, '0') !== file.toString('latin1', file.length - 8)) return undefined;
  const [header, ...rows] = body.toString('utf8').trimEnd().split('\n');
  if (header === undefined) return undefined;
  return { header: JSON.parse(header) as DeltaHeader, rows: rows.map((row) => JSON.parse(row) as RowUpdate) };
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR')) return undefined;
    throw error;
  }
}

/** What setups have done to files, so that `--remove` can give back the very bytes that were there before. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { TasksError } from '../../errors.ts';
import { removeEmpty, writePrivate } from './files.ts';

/** One file that a setup has written. */
export interface RecordEntry {
  /** The bytes before the first setup, in base64; null: there was no file. */
  readonly original: string | null;
  /** SHA-256 of what the last setup wrote, in hex: whether somebody has edited it since. */
  readonly made: string;
  /** Folders that had to be made for it, the deepest first. */
  readonly folders: readonly string[];
}

/** The entries by the real path of their file. */
export type SetupRecord = ReadonlyMap<string, RecordEntry>;

/** The record in this file; empty where there is none. Throws `damaged`. */
export function readRecord(path: string): SetupRecord {
  if (!existsSync(path)) return new Map();
  const record = parseRecord(readFileSync(path, 'utf8'));
  if (record !== undefined) return record;
  throw new TasksError('damaged', `${path} is not a record that git tasks setup has written`, {
    hint: 'Delete it: setup --remove then takes out what is ours, and cannot restore the bytes before it',
  });
}

function parseRecord(text: string): SetupRecord | undefined {
  try {
    const { version, files } = JSON.parse(text) as { version?: unknown; files?: unknown };
    if (version !== 1 || typeof files !== 'object' || files === null) return undefined;
    const entries = Object.entries(files).filter((pair): pair is [string, RecordEntry] => isEntry(pair[1]));
    return entries.length === Object.keys(files).length ? new Map(entries) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

function isEntry(value: unknown): value is RecordEntry {
  const { original, made, folders } = (value ?? {}) as Partial<Record<keyof RecordEntry, unknown>>;
  return (original === null || typeof original === 'string') && typeof made === 'string' && Array.isArray(folders);
}

/** Replaces the record; an empty one goes, with its folder where that is empty then. */
export function writeRecord(path: string, record: SetupRecord, unique: string): void {
  if (record.size > 0) {
    const text = `${JSON.stringify({ version: 1, files: Object.fromEntries(record) }, undefined, 1)}\n`;
    return writePrivate(path, Buffer.from(text), unique);
  }
  rmSync(path, { force: true });
  removeEmpty([dirname(path)]);
}

/** The mark by which a file is known to be as a setup left it. */
export function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

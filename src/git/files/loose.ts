/**
 * Loose objects: one deflated file each, `objects/xx/yyyy…`.
 *
 * Source: gitformat-loose / "Object storage" in gitrepository-layout(5).
 */
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { isSystemError } from '../../errors.ts';
import type { GitObject, NewObject, ObjectType, Oid } from '../ports.ts';
import { damaged, isDamage, readFailure } from './failures.ts';
import type { FileSystem } from './file-system.ts';
import { quietly, StagedFiles, type StageOptions } from './staged-files.ts';
import { deflate } from './zlib.ts';

/** Most task objects fit, so that one read call is enough. */
const SCRATCH_BYTES = 64 * 1024;

/** `commit 1234\0` and more: where the header must end. */
const MAX_HEADER = 32;

const HEADER = /^(blob|tree|commit|tag) (0|[1-9]\d{0,15})$/;

/** The path of a loose object. */
export function looseObjectPath(objectsDir: string, oid: Oid): string {
  return `${objectsDir}/${oid.slice(0, 2)}/${oid.slice(2)}`;
}

/** Reads loose objects of one objects folder. */
export class LooseReader {
  readonly #fs: FileSystem;
  readonly #objectsDir: string;
  #scratch: Buffer | undefined;

  constructor(fs: FileSystem, objectsDir: string) {
    this.#fs = fs;
    this.#objectsDir = objectsDir;
  }

  /** Whether the file is there and not empty. */
  has(oid: Oid): boolean {
    const stats = this.#fs.statSync(looseObjectPath(this.#objectsDir, oid), { throwIfNoEntry: false });
    return stats !== undefined && stats.size > 0;
  }

  /** The object, or undefined when there is no file. Throws `damaged` when the file is torn. */
  read(oid: Oid): GitObject | undefined {
    const path = looseObjectPath(this.#objectsDir, oid);
    const deflated = this.#readFile(path);
    return deflated === undefined ? undefined : parseLoose(deflated, path);
  }

  /** Like `read`, with a torn file as a value. */
  look(oid: Oid): GitObject | 'damaged' | undefined {
    try {
      return this.read(oid);
    } catch (error) {
      if (isDamage(error)) return 'damaged';
      throw error;
    }
  }

  /** The file's bytes, valid until the next call. */
  #readFile(path: string): Buffer | undefined {
    const scratch = (this.#scratch ??= Buffer.allocUnsafe(SCRATCH_BYTES));
    let file: number;
    try {
      file = this.#fs.openSync(path, 'r');
    } catch (error) {
      if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined;
      throw readFailure(error, path);
    }
    try {
      const length = this.#fs.readSync(file, scratch, 0, scratch.length, 0);
      return length < scratch.length ? scratch.subarray(0, length) : this.#fs.readFileSync(path);
    } catch (error) {
      throw readFailure(error, path);
    } finally {
      // Nothing was written, so a failure to close loses nothing.
      quietly(() => this.#fs.closeSync(file));
    }
  }
}

/** The object in a loose file. Throws `damaged` with the path. */
function parseLoose(deflated: Buffer, path: string): GitObject {
  let bytes: Buffer;
  try {
    // Text shrinks to a third or less, so this holds most objects in one buffer; larger ones take a few.
    bytes = inflateSync(deflated, { chunkSize: Math.max(512, deflated.length * 4) });
  } catch (error) {
    throw damaged(path, deflated.length === 0 ? 'it is empty' : 'it cannot be inflated', error);
  }
  const end = bytes.subarray(0, MAX_HEADER).indexOf(0);
  const match = HEADER.exec(bytes.toString('latin1', 0, Math.max(0, end)));
  if (match === null) throw damaged(path, 'it has no object header');
  const data = bytes.subarray(end + 1);
  if (data.length !== Number(match[2])) throw damaged(path, `it holds ${data.length} bytes instead of ${match[2]}`);
  return { type: match[1] as ObjectType, data };
}

/** Writes the objects as loose files, all of them durable before the first gets its name. */
export async function writeLoose(
  objectsDir: string,
  objects: readonly NewObject[],
  options: StageOptions,
): Promise<void> {
  const stage = new StagedFiles(options);
  for (const { oid, type, data } of objects) {
    const folder = join(objectsDir, oid.slice(0, 2));
    const header = Buffer.from(`${type} ${data.length}\0`);
    stage.add(folder, looseObjectPath(objectsDir, oid), [deflate(Buffer.concat([header, data]))]);
  }
  await stage.sync();
  stage.commit();
}

/**
 * Reads objects from one pack by position.
 *
 * Source: gitformat-pack(5). An entry is a header (type, inflated size), for a delta the place or id of its base, and a
 * zlib stream. Deltas are resolved through a bounded cache, because neighbours share their bases.
 */
import type { GitObject, ObjectType } from '../ports.ts';
import { applyDelta } from './delta.ts';
import { damaged } from './failures.ts';
import type { FileSystem } from './file-system.ts';
import { PackIndex } from './pack-index.ts';
import { FileWindow } from './window.ts';
import { deflatedBound, inflateExactly } from './zlib.ts';

/** Longer than any chain that git makes (its own limit is 4095); more is a loop. */
const MAX_CHAIN = 10_000;

/** Type and size take at most 10 bytes, the base of a delta at most 20. */
const MAX_ENTRY_HEADER = 32;

/** Bytes of resolved objects that are kept for deltas to come while many are read. */
const CACHE_BYTES = 32 * 1024 * 1024;

/** Bytes of them that stay for the next time: a program that runs for hours reads each object once. */
const KEPT_BYTES = 2 * 1024 * 1024;

/** A pack up to this size may be read as a whole for many objects. */
const MAX_WHOLE = 64 * 1024 * 1024;

/** How much of a larger pack is read at once for many objects. */
const WIDE_WINDOW = 256 * 1024;

/** Bytes of pack that one wanted object justifies reading. */
const BYTES_PER_OBJECT = 8192;

const OFS_DELTA = 6;
const REF_DELTA = 7;
const TYPES: Readonly<Record<number, ObjectType>> = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' };

interface Entry {
  readonly type: ObjectType | undefined;
  readonly size: number;
  /** Where its zlib stream starts. */
  readonly dataAt: number;
  /** Where the base starts; undefined for a whole object. */
  readonly base: number | undefined;
}

/** A pack with its index; files are opened at the first need. */
export class Pack {
  /** Path without extension. */
  readonly stem: string;
  readonly #fs: FileSystem;
  #index: PackIndex | undefined;
  #window: FileWindow | undefined;
  #objectsByOffset = new Map<number, GitObject>();
  #cachedBytes = 0;

  constructor(fs: FileSystem, stem: string) {
    this.#fs = fs;
    this.stem = stem;
  }

  get path(): string {
    return `${this.stem}.pack`;
  }

  /** Where the object starts, or undefined. `oid` is 20 bytes. Throws the system's error when the index is gone. */
  find(oid: Buffer): number | undefined {
    return this.#openIndex().find(oid);
  }

  /** Runs many look-ups with as much of the index in memory as they are worth. */
  withIndex<Result>(lookups: number, action: () => Result): Result {
    const index = this.#openIndex();
    index.preload(index.size <= lookups * BYTES_PER_OBJECT && index.size <= MAX_WHOLE);
    try {
      return action();
    } finally {
      index.preload(false);
    }
  }

  /** Runs reads, best in the order of the pack, with as much of it in memory as this many are worth. */
  withObjects<Result>(reads: number, action: () => Result): Result {
    const window = this.#openPack();
    const isWhole = window.size <= MAX_WHOLE && window.size <= reads * BYTES_PER_OBJECT;
    if (isWhole) window.widen(window.size);
    else if (reads > 1) window.widen(WIDE_WINDOW);
    try {
      return action();
    } finally {
      window.narrow();
      this.#trim(KEPT_BYTES);
    }
  }

  /** The object at this place. Throws `damaged`, or the system's error when the pack is gone. */
  readAt(offset: number): GitObject {
    const window = this.#openPack();
    const deltas: { offset: number; delta: Buffer }[] = [];
    let at = offset;
    let object = this.#objectsByOffset.get(at);
    while (object === undefined) {
      const entry = this.#entryAt(window, at);
      const data = this.#inflate(window, at, entry);
      if (entry.base === undefined) {
        object = { type: entry.type ?? 'blob', data };
        this.#remember(at, object);
        break;
      }
      deltas.push({ offset: at, delta: data });
      if (deltas.length > MAX_CHAIN) throw damaged(this.path, `the deltas at byte ${offset} run in a circle`);
      at = entry.base;
      object = this.#objectsByOffset.get(at);
    }
    for (const { offset: place, delta } of deltas.toReversed()) {
      object = { type: object.type, data: this.#apply(object.data as Buffer, delta, place) };
      this.#remember(place, object);
    }
    return object;
  }

  /** Closes the files and empties the cache; the next use opens them again. */
  close(): void {
    this.#index?.close();
    this.#window?.close();
    this.#index = undefined;
    this.#window = undefined;
    this.#objectsByOffset = new Map();
    this.#cachedBytes = 0;
  }

  #openIndex(): PackIndex {
    return (this.#index ??= new PackIndex(this.#fs, `${this.stem}.idx`));
  }

  #openPack(): FileWindow {
    if (this.#window !== undefined) return this.#window;
    const window = new FileWindow(this.#fs, this.path);
    try {
      const head = window.exactlyAt(0, 12);
      const isPack = head.toString('latin1', 0, 4) === 'PACK' && [2, 3].includes(head.readUInt32BE(4));
      if (!isPack) throw damaged(this.path, 'it does not start like a pack');
      if (head.readUInt32BE(8) !== this.#openIndex().count)
        throw damaged(this.path, 'its index belongs to another pack');
    } catch (error) {
      window.close();
      throw error;
    }
    this.#window = window;
    return window;
  }

  #entryAt(window: FileWindow, offset: number): Entry {
    const head = window.bytesAt(offset, MAX_ENTRY_HEADER);
    let at = 0;
    let byte = head[at++] ?? 0;
    const type = (byte >> 4) & 7;
    let size = byte & 0x0f;
    for (let scale = 16; (byte & 0x80) !== 0 && at < head.length; scale *= 128) {
      byte = head[at++] ?? 0;
      size += (byte & 0x7f) * scale;
    }
    if (type === OFS_DELTA) {
      const { distance, next } = readDistance(head, at);
      if (distance <= 0 || distance >= offset) throw damaged(this.path, `the delta at byte ${offset} has no base`);
      return { type: undefined, size, dataAt: offset + next, base: offset - distance };
    }
    if (type === REF_DELTA) {
      const base = this.find(head.subarray(at, at + 20));
      if (base === undefined) throw damaged(this.path, `the base of the delta at byte ${offset} is missing`);
      return { type: undefined, size, dataAt: offset + at + 20, base };
    }
    const named = TYPES[type];
    if (named === undefined || at >= head.length) throw damaged(this.path, `there is no object at byte ${offset}`);
    return { type: named, size, dataAt: offset + at, base: undefined };
  }

  #inflate(window: FileWindow, offset: number, entry: Entry): Buffer {
    try {
      return inflateExactly(window.bytesAt(entry.dataAt, deflatedBound(entry.size)), entry.size);
    } catch (error) {
      throw this.#broken(offset, error);
    }
  }

  #apply(base: Buffer, delta: Buffer, offset: number): Buffer {
    try {
      return applyDelta(base, delta);
    } catch (error) {
      throw this.#broken(offset, error);
    }
  }

  #broken(offset: number, error: unknown): unknown {
    const isOurs = error instanceof Error && error.name === 'TasksError';
    return isOurs ? error : damaged(this.path, `the object at byte ${offset} cannot be read`, error);
  }

  #remember(offset: number, object: GitObject): void {
    const size = object.data.length;
    if (size > CACHE_BYTES / 4) return;
    this.#objectsByOffset.set(offset, { type: object.type, data: withoutPool(object.data) });
    this.#cachedBytes += size;
    this.#trim(CACHE_BYTES);
  }

  #trim(bytes: number): void {
    // A map keeps the order of insertion, so the first key is the oldest.
    for (const [oldest, old] of this.#objectsByOffset) {
      if (this.#cachedBytes <= bytes) break;
      this.#objectsByOffset.delete(oldest);
      this.#cachedBytes -= old.data.length;
    }
  }
}

/** Node cuts small buffers, and what zlib gives, from pools of 8 kB: to keep one of 400 bytes would keep its whole pool. */
function withoutPool(data: Uint8Array): Uint8Array {
  if (data.buffer.byteLength <= data.length + 64) return data;
  const own = Buffer.allocUnsafeSlow(data.length);
  own.set(data);
  return own;
}

/** The distance to the base of an offset delta: seven bits a byte, highest first, one added per further byte. */
function readDistance(head: Buffer, start: number): { distance: number; next: number } {
  let at = start;
  let byte = head[at++] ?? 0;
  let distance = byte & 0x7f;
  while ((byte & 0x80) !== 0 && at < head.length) {
    byte = head[at++] ?? 0;
    distance = (distance + 1) * 128 + (byte & 0x7f);
  }
  return { distance, next: at };
}

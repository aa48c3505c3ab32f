/**
 * Writes objects as a pack of version 2 with its index.
 *
 * Source: gitformat-pack(5). One file instead of thousands: 10,000 tasks are stored in one rename. There are deltas only
 * where the caller says what an object resembles; `git gc` finds the others later.
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { invariant } from '../../errors.ts';
import type { HashAlgorithm } from '../objects.ts';
import type { NewObject, ObjectType, Oid } from '../ports.ts';
import { makeDelta } from './make-delta.ts';
import { StagedFiles, type StageOptions } from './staged-files.ts';
import { deflate } from './zlib.ts';

const TYPE_NUMBERS: Readonly<Record<ObjectType, number>> = { commit: 1, tree: 2, blob: 3, tag: 4 };

/** Content that goes into one pack, in bytes: it is built in memory. */
const MAX_CONTENT = 256 * 1024 * 1024;

/** The number of an entry that is a delta to an earlier entry of the pack. */
const OFS_DELTA = 6;

/** Longest chain of deltas: git's own default, since each link costs a reader one more object. */
const MAX_DEPTH = 50;

/** An object in a pack. */
export interface Packed {
  readonly oid: Buffer;
  readonly crc: number;
  readonly offset: number;
}

/** Stores the objects in one pack (several when they are large), each durable before it gets its name. */
export function writePacks(objectsDir: string, objects: readonly NewObject[], options: StageOptions): void {
  for (const batch of packBatches(objects)) writePack(objectsDir, batch, options);
}

/** The objects in parts of which each is small enough for one pack in memory. */
export function* packBatches(objects: readonly NewObject[]): Generator<readonly NewObject[]> {
  let batch: NewObject[] = [];
  let content = 0;
  for (const object of objects) {
    if (batch.length > 0 && content + object.data.length > MAX_CONTENT) {
      yield batch;
      batch = [];
      content = 0;
    }
    batch.push(object);
    content += object.data.length;
  }
  if (batch.length > 0) yield batch;
}

/** Stores the objects in one pack, durable before it gets its name; gives its path without extension. */
export function writePack(objectsDir: string, objects: readonly NewObject[], options: StageOptions): string {
  return storePack(objectsDir, buildPack(objects), options);
}

/** A pack in memory: its bytes, its checksum (which ends them), and where each object is. */
export interface BuiltPack {
  readonly pack: Buffer;
  readonly checksum: Buffer;
  readonly entries: readonly Packed[];
}

/** Stores a pack and its index; gives its path without extension. */
export function storePack(objectsDir: string, { pack, checksum, entries }: BuiltPack, options: StageOptions): string {
  const folder = `${objectsDir}/pack`;
  const stem = `${folder}/pack-${checksum.toString('hex')}`;
  const stage = new StagedFiles(options);
  // A pack without an index is invisible, so the index gets its name last.
  stage.add(folder, `${stem}.pack`, [pack]);
  stage.add(folder, `${stem}.idx`, [buildIndex(entries, checksum)]);
  stage.commit();
  return stem;
}

/** The first twelve bytes of a pack with this many objects. */
export function packHeader(count: number): Buffer {
  const head = Buffer.from('PACK\0\0\0\u0002\0\0\0\0', 'latin1');
  head.writeUInt32BE(count, 8);
  return head;
}

interface Base {
  readonly offset: number;
  readonly data: Uint8Array;
  readonly type: ObjectType;
  readonly depth: number;
}

/** Builds a pack of these objects. Its checksum is of the repository's own algorithm. */
export function buildPack(objects: readonly NewObject[], algorithm: HashAlgorithm = 'sha1'): BuiltPack {
  const head = packHeader(objects.length);
  const parts: Buffer[] = [head];
  const entries: Packed[] = [];
  const bases = new Map<Oid, Base>();
  let offset = head.length;
  for (const object of objects) {
    const { oid, type, data, like } = object;
    const base = like === undefined ? undefined : bases.get(like);
    const entry = (base && deltaEntry(object, base, offset)) ?? [
      entryHeader(TYPE_NUMBERS[type], data.length),
      deflate(data),
    ];
    const crc = entry.reduce((sum, part) => crc32(part, sum), 0);
    entries.push({ oid: Buffer.from(oid, 'hex'), crc, offset });
    bases.set(oid, { offset, data, type, depth: entry.length === 3 && base !== undefined ? base.depth + 1 : 0 });
    parts.push(...entry);
    offset += entry.reduce((sum, part) => sum + part.length, 0);
  }
  return { ...sealPack(parts, algorithm), entries };
}

/** The bytes of a pack with its checksum. */
export function sealPack(parts: readonly Uint8Array[], algorithm: HashAlgorithm = 'sha1'): Omit<BuiltPack, 'entries'> {
  const body = Buffer.concat(parts);
  const checksum = createHash(algorithm).update(body).digest();
  return { pack: Buffer.concat([body, checksum]), checksum };
}

/** The object as a delta, in three parts; undefined where that is not worth it. */
function deltaEntry({ type, data }: NewObject, base: Base, offset: number): Buffer[] | undefined {
  if (base.type !== type || base.depth >= MAX_DEPTH) return undefined;
  const delta = makeDelta(base.data, data);
  if (delta.length * 2 > data.length) return undefined;
  return [entryHeader(OFS_DELTA, delta.length), distanceBytes(offset - base.offset), deflate(delta)];
}

/** Seven bits a byte, highest first, one added per further byte. */
function distanceBytes(distance: number): Buffer {
  const bytes = [distance & 0x7f];
  for (let rest = Math.floor(distance / 128); rest > 0; rest = Math.floor(rest / 128)) {
    rest -= 1;
    bytes.unshift((rest & 0x7f) | 0x80);
  }
  return Buffer.from(bytes);
}

/** Type and inflated size: four bits of the size in the first byte, then seven a byte, lowest first. */
function entryHeader(type: number, size: number): Buffer {
  const bytes: number[] = [];
  let byte = (type << 4) | (size & 0x0f);
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.push(byte | 0x80);
    byte = rest & 0x7f;
  }
  bytes.push(byte);
  return Buffer.from(bytes);
}

function buildIndex(unordered: readonly Packed[], packChecksum: Buffer): Buffer {
  const entries = unordered.toSorted((a, b) => Buffer.compare(a.oid, b.oid));
  const fanOut = Buffer.alloc(256 * 4);
  const numbers = Buffer.alloc(entries.length * 8);
  const counts = new Uint32Array(256);
  entries.forEach(({ oid, crc, offset }, position) => {
    invariant(offset < 0x8000_0000, 'a pack of ours stays below 2 GB');
    counts[oid[0] ?? 0] = (counts[oid[0] ?? 0] ?? 0) + 1;
    numbers.writeUInt32BE(crc, position * 4);
    numbers.writeUInt32BE(offset, (entries.length + position) * 4);
  });
  let total = 0;
  counts.forEach((count, first) => fanOut.writeUInt32BE((total += count), first * 4));
  const head = Buffer.from([0xff, 0x74, 0x4f, 0x63, 0, 0, 0, 2]);
  const body = Buffer.concat([head, fanOut, ...entries.map((entry) => entry.oid), numbers, packChecksum]);
  return Buffer.concat([body, createHash('sha1').update(body).digest()]);
}

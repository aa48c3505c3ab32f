/** Reads all of a pack at once: what is in it, whether it is whole, and how several become one. */
import type { ObjectStore, Oid } from '../ports.ts';
import { damaged, isDamage, isSystemFailure } from './failures.ts';
import type { FileSystem } from './file-system.ts';
import { Pack } from './pack.ts';
import { type Packed, packHeader, sealPack, storePack } from './pack-write.ts';
import type { StageOptions } from './staged-files.ts';

/** Before the first and after the last object of a pack: its header and its checksum. */
const HEADER_BYTES = 12;
const CHECKSUM_BYTES = 20;
/** Where the ids begin in an index of version 2: after magic, version and fan-out table. */
const OIDS_AT = 8 + 256 * 4;
const OID_BYTES = 20;
const LARGE = 0x8000_0000;

/** The objects of a pack by its index, in the order of their ids. Throws `damaged` for an index of another form. */
export function readPackEntries(fs: FileSystem, stem: string): Packed[] {
  const path = `${stem}.idx`;
  const index = fs.readFileSync(path);
  const isKnown = index.length >= OIDS_AT && index.readUInt32BE(0) === 0xff744f63 && index.readUInt32BE(4) === 2;
  const count = isKnown ? index.readUInt32BE(OIDS_AT - 4) : 0;
  if (!isKnown || index.length < OIDS_AT + count * (OID_BYTES + 8))
    throw damaged(path, 'it is no whole index of version 2');
  const crcs = OIDS_AT + count * OID_BYTES;
  return Array.from({ length: count }, (_, i) => {
    const offset = index.readUInt32BE(crcs + (count + i) * 4);
    if (offset >= LARGE) throw damaged(path, 'its pack is too large to be read at once');
    const at = OIDS_AT + i * OID_BYTES;
    return { oid: index.subarray(at, at + OID_BYTES), crc: index.readUInt32BE(crcs + i * 4), offset };
  });
}

/** Which of these objects the pack gives whole. Opens it anew and reads every one of them from the disk. */
export function wholeInPack(
  fs: FileSystem,
  stem: string,
  wanted: { readonly oids: Iterable<Oid>; readonly hash: ObjectStore['hash'] },
): Set<Oid> {
  const whole = new Set<Oid>();
  const pack = new Pack(fs, stem);
  try {
    const places = [...wanted.oids].flatMap((oid) => {
      const offset = pack.find(Buffer.from(oid, 'hex'));
      return offset === undefined ? [] : [{ oid, offset }];
    });
    places.sort((a, b) => a.offset - b.offset);
    if (places.length === 0) return whole;
    pack.withObjects(places.length, () => {
      for (const { oid, offset } of places) if (isWhole(pack, { oid, offset }, wanted.hash)) whole.add(oid);
    });
  } catch (error) {
    // A gc of git has removed it: then it gives nothing.
    if (isSystemFailure(error)) return new Set();
    throw error;
  } finally {
    pack.close();
  }
  return whole;
}

function isWhole(pack: Pack, { oid, offset }: { oid: Oid; offset: number }, hash: ObjectStore['hash']): boolean {
  try {
    const { type, data } = pack.readAt(offset);
    return hash(type, data) === oid;
  } catch (error) {
    if (isDamage(error)) return false;
    throw error;
  }
}

/**
 * Stores one pack with the objects of several, copied as they are; gives its path without extension. Deltas stay right,
 * because they say how far before them their base begins. Undefined when two of the packs have an object in common.
 */
export function joinPacks(objectsDir: string, stems: readonly string[], stage: StageOptions): string | undefined {
  const { fs } = stage.world;
  const lists = stems.map((stem) => readPackEntries(fs, stem));
  const count = lists.reduce((sum, list) => sum + list.length, 0);
  if (new Set(lists.flatMap((list) => list.map(({ oid }) => oid.toString('hex')))).size !== count) return undefined;
  const parts: Buffer[] = [packHeader(count)];
  const entries: Packed[] = [];
  let at = HEADER_BYTES;
  for (const [i, stem] of stems.entries()) {
    const bytes = fs.readFileSync(`${stem}.pack`);
    const body = bytes.subarray(HEADER_BYTES, bytes.length - CHECKSUM_BYTES);
    const moved = at - HEADER_BYTES;
    for (const entry of lists[i] ?? []) entries.push({ ...entry, offset: entry.offset + moved });
    parts.push(body);
    at += body.length;
  }
  return storePack(objectsDir, { ...sealPack(parts), entries }, stage);
}

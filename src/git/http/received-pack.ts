/** Puts a pack that came over the network among the objects: whole and indexed, or not at all. */
import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where packs go, and what makes their indexes (next to a file that is named from the git folder). */
export interface PackPlace {
  readonly commonDir: string;
  readonly index: (file: string) => Promise<unknown>;
}

const HEADER_BYTES = 12;
const CHECKSUM_BYTES = 20;

/** Stores a pack. Gives false when it is not whole: its last bytes are the hash of the others. */
export async function storeReceivedPack(
  { commonDir, index }: PackPlace,
  { data, name }: { readonly data: Buffer; readonly name: string },
): Promise<boolean> {
  if (data.length < HEADER_BYTES + CHECKSUM_BYTES) return false;
  const end = data.length - CHECKSUM_BYTES;
  const checksum = createHash('sha1').update(data.subarray(0, end)).digest('hex');
  if (data.toString('hex', end) !== checksum) return false;
  // A pack without objects needs no place.
  if (data.readUInt32BE(8) === 0) return true;
  const file = join('git-tasks', `incoming-${name}.pack`);
  const from = join(commonDir, file);
  const stem = join(commonDir, 'objects', 'pack', `pack-${checksum}`);
  mkdirSync(dirname(from), { recursive: true });
  mkdirSync(dirname(stem), { recursive: true });
  writeFileSync(from, data, { mode: 0o444, flush: true });
  await index(file);
  // The index last: a pack counts from the moment that it has one.
  renameSync(from, `${stem}.pack`);
  renameSync(from.replace(/pack$/, 'idx'), `${stem}.idx`);
  return true;
}

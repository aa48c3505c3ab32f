/** Keeps the packs few: small ones become one. */
import { basename } from 'node:path';
import { isSystemFault } from '../../errors.ts';
import type { FileSystem } from '../../git/files/file-system.ts';
import { joinPacks, readPackEntries, wholeInPack } from '../../git/files/pack-entries.ts';
import { quietly } from '../../git/files/staged-files.ts';
import type { TidyPlace } from './place.ts';

/** So many packs of its own tidying leaves alone. */
const MAX_PACKS = 8;

/** The most that is joined, in bytes: it is done in memory. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Joins the small ones of these packs. Gives the packs that are there afterwards, and how many became part of another. */
export function joinOwnPacks(
  place: TidyPlace,
  own: readonly string[],
): { readonly own: readonly string[]; readonly joined: number } {
  const { files, objectsDir, shared, objects } = place;
  const { fs } = files;
  const sizes = own.map((stem) => ({
    stem,
    bytes: fs.statSync(`${stem}.pack`, { throwIfNoEntry: false })?.size ?? Infinity,
  }));
  const small = planJoin(sizes.filter(({ stem }) => isDeletable(fs, stem)));
  if (small.length === 0) return { own, joined: 0 };
  const stem = joinPacks(objectsDir, small, { world: files, isDurable: true, shared });
  if (stem === undefined) return { own, joined: 0 };
  syncFolder(fs, `${objectsDir}/pack`);
  const oids = readPackEntries(fs, stem).map(({ oid }) => oid.toString('hex'));
  const whole = wholeInPack(fs, stem, { oids, hash: objects.hash.bind(objects) });
  if (whole.size !== oids.length) return { own: [...own, stem], joined: 0 };
  removePacks(fs, small, [stem]);
  return { own: [...own.filter((other) => !small.includes(other)), stem], joined: small.length };
}

/**
 * The smallest packs, up to the first that is twice as large as all of them together: then each object is copied only
 * about log2 of the number of times that something is packed (as `git repack --geometric=2`).
 */
export function planJoin(packs: readonly { readonly stem: string; readonly bytes: number }[]): string[] {
  if (packs.length <= MAX_PACKS) return [];
  const ordered = packs.toSorted((a, b) => a.bytes - b.bytes);
  const chosen: string[] = [];
  let sum = 0;
  for (const { stem, bytes } of ordered) {
    if (sum + bytes > MAX_BYTES || (chosen.length > 1 && bytes >= 2 * sum)) break;
    chosen.push(stem);
    sum += bytes;
  }
  return chosen.length > 1 ? chosen : [];
}

/** Files beside a pack that say that it is not to be removed: kept by hand or by a fetch, promised, or full of garbage. */
const KEEPERS = ['keep', 'promisor', 'mtimes', 'bitmap'];

/** Whether a pack may be replaced. One that git's multi-pack-index names may not: git keeps that for its own repacks. */
export function isDeletable(fs: FileSystem, stem: string): boolean {
  const isThere = (path: string): boolean => fs.statSync(path, { throwIfNoEntry: false }) !== undefined;
  const folder = stem.slice(0, -basename(stem).length);
  return !isThere(`${folder}multi-pack-index`) && !KEEPERS.some((extension) => isThere(`${stem}.${extension}`));
}

/**
 * Removes packs that others replace, each index first, so that nobody finds what is on its way out. The name of a pack
 * follows from its bytes, so the same objects packed again are the same pack: what replaces one may be that very one,
 * and stays.
 */
export function removePacks(fs: FileSystem, stems: readonly string[], replacements: readonly string[]): void {
  for (const stem of stems) {
    if (replacements.includes(stem)) continue;
    for (const extension of ['idx', 'rev', 'pack']) quietly(() => fs.unlinkSync(`${stem}.${extension}`));
  }
}

/** Makes the names in a folder durable where the system can. */
export function syncFolder(fs: FileSystem, folder: string): void {
  try {
    const file = fs.openSync(folder, 'r');
    try {
      fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
  } catch (error) {
    if (!isSystemFault(error)) throw error;
  }
}

/** The file name of a pack without extension. */
export function stemName(stem: string): string {
  return basename(stem);
}

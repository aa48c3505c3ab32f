/** Decides which objects of the ledger go into a new pack, and which copies that makes superfluous. */
import { isSystemFault } from '../../errors.ts';
import type { FileSystem } from '../../git/files/file-system.ts';
import { listLoose, listPacks } from '../../git/files/object-list.ts';
import { readPackEntries, wholeInPack } from '../../git/files/pack-entries.ts';
import { Pack } from '../../git/files/pack.ts';
import type { Oid } from '../../git/ports.ts';
import type { Place } from '../../git/walk.ts';
import { isDeletable, stemName } from './join-packs.ts';
import type { TidyPlace } from './place.ts';

/** A pack that holds nothing but the ledger's objects, as a batch or a fetch leaves one. */
export interface ReplaceablePack {
  readonly stem: string;
  readonly oids: readonly Oid[];
}

/** The decision. */
export interface Packing {
  /** What to pack: objects that only loose files and replaceable packs have. */
  readonly objects: readonly Place[];
  /** All objects that lie loose, packed too or not. */
  readonly loose: readonly Oid[];
  readonly replaceable: readonly ReplaceablePack[];
  /** Paths of the packs of earlier times that are still there. */
  readonly own: readonly string[];
  /** Whether a pack that stays gives the object whole. Reads it. */
  isWholeElsewhere(oid: Oid): boolean;
}

/** Decides about these objects. `own` names the packs that tidying has made before. */
export function choosePacking(place: TidyPlace, fresh: readonly Place[], own: readonly string[]): Packing {
  const { fs } = place.files;
  const known = new Set(own);
  const stems = listPacks(fs, place.objectsDir);
  const wanted = new Set(fresh.map(({ oid }) => oid));
  const replaceable = stems.flatMap((stem) => {
    if (known.has(stemName(stem)) || !isDeletable(fs, stem)) return [];
    return replaceablePack(fs, stem, wanted);
  });
  const replaced = new Set(replaceable.flatMap(({ oids }) => oids));
  const staying = stems.filter((stem) => replaceable.every((pack) => pack.stem !== stem));
  const packs = staying.map((stem) => new Pack(fs, stem));
  const stemOf = (oid: Oid): string | undefined => {
    const bytes = Buffer.from(oid, 'hex');
    return packs.find((pack) => isIn(pack, bytes))?.stem;
  };
  const files = new Set(listLoose(fs, place.objectsDir));
  try {
    const objects = fresh.filter(({ oid }) => (files.has(oid) || replaced.has(oid)) && stemOf(oid) === undefined);
    const packed = new Set(objects.map(({ oid }) => oid));
    const elsewhere = new Map<Oid, string | undefined>();
    for (const { oid } of fresh) {
      if ((files.has(oid) || replaced.has(oid)) && !packed.has(oid)) elsewhere.set(oid, stemOf(oid));
    }
    const whole = wholeElsewhere(place, elsewhere);
    return {
      objects,
      loose: fresh.map(({ oid }) => oid).filter((oid) => files.has(oid)),
      replaceable,
      own: stems.filter((stem) => known.has(stemName(stem))),
      isWholeElsewhere: (oid) => whole.has(oid),
    };
  } finally {
    for (const pack of packs) pack.close();
  }
}

/** A gc of git may remove a pack at any time: then it has nothing. */
function isIn(pack: Pack, bytes: Buffer): boolean {
  try {
    return pack.find(bytes) !== undefined;
  } catch (error) {
    if (isSystemFault(error)) return false;
    throw error;
  }
}

/** The pack, if every object in it is wanted. Larger packs than that are not even read. */
function replaceablePack(fs: FileSystem, stem: string, wanted: ReadonlySet<Oid>): ReplaceablePack[] {
  // An index has 1 kB of tables and 28 bytes for each object.
  const size = fs.statSync(`${stem}.idx`, { throwIfNoEntry: false })?.size ?? Infinity;
  if (size > 2048 + wanted.size * 28) return [];
  const oids = readPackEntries(fs, stem).map(({ oid }) => oid.toString('hex'));
  return oids.every((oid) => wanted.has(oid)) ? [{ stem, oids }] : [];
}

function wholeElsewhere({ files, objects }: TidyPlace, stemByOid: ReadonlyMap<Oid, string | undefined>): Set<Oid> {
  const oidsByStem = new Map<string, Oid[]>();
  for (const [oid, stem] of stemByOid)
    if (stem !== undefined) oidsByStem.set(stem, [...(oidsByStem.get(stem) ?? []), oid]);
  const whole = new Set<Oid>();
  const hash = objects.hash.bind(objects);
  for (const [stem, oids] of oidsByStem) for (const oid of wholeInPack(files.fs, stem, { oids, hash })) whole.add(oid);
  return whole;
}

/**
 * Packs the ledger's loose history and removes the loose copies.
 *
 *     lock -> what is new since the last time -> one pack -> synced and read again -> loose copies go -> note for the next
 *
 * No writer can lose by it. Only objects that the branch reaches are touched, history only grows, and an object never
 * disappears: its pack is durable, has its name and has been read back before the loose file goes. Whoever looks in
 * between finds one or the other: git and our own store look at the packs, at the loose files, and once more at the packs
 * as they are then. A writer that has just found a loose copy and counts on it, counts on the pack from then on; one that
 * finds it gone while it marks it as used writes it again. So there is no grace period, as there is none in
 * `git prune-packed`; the two weeks of `git prune` are for objects that nothing reaches, and those are never touched here.
 */
import { TasksError } from '../../errors.ts';
import { acquireLock, type LockFile } from '../../git/files/lock-file.ts';
import { looseObjectPath } from '../../git/files/loose.ts';
import { listPacks, sampleLoose } from '../../git/files/object-list.ts';
import { quietly } from '../../git/files/staged-files.ts';
import type { ObjectStore, Oid } from '../../git/ports.ts';
import { type Place, walkReachable } from '../../git/walk.ts';
import { readCommit, walkHistory } from '../history.ts';
import { joinOwnPacks, removePacks, stemName } from './join-packs.ts';
import { choosePacking, type Packing } from './packing.ts';
import type { TidyPlace } from './place.ts';
import { readTidyState, statePath, type TidyState } from './state.ts';
import { type MadePack, packSeries } from './series.ts';

/** What was done. */
export interface Tidied {
  /** Objects that went into a new pack. */
  readonly packed: number;
  /** Loose files that were removed because a pack has their objects. */
  readonly removed: number;
  /** Packs that became a part of another. */
  readonly joined: number;
}

/** Fewer objects are not worth a pack, unless somebody asks for it. */
const MIN_OBJECTS = 256;

/** Tidies what these commits reach. Undefined: another process is at it. Throws `damaged` when something is missing. */
export async function tidyHistory(
  place: TidyPlace,
  tips: readonly Oid[],
  options: { readonly least?: number } = {},
): Promise<Tidied | undefined> {
  const lock = await lockState(place);
  if (lock === undefined) return undefined;
  try {
    const state = readTidyState(place.files.fs, place.folder);
    const fresh = await freshObjects(place, tips, state.tip);
    const packing = choosePacking(place, fresh, state.own);
    const isWorth = packing.objects.length >= (options.least ?? MIN_OBJECTS);
    const made = isWorth ? await packSeries(place, packing.objects) : [];
    const removed = isWorth ? removeCopies(place, packing, made) : 0;
    const own = [...packing.own, ...made.map(({ stem }) => stem)];
    const joined = joinOwnPacks(place, own);
    lock.write(
      Buffer.from(`${JSON.stringify(stateAfter(place, { tip: isWorth ? tips[0] : state.tip, own: joined.own }))}\n`),
      false,
    );
    lock.commit();
    const replaced = isWorth ? packing.replaceable.length : 0;
    return { packed: isWorth ? packing.objects.length : 0, removed, joined: joined.joined + replaced };
  } finally {
    lock.release();
  }
}

async function lockState({ files, folder, shared }: TidyPlace): Promise<LockFile | undefined> {
  try {
    return await acquireLock(statePath(folder), { world: files, timeout: 0, shared, owners: `${folder}/locks` });
  } catch (error) {
    if (error instanceof TasksError && error.code === 'busy') return undefined;
    throw error;
  }
}

/** What the tips reach beyond the commit that was tidied last. */
async function freshObjects({ objects }: TidyPlace, tips: readonly Oid[], last: Oid): Promise<Place[]> {
  const seen = new Set<Oid>();
  try {
    if (last !== '') await walkReachable(objects, [last], { ancestors: false, files: false, seen });
    // Beside a merge, or a remote's own changes, the way back does not come by the last commit: it ends where that began.
    if (last !== '' && !(await isOneLine(objects, tips, last))) {
      for await (const { oid } of walkHistory(objects, last)) seen.add(oid);
    }
  } catch (error) {
    if (!(error instanceof TasksError) || error.code !== 'damaged') throw error;
    // The branch was set back and git has forgotten that commit.
    seen.clear();
  }
  const fresh: Place[] = [];
  await walkReachable(objects, tips, { files: false, seen, found: (place) => void fresh.push(place) });
  return fresh;
}

/** Whether the tip follows from the commit by single steps. */
async function isOneLine(store: ObjectStore, tips: readonly Oid[], last: Oid): Promise<boolean> {
  if (tips.length > 1) return false;
  for (let oid = tips[0]; oid !== last;) {
    const parents: readonly Oid[] = oid === undefined ? [] : (await readCommit(store, oid)).parents;
    if (parents.length !== 1) return false;
    [oid] = parents;
  }
  return true;
}

/** Removes the loose files, and the packs, all of whose objects have been read back from other packs. */
function removeCopies(place: TidyPlace, packing: Packing, made: readonly MadePack[]): number {
  const { fs } = place.files;
  const isSafe = (oid: Oid): boolean => made.some(({ whole }) => whole.has(oid)) || packing.isWholeElsewhere(oid);
  let removed = 0;
  for (const oid of packing.loose) {
    if (!isSafe(oid)) continue;
    quietly(() => {
      fs.unlinkSync(looseObjectPath(place.objectsDir, oid));
      removed++;
    });
  }
  const replaced = packing.replaceable.filter(({ oids }) => oids.every(isSafe)).map(({ stem }) => stem);
  removePacks(
    fs,
    replaced,
    made.map(({ stem }) => stem),
  );
  return removed;
}

function stateAfter(
  { files, objectsDir }: TidyPlace,
  { tip, own }: { tip: Oid | undefined; own: readonly string[] },
): TidyState {
  return {
    tip: tip ?? '',
    loose: sampleLoose(files.fs, objectsDir),
    packs: listPacks(files.fs, objectsDir).length,
    own: own.map(stemName),
  };
}

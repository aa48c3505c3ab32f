/** Makes lost objects whole again from where they still are, or from what they were made of. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSystemFault } from '../../errors.ts';
import { writeLoose } from '../../git/files/loose.ts';
import { MemoryObjectStore } from '../../git/memory.ts';
import { sharedMode } from '../../git/open.ts';
import type { GitObject, NewObject, ObjectStore, Oid } from '../../git/ports.ts';
import { type Place, readEach, walkReachable } from '../../git/walk.ts';
import { worktreesOn } from '../../git/worktrees.ts';
import { ROOT_FILES, taskPath } from '../../ledger/layout.ts';
import { Staging } from '../../ledger/staging.ts';
import { editTree } from '../../ledger/tree-edit.ts';
import type { Scene } from './finding.ts';
import { storedIndex } from './index-files.ts';
import type { BadObject } from './objects.ts';
import { fetchRescues } from './rescue.ts';

/** Offers objects for places where one is lost; undefined where it has none. What it offers is checked. */
type Source = (place: Place) => Promise<GitObject | undefined> | GitObject | undefined;

/**
 * Stores every lost object that can be had, and tells where each came from. The cheapest source is asked first: another
 * copy here, the files of a worktree, the index; the remotes come last, and give with a commit all that it reaches.
 */
export async function healObjects(scene: Scene, bad: readonly BadObject[]): Promise<Map<Oid, string>> {
  const { session } = scene;
  const { objects } = session.repository;
  const healed = new Map<Oid, string>();
  const lost = (): BadObject[] => bad.filter(({ oid }) => !healed.has(oid));
  const local: [string, Source][] = [
    ['another copy in this repository', async ({ oid }) => wholeOrNothing((await readEach(objects, [oid]))[0])],
    ['the checked-out file', (place) => checkedOut(scene, place)],
    ['what the index knows', await remadeFromIndex(scene)],
  ];
  for (const [name, source] of local) {
    for (const place of lost())
      await store(scene, place, await source(place)).then((ok) => ok && healed.set(place.oid, name));
  }
  if (lost().length === 0) return healed;
  for await (const { remote, objects: theirs } of fetchRescues(scene)) {
    for (const place of lost()) {
      const object = wholeOrNothing((await readEach(theirs, [place.oid]))[0]);
      if (!(await store(scene, place, object))) continue;
      healed.set(place.oid, `the remote ${remote}`);
      if (place.type === 'commit') await copyMissing(scene, theirs, place.oid);
    }
    if (lost().length === 0) break;
  }
  return healed;
}

/** Puts an object in the place of a lost one. False when it is not that object. */
async function store(scene: Scene, { oid }: Place, object: GitObject | undefined): Promise<boolean> {
  const { objects, config } = scene.session.repository;
  if (object === undefined || objects.hash(object.type, object.data) !== oid) return false;
  const stage = { world: scene.files, isDurable: true, shared: sharedMode(config) };
  // Loose, whatever else is there: the rename replaces a torn file, and a torn pack is only asked first, not alone.
  await writeLoose(scene.objectsDir, [{ oid, ...object }], stage);
  return true;
}

function wholeOrNothing(object: GitObject | Error | undefined): GitObject | undefined {
  return object instanceof Error ? undefined : object;
}

function checkedOut({ session }: Scene, { type, path }: Place): GitObject | undefined {
  if (type !== 'blob') return undefined;
  for (const { top, isPresent } of worktreesOn(session.repository, session.ledger.ref)) {
    try {
      if (isPresent) return { type, data: readFileSync(join(top, path)) };
    } catch (error) {
      if (!isSystemFault(error)) throw error;
    }
  }
  return undefined;
}

/** The index knows the file of every task, so it knows the folders that hold nothing else; some files never change. */
async function remadeFromIndex(scene: Scene): Promise<Source> {
  const { repository } = scene.session;
  const index = storedIndex(scene);
  const made = new MemoryObjectStore();
  if (repository.objects.oidLength === made.oidLength) {
    const staging = new Staging(made);
    const edits = new Map([...ROOT_FILES].map(([path, text]) => [path, staging.put('blob', Buffer.from(text))]));
    for (const { path, blob } of index.damaged) edits.set(path, blob);
    for (let row = 0; row < index.table.size; row++) {
      edits.set(taskPath({ list: index.table.listOf(row), id: index.table.id(row) }), index.blob(row));
    }
    await editTree(staging, undefined, edits);
    await staging.flush();
  }
  return ({ oid }) => made.read(oid);
}

/** Copies everything that the commit reaches there and that is not whole here. */
async function copyMissing(scene: Scene, theirs: ObjectStore, commit: Oid): Promise<void> {
  const { objects: ours, config } = scene.session.repository;
  const found: NewObject[] = [];
  await walkReachable(theirs, [commit], {
    files: true,
    found: ({ oid }, object) => object !== undefined && found.push({ oid, ...object }),
    bad: () => undefined,
  });
  const known = await readEach(
    ours,
    found.map(({ oid }) => oid),
  );
  const missing = found.filter((_, i) => wholeOrNothing(known[i]) === undefined);
  await writeLoose(scene.objectsDir, missing, { world: scene.files, isDurable: true, shared: sharedMode(config) });
}

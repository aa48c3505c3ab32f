/**
 * Walks over everything that commits reach: commits, trees and files, each once.
 *
 * Commits are followed one by one, because each is known only after the one before it; their trees and files are then
 * read a thousand at a time, which a store does much faster.
 */
import { TasksError } from '../errors.ts';
import { type Commit, isOid, parseCommit, parseTree, TREE_MODE } from './objects.ts';
import type { GitObject, ObjectStore, ObjectType, Oid } from './ports.ts';

/** An object, and where it was met first. */
export interface Place {
  readonly oid: Oid;
  readonly type: ObjectType;
  /** Path in the tree; empty for commits and their top trees. */
  readonly path: string;
  readonly commit: Oid;
}

/** What a walk does with what it meets. */
export interface WalkOptions {
  /** Objects that are not to be met (any more); what is met is added. Default: a new set. */
  readonly seen?: Set<Oid>;
  /** False: only these commits, not their ancestors. Default: true. */
  readonly ancestors?: boolean;
  /** Whether files are read too, and not only met. */
  readonly files: boolean;
  /** An object that is whole; `object` is undefined for files that are not read. */
  readonly found?: (place: Place, object: GitObject | undefined) => void;
  /** A commit that is whole, parsed. */
  readonly foundCommit?: (oid: Oid, commit: Commit) => void;
  /** An object that is missing or not what its id says. Default: throws `damaged`. */
  readonly bad?: (place: Place, problem: string) => void;
}

/** Commits whose trees are walked together, and objects that are read together. */
const COMMITS = 500;
const OBJECTS = 1000;

/** Submodules: commits of another repository. */
const SUBMODULE_MODE = '160000';

/** Walks from these commits, newest first where history is a line. Resolves to everything that was met, and `seen`. */
export async function walkReachable(
  store: ObjectStore,
  from: readonly Oid[],
  options: WalkOptions,
): Promise<ReadonlySet<Oid>> {
  const walk: Walk = { store, options, seen: options.seen ?? new Set() };
  const queue = from.flatMap((oid) => unseen(walk, { oid, type: 'commit', path: '', commit: oid }));
  while (queue.length > 0) {
    const trees: Place[] = [];
    for (let taken = 0; taken < COMMITS; taken++) {
      const place = queue.shift();
      if (place === undefined) break;
      const commit = await commitAt(walk, place);
      if (commit === undefined) continue;
      trees.push(...unseen(walk, { oid: commit.tree, type: 'tree', path: '', commit: place.oid }));
      if (options.ancestors === false || store.shallow?.().has(place.oid) === true) continue;
      for (const oid of commit.parents) queue.push(...unseen(walk, { oid, type: 'commit', path: '', commit: oid }));
    }
    await walkTrees(walk, trees);
  }
  return walk.seen;
}

/** Walks over one tree; `commit` is what its places name as theirs. */
export async function walkTree(
  store: ObjectStore,
  { tree, commit }: { readonly tree: Oid; readonly commit: Oid },
  options: WalkOptions,
): Promise<void> {
  const walk: Walk = { store, options, seen: options.seen ?? new Set() };
  await walkTrees(walk, unseen(walk, { oid: tree, type: 'tree', path: '', commit }));
}

interface Walk {
  readonly store: ObjectStore;
  readonly options: WalkOptions;
  readonly seen: Set<Oid>;
}

function unseen({ seen }: Walk, place: Place): Place[] {
  if (seen.has(place.oid)) return [];
  seen.add(place.oid);
  return [place];
}

async function commitAt(walk: Walk, place: Place): Promise<Commit | undefined> {
  const [object] = await readAll(walk, [place]);
  const commit = object === undefined ? undefined : parsed(walk, place, () => parseCommit(object.data));
  if (commit === undefined) return undefined;
  walk.options.found?.(place, object);
  walk.options.foundCommit?.(place.oid, commit);
  return commit;
}

/** Level by level, all trees of a level together. */
async function walkTrees(walk: Walk, roots: readonly Place[]): Promise<void> {
  for (let level = roots; level.length > 0;) {
    const next: Place[] = [];
    for (let at = 0; at < level.length; at += OBJECTS) {
      const places = level.slice(at, at + OBJECTS);
      const objects = await readAll(walk, places);
      places.forEach((place, i) => next.push(...enterTree(walk, place, objects[i])));
    }
    await walkFiles(
      walk,
      next.filter(({ type }) => type === 'blob'),
    );
    level = next.filter(({ type }) => type === 'tree');
  }
}

function enterTree(walk: Walk, place: Place, object: GitObject | undefined): Place[] {
  const entries = object && parsed(walk, place, () => parseTree(object.data, walk.store.oidLength));
  if (entries === undefined) return [];
  walk.options.found?.(place, object);
  return entries.flatMap(({ mode, name, oid }) => {
    if (mode === SUBMODULE_MODE) return [];
    const type = mode === TREE_MODE ? 'tree' : 'blob';
    const path = place.path === '' ? name : `${place.path}/${name}`;
    return unseen(walk, { oid, type, path, commit: place.commit });
  });
}

async function walkFiles(walk: Walk, places: readonly Place[]): Promise<void> {
  const { files, found } = walk.options;
  if (!files) {
    for (const place of places) found?.(place, undefined);
    return;
  }
  for (let at = 0; at < places.length; at += OBJECTS) {
    const some = places.slice(at, at + OBJECTS);
    const objects = await readAll(walk, some);
    some.forEach((place, i) => {
      if (objects[i] !== undefined) found?.(place, objects[i]);
    });
  }
}

/** The objects that are whole and of the expected type; the others are reported and undefined. */
async function readAll(walk: Walk, places: readonly Place[]): Promise<(GitObject | undefined)[]> {
  const objects = await readEach(
    walk.store,
    places.map(({ oid }) => oid),
  );
  return places.map((place, i) => {
    const object = objects[i];
    const problem = object instanceof TasksError ? object.message : problemOf(walk.store, place, object);
    if (problem === undefined) return object as GitObject;
    report(walk, place, problem);
    return undefined;
  });
}

function problemOf(store: ObjectStore, { oid, type }: Place, object: GitObject | undefined): string | undefined {
  if (object === undefined) return 'it is missing';
  if (object.type !== type) return `it is a ${object.type} where a ${type} has to be`;
  return store.hash(object.type, object.data) === oid ? undefined : 'its content is not that of its id';
}

/** Reads many objects of which some may be torn: each of those is its error, and undefined stands for a missing one. */
export async function readEach(
  store: ObjectStore,
  oids: readonly Oid[],
): Promise<(GitObject | TasksError | undefined)[]> {
  try {
    const whole = oids.every((oid) => isOid(oid));
    if (whole) return await store.readMany(oids);
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
  const objects: (GitObject | TasksError | undefined)[] = [];
  for (const oid of oids) objects.push(isOid(oid) ? await readOne(store, oid) : undefined);
  return objects;
}

async function readOne(store: ObjectStore, oid: Oid): Promise<GitObject | TasksError | undefined> {
  try {
    return await store.read(oid);
  } catch (error) {
    if (isDamage(error)) return error;
    throw error;
  }
}

function parsed<Result>(walk: Walk, place: Place, parse: () => Result): Result | undefined {
  try {
    return parse();
  } catch (error) {
    if (!isDamage(error)) throw error;
    report(walk, place, error.message);
    return undefined;
  }
}

function report({ options }: Walk, place: Place, problem: string): void {
  if (options.bad !== undefined) return options.bad(place, problem);
  throw new TasksError('damaged', `The ${place.type} ${place.oid} cannot be used: ${problem}`, {
    hint: 'Run: git tasks doctor',
    data: { oid: place.oid, path: place.path },
  });
}

function isDamage(error: unknown): error is TasksError {
  return error instanceof TasksError && error.code === 'damaged';
}

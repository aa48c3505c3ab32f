/** The files in which two trees differ, found by comparing ids: equal subtrees are never read. */
import { TasksError } from '../errors.ts';
import { parseTree, type TreeEntry } from '../git/objects.ts';
import type { ObjectStore, Oid } from '../git/ports.ts';

/** A file whose blob differs; undefined: there is none on that side. */
export interface FileDifference {
  readonly path: string;
  readonly before: Oid | undefined;
  readonly after: Oid | undefined;
}

/** Two trees; undefined: none. */
export interface TreePair {
  readonly before: Oid | undefined;
  readonly after: Oid | undefined;
}

interface Pair extends TreePair {
  readonly path: string;
  /** Where its files go. */
  readonly files: FileDifference[];
}

/** The differing files, in no particular order. */
export async function diffTrees(
  store: ObjectStore,
  before: Oid | undefined,
  after: Oid | undefined,
): Promise<FileDifference[]> {
  const [files = []] = await diffTreePairs(store, [{ before, after }]);
  return files;
}

/**
 * The differing files of each pair. Trees are read level by level, all of a level and of all pairs at once, because a
 * store reads a thousand objects much faster together than one by one.
 */
export async function diffTreePairs(store: ObjectStore, pairs: readonly TreePair[]): Promise<FileDifference[][]> {
  const tops = pairs.map((pair): Pair => ({ ...pair, path: '', files: [] }));
  for (let level = tops.filter(isDifferent); level.length > 0;) {
    const trees = await readTrees(
      store,
      level.flatMap(({ before, after }) => [before, after]),
    );
    const treeOf = (oid: Oid | undefined): readonly TreeEntry[] => (oid === undefined ? [] : (trees.get(oid) ?? []));
    const next: Pair[] = [];
    for (const { path, before, after, files } of level)
      compare(path, { before: treeOf(before), after: treeOf(after), files, next });
    level = next;
  }
  return tops.map(({ files }) => files);
}

function isDifferent({ before, after }: TreePair): boolean {
  return before !== after;
}

interface Level {
  readonly before: readonly TreeEntry[];
  readonly after: readonly TreeEntry[];
  readonly files: FileDifference[];
  readonly next: Pair[];
}

function compare(folder: string, { before, after, files, next }: Level): void {
  const olds = new Map(before.map((entry) => [entry.name, entry]));
  for (const now of after) {
    const old = olds.get(now.name);
    olds.delete(now.name);
    if (old?.oid !== now.oid || old.mode !== now.mode) emit(folder + now.name, { old, now, files, next });
  }
  for (const old of olds.values()) emit(folder + old.name, { old, now: undefined, files, next });
}

interface Entries {
  readonly old: TreeEntry | undefined;
  readonly now: TreeEntry | undefined;
  readonly files: FileDifference[];
  readonly next: Pair[];
}

function emit(path: string, { old, now, files, next }: Entries): void {
  const trees = { before: treeOid(old), after: treeOid(now) };
  const blobs = { before: blobOid(old), after: blobOid(now) };
  if (isDifferent(trees)) next.push({ path: `${path}/`, files, ...trees });
  if (blobs.before !== blobs.after) files.push({ path, ...blobs });
}

const isTree = (entry: TreeEntry): boolean => entry.mode === '40000';
// Symbolic links (120000) and submodules (160000) hold no task: a link could lead anywhere.
const isFile = (entry: TreeEntry): boolean => entry.mode.startsWith('100');

function treeOid(entry: TreeEntry | undefined): Oid | undefined {
  return entry !== undefined && isTree(entry) ? entry.oid : undefined;
}

function blobOid(entry: TreeEntry | undefined): Oid | undefined {
  return entry !== undefined && isFile(entry) ? entry.oid : undefined;
}

/** The trees of these ids, each read and parsed once. Throws `damaged`. */
async function readTrees(store: ObjectStore, oids: readonly (Oid | undefined)[]): Promise<Map<Oid, TreeEntry[]>> {
  const wanted = [...new Set(oids.filter((oid) => oid !== undefined))];
  const objects = await store.readMany(wanted);
  const trees = new Map<Oid, TreeEntry[]>();
  wanted.forEach((oid, i) => {
    const object = objects[i];
    if (object?.type !== 'tree') {
      throw new TasksError('damaged', `Tree ${oid} of the ledger is missing or damaged`, {
        hint: 'Run: git tasks doctor',
        data: { oid },
      });
    }
    trees.set(oid, parseTree(object.data, store.oidLength));
  });
  return trees;
}

/**
 * Where two versions of a task come from whose common ancestor does not have it.
 *
 * That is so when a merge made without us dropped the task: one side got it back by the mend, the other kept it because it
 * had merged past that. The commits that hold the task still lead to a state that both have: what lacks it is passed over.
 */
import { type CommitReader, mergeBases } from '../../git/merge-base.ts';
import type { Commit } from '../../git/objects.ts';
import type { ObjectStore, Oid } from '../../git/ports.ts';
import type { TaskId } from '../../task/types.ts';
import { blobAt } from '../history.ts';
import { pathToTask } from '../layout.ts';
import { diffTrees } from '../tree-diff.ts';
import type { FileAt } from './files.ts';
import { mendedBy } from './foreign-history.ts';

/** The last version that both sides have in their history, given where they have the task now; undefined: none. */
export type FindLineage = (id: TaskId, paths: readonly string[]) => Promise<FileAt | undefined>;

interface History {
  readonly store: ObjectStore;
  readonly reader: CommitReader;
}

/** Looks among the commits from which two tips come. `commits`: those that they do not have in common. */
export function lineageOf(
  history: History,
  tips: { readonly x: Oid; readonly y: Oid },
  commits: () => Promise<readonly Oid[]>,
): FindLineage {
  let known: Promise<ReadonlySet<TaskId>> | undefined;
  return async (id, paths) => {
    // Anything else that both sides made has no lineage, and to look for it would take a walk for each task.
    if (!(await (known ??= broughtBack(history, commits))).has(id)) return undefined;
    const holders = { ...history.reader, read: readHolders(history, paths) };
    // Several best ones differ by work that neither side has alone: the first does as well as any, and is the same everywhere.
    const [base] = await mergeBases(holders, tips.x, tips.y);
    return base === undefined ? undefined : fileIn(history.store, await history.reader.read(base), paths);
  };
}

/** The tasks that a mend among these commits has brought back. */
async function broughtBack({ store, reader }: History, commits: () => Promise<readonly Oid[]>): Promise<Set<TaskId>> {
  const found = new Set<TaskId>();
  for (const oid of await commits()) {
    const commit = await reader.read(oid);
    const merge = mendedBy(commit);
    if (merge === undefined) continue;
    for (const { path, before } of await diffTrees(store, (await reader.read(merge)).tree, commit.tree)) {
      const id = before === undefined ? pathToTask(path)?.id : undefined;
      if (id !== undefined) found.add(id);
    }
  }
  return found;
}

/** Reads commits with those of their parents that hold the task. A mend takes up what came before the merge that it mends. */
function readHolders({ store, reader }: History, paths: readonly string[]): CommitReader['read'] {
  const known = new Map<Oid, Commit>();
  return async (oid) => {
    const seen = known.get(oid);
    if (seen !== undefined) return seen;
    const commit = await reader.read(oid);
    const merge = mendedBy(commit);
    const candidates = merge === undefined ? commit.parents : [merge, ...(await reader.read(merge)).parents];
    const parents: Oid[] = [];
    for (const parent of candidates) {
      if ((await fileIn(store, await reader.read(parent), paths)) !== undefined) parents.push(parent);
    }
    const holder = { ...commit, parents };
    known.set(oid, holder);
    return holder;
  };
}

async function fileIn(store: ObjectStore, { tree }: Commit, paths: readonly string[]): Promise<FileAt | undefined> {
  for (const path of paths) {
    const blob = await blobAt(store, tree, path);
    if (blob !== undefined) return { path, blob };
  }
  return undefined;
}

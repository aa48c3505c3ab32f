/** Brings an index to a tip by reading only the files that differ. */
import { TasksError } from '../../errors.ts';
import type { ObjectStore, Oid } from '../../git/ports.ts';
import { readEach } from '../../git/walk.ts';
import { summaryOf } from '../../task/summary.ts';
import type { TaskId } from '../../task/types.ts';
import { blobAt } from '../history.ts';
import { pathToTask, taskPath, type TaskPlace } from '../layout.ts';
import { readTask, unreadable } from '../read-task.ts';
import { diffTrees, type FileDifference } from '../tree-diff.ts';
import { LedgerIndex, type RowUpdate } from './ledger-index.ts';
import type { LastChange } from './types.ts';

/** The state that the index is to describe. */
export interface Target {
  readonly tip: Oid;
  readonly tree: Oid;
  /** Who made the tip, when the index describes its parent: then everything that differs was changed there. */
  readonly change?: LastChange | undefined;
}

interface Difference extends FileDifference {
  readonly place: TaskPlace;
}

/**
 * The index at the target: the given one, moved on, or a new one where git no longer has what it describes (a branch
 * that was set back, and a gc).
 */
export async function refreshIndex(index: LedgerIndex, store: ObjectStore, target: Target): Promise<LedgerIndex> {
  try {
    await moveIndex(index, store, target);
    return index;
  } catch (error) {
    if (index.head.tree === '' || !(error instanceof TasksError) || error.code !== 'damaged') throw error;
    const fresh = new LedgerIndex(index.oidLength);
    await moveIndex(fresh, store, target);
    return fresh;
  }
}

/** Moves the index to the target. Files that cannot be read become `damaged` entries, never errors. */
async function moveIndex(index: LedgerIndex, store: ObjectStore, target: Target): Promise<void> {
  const differences = (await diffTrees(store, index.head.tree || undefined, target.tree || undefined)).flatMap(
    (difference): Difference[] => {
      const place = pathToTask(difference.path);
      return place === undefined ? [] : [{ ...difference, place }];
    },
  );
  const touched = new Set(differences.map(({ path }) => path));
  const damaged = index.damaged.filter(({ path }) => !touched.has(path));
  const rows: RowUpdate[] = [];
  const removed: TaskId[] = [];
  const changed = differences.filter((difference) => difference.after !== undefined);
  const present = [...changed, ...(await filesElsewhere(index, store, { target, differences }))];
  const objects = await readEach(
    store,
    present.map(({ after }) => after ?? ''),
  );
  for (const [i, { path, place, after: blob = '' }] of present.entries()) {
    const object = objects[i];
    const read = object instanceof TasksError ? unreadable(object.message) : readTask(object?.data, place);
    if ('task' in read) rows.push({ summary: summaryOf(read.task), blob, change: target.change });
    else {
      damaged.push({ path, blob, problems: read.problems });
      removed.push(place.id);
    }
  }
  // A file that moved to another list is gone at one path and there at another: it is not removed.
  const here = new Set(rows.map(({ summary }) => summary.id));
  for (const { place, after } of differences) if (after === undefined && !here.has(place.id)) removed.push(place.id);
  damaged.sort((a, b) => (a.path < b.path ? -1 : 1));
  index.apply({ ...target, rows, removed: removed.filter((id) => index.has(id)), damaged });
}

/** A task that somebody put into two lists by hand is still there when the file in one of them goes. */
async function filesElsewhere(
  { table }: LedgerIndex,
  store: ObjectStore,
  { target, differences }: { readonly target: Target; readonly differences: readonly Difference[] },
): Promise<Difference[]> {
  const found: Difference[] = [];
  for (const { place } of differences.filter(({ after }) => after === undefined)) {
    for (const list of table.columns.lists.filter((name) => name !== place.list)) {
      const path = taskPath({ ...place, list });
      const isKnown = differences.some((difference) => difference.path === path);
      const blob = isKnown ? undefined : await blobAt(store, target.tree, path);
      if (blob !== undefined) found.push({ path, place: { ...place, list }, before: undefined, after: blob });
    }
  }
  return found;
}

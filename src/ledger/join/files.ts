/** The files of three trees side by side: task by task, and the few others. Equal subtrees are never read. */
import type { ObjectStore, Oid } from '../../git/ports.ts';
import type { TaskId } from '../../task/types.ts';
import { pathToTask } from '../layout.ts';
import { diffTrees } from '../tree-diff.ts';

/** A file: where it is and what it holds. */
export interface FileAt {
  readonly path: string;
  readonly blob: Oid;
}

/** One task or other file in three states; undefined: it is not there. */
export interface Trio {
  readonly base: FileAt | undefined;
  readonly x: FileAt | undefined;
  readonly y: FileAt | undefined;
}

/** What differs between a base and two sides. */
export interface ThreeTrees {
  /** By id, since a task may have moved to another list on one side. */
  readonly tasks: ReadonlyMap<TaskId, Trio>;
  /** By path: README, attributes, templates. */
  readonly others: ReadonlyMap<string, Trio>;
}

interface Sides {
  readonly before: Map<string, FileAt>;
  readonly after: Map<string, FileAt>;
}

/** Compares two trees with their base. `base` undefined: nothing in common. */
export async function compareTrees(
  store: ObjectStore,
  base: Oid | undefined,
  sides: { readonly x: Oid; readonly y: Oid },
): Promise<ThreeTrees> {
  const x = await changesBetween(store, base, sides.x);
  const y = await changesBetween(store, base, sides.y);
  const tasks = new Map<TaskId, Trio>();
  const others = new Map<string, Trio>();
  const keys = new Set([x, y].flatMap(({ before, after }) => [...before.keys(), ...after.keys()]));
  for (const key of keys) {
    const old = x.before.get(key) ?? y.before.get(key);
    const trio = { base: old, x: sideOf(x, key, old), y: sideOf(y, key, old) };
    const id = key.startsWith(TASK) ? key.slice(TASK.length) : undefined;
    if (id === undefined) others.set(key, trio);
    else tasks.set(id, trio);
  }
  return { tasks, others };
}

/** Marks a key that is an id; no path begins with it. */
const TASK = '\0';

async function changesBetween(store: ObjectStore, base: Oid | undefined, tree: Oid): Promise<Sides> {
  const before = new Map<string, FileAt>();
  const after = new Map<string, FileAt>();
  for (const difference of await diffTrees(store, base, tree)) {
    const { path } = difference;
    const place = pathToTask(path);
    const key = place === undefined ? path : TASK + place.id;
    if (difference.before !== undefined) before.set(key, { path, blob: difference.before });
    if (difference.after !== undefined) after.set(key, { path, blob: difference.after });
  }
  return { before, after };
}

/** A key that this side did not touch is as it was at the base. */
function sideOf({ before, after }: Sides, key: string, old: FileAt | undefined): FileAt | undefined {
  return before.has(key) || after.has(key) ? after.get(key) : old;
}

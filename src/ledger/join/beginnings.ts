/**
 * How tasks began that two sides made on their own with one key.
 *
 * There is no common state then, and yet both began alike: the key says so, with a digest of the content. That beginning
 * is the base of the merge, so that what only one side did since is no conflict.
 */
import type { CommitReader } from '../../git/merge-base.ts';
import type { Commit } from '../../git/objects.ts';
import type { ObjectStore, Oid } from '../../git/ports.ts';
import { KEY_ENTRY } from '../../task/aliases.ts';
import { sameJson } from '../../task/changes.ts';
import type { Task, TaskId } from '../../task/types.ts';
import { pathToTask } from '../layout.ts';
import { diffTrees } from '../tree-diff.ts';
import { mendedBy } from './foreign-history.ts';
import type { FileAt } from './files.ts';

/** The files with which a task came into being, in the commits of both sides. */
export type FindBeginnings = (id: TaskId) => Promise<readonly FileAt[]>;

/** Looks for beginnings in these commits. They are walked once, when first asked. */
export function beginningsIn(
  { store, reader }: { readonly store: ObjectStore; readonly reader: CommitReader },
  commits: () => Promise<readonly Oid[]>,
): FindBeginnings {
  let known: Promise<ReadonlyMap<TaskId, readonly FileAt[]>> | undefined;
  const walk = async (): Promise<ReadonlyMap<TaskId, readonly FileAt[]>> => {
    const found = new Map<TaskId, FileAt[]>();
    for (const oid of await commits()) {
      const commit = await reader.read(oid);
      const { tree, parents } = commit;
      const [parent] = parents;
      if (parent === undefined || parents.length > 1 || bringsBack(commit)) continue;
      for (const { path, before, after } of await diffTrees(store, (await reader.read(parent)).tree, tree)) {
        const place = before === undefined ? pathToTask(path) : undefined;
        if (place === undefined || after === undefined) continue;
        found.set(place.id, [...(found.get(place.id) ?? []), { path, blob: after }]);
      }
    }
    return found;
  };
  return async (id) => (await (known ??= walk())).get(id) ?? [];
}

/** Whether a commit restores what was lost: a file that it adds has a life behind it, and is no beginning. */
function bringsBack(commit: Commit): boolean {
  return mendedBy(commit) !== undefined || /^Mends: /m.test(commit.message);
}

/** Whether both tasks were made with one key and the same content. */
export function beganAlike(x: Task, y: Task): boolean {
  const [mine, theirs] = [x.metadata[KEY_ENTRY], y.metadata[KEY_ENTRY]];
  return mine !== undefined && theirs !== undefined && sameJson(mine, theirs);
}

/** The earliest of some beginnings; undefined of none. */
export function earliest(beginnings: readonly Task[]): Task | undefined {
  const order = ({ created, createdBy = '' }: Task): string => `${created} ${createdBy}`;
  return beginnings.reduce<Task | undefined>(
    (best, task) => (best !== undefined && order(best) <= order(task) ? best : task),
    undefined,
  );
}

/**
 * The task as if it had begun with the earliest of these beginnings. Beginnings with the same content differ in nothing
 * but when they were made and by whom, and in times that count from then (`due: 3d`): such a time was changed since only
 * if it is that of no beginning.
 */
export function asBegunAt(task: Task, begun: Task, beginnings: readonly Task[]): Task {
  const { created: _created, createdBy: _by, due, defer, ...rest } = task;
  const { created, createdBy } = begun;
  const timeOf = (name: 'due' | 'defer', value: string | undefined): string | undefined =>
    beginnings.some((one) => one[name] === value) ? begun[name] : value;
  const times = { due: timeOf('due', due), defer: timeOf('defer', defer) };
  return {
    ...rest,
    created,
    ...(createdBy !== undefined && { createdBy }),
    ...(times.due !== undefined && { due: times.due }),
    ...(times.defer !== undefined && { defer: times.defer }),
  };
}

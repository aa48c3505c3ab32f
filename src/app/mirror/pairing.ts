/** Finds out which native task is which of ours: by what is remembered, by the id in the file, by the alias, else as new. */
import { ledgerIdOf, type NativeTask } from '../../interop/claude/native-task.ts';
import type { IdPairs } from '../../interop/claude/reconcile.ts';
import { viewOfNative, type NativeView } from '../../interop/claude/view.ts';
import type { Snapshot } from '../../ledger/snapshot.ts';
import { idFromBytes } from '../../task/ids.ts';
import type { TaskId } from '../../task/types.ts';
import type { MirrorScene } from './job.ts';
import type { Pair } from './state.ts';

/** Native tasks that everybody may see, by number. */
export type NativeTasks = ReadonlyMap<string, NativeTask>;

/** The pairs with one for every native task that had none. */
export function pairUp(
  pairs: ReadonlyMap<string, Pair>,
  natives: NativeTasks,
  { scene, snapshot }: { readonly scene: MirrorScene; readonly snapshot: Snapshot },
): Map<string, Pair> {
  const next = new Map(pairs);
  const taken = new Set([...pairs.values()].filter(({ isGone }) => isGone !== true).map(({ id }) => id));
  for (const [native, task] of natives) {
    const before = pairs.get(native);
    if (before !== undefined && before.isGone !== true) continue;
    const alias = before === undefined ? `${scene.listId}/${native}` : nextAlias(before.alias);
    const pair = known({ before, native: task, alias, taken }, scene, snapshot) ?? {
      id: freshId(scene, snapshot),
      alias,
    };
    taken.add(pair.id);
    next.set(native, pair);
  }
  return next;
}

interface Newcomer {
  readonly before: Pair | undefined;
  readonly native: NativeTask;
  readonly alias: string;
  readonly taken: ReadonlySet<TaskId>;
}

/** The pair of a native task that the ledger knows already. */
function known({ before, native, alias, taken }: Newcomer, scene: MirrorScene, snapshot: Snapshot): Pair | undefined {
  const { list } = scene.session;
  const fits = (id: TaskId): boolean => {
    const row = snapshot.table.rowOf(id);
    return row >= 0 && !taken.has(id) && snapshot.table.listOf(row) === list;
  };
  const named = ledgerIdOf(native);
  if (named !== undefined && fits(named)) return { id: named, alias: before?.id === named ? before.alias : alias };
  if (before !== undefined) return undefined;
  // A list of this name on another machine counts for itself: the same number there is another task.
  const { subject } = viewOfNative(native, { blockedBy: [] });
  const same = snapshot
    .withAlias(alias)
    .filter((id) => fits(id) && snapshot.table.summary(snapshot.table.rowOf(id)).subject === subject);
  return same[0] === undefined ? undefined : { id: same[0], alias };
}

/** `list/3`, `list/3#2`, `list/3#3`: a number that was given out again. */
function nextAlias(alias: string): string {
  const [, stem = alias, turn = '1'] = /^(.*?)(?:#(\d+))?$/.exec(alias) ?? [];
  return `${stem}#${Number(turn) + 1}`;
}

function freshId({ session }: MirrorScene, snapshot: Snapshot): TaskId {
  for (;;) {
    const id = idFromBytes(session.world.random(8));
    if (!snapshot.has(id)) return id;
  }
}

/** Both directions of the pairs whose native files are there. */
export function idPairs(pairs: ReadonlyMap<string, Pair>): IdPairs {
  const active = [...pairs].filter(([, { isGone }]) => isGone !== true);
  const nativeIds = new Map(active.map(([native, { id }]) => [id, native]));
  const taskIds = new Map(active.map(([native, { id }]) => [native, id]));
  return { taskId: (native) => taskIds.get(native), nativeId: (id) => nativeIds.get(id) };
}

/** The common form of each native task; edges count from either end, if both ends are there. */
export function viewsOf(natives: NativeTasks, pairs: ReadonlyMap<string, Pair>): Map<string, NativeView> {
  const edges = new Map([...natives.keys()].map((native) => [native, new Set<string>()]));
  for (const [native, { blocks, blockedBy }] of natives) {
    for (const blocker of blockedBy) if (natives.has(blocker) && blocker !== native) edges.get(native)?.add(blocker);
    for (const waiter of blocks) if (waiter !== native) edges.get(waiter)?.add(native);
  }
  return new Map(
    [...natives].map(([native, task]) => {
      const formerSubject = pairs.get(native)?.base?.subject;
      return [native, viewOfNative(task, { blockedBy: edges.get(native) ?? [], formerSubject })];
    }),
  );
}

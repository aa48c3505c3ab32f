/**
 * Brings the ledger into the native list: open tasks get a file, closed ones keep theirs until its owner removes it,
 * cancelled ones lose it. Only what nobody changed since it was read is written.
 */
import type { LockedList, NativeState } from '../../interop/claude/store.ts';
import { isInternal, type NativeTask, nativeText } from '../../interop/claude/native-task.ts';
import { claudeEntry, type NativeView, viewOfTask } from '../../interop/claude/view.ts';
import { newNative, patchedNative } from '../../interop/claude/write-native.ts';
import type { Snapshot } from '../../ledger/snapshot.ts';
import { sameJson } from '../../task/changes.ts';
import type { Task, TaskId } from '../../task/types.ts';
import { idPairs, type NativeTasks } from './pairing.ts';
import type { Pair } from './state.ts';
import type { MirrorScene } from './job.ts';

/**
 * The most open tasks that get a native file. An agent is reminded of all of its native list every few turns, and each
 * costs it tokens; the rest appears as these are done.
 */
const MAX_SHOWN = 200;

/** The tasks that a native list is about. */
export interface Shown {
  readonly tasks: readonly Task[];
  /** Open tasks of the list that have no native file. */
  readonly hidden: number;
}

/** The tasks that have a file, and the most urgent open ones of the list beside them. */
export async function shownTasks(
  snapshot: Snapshot,
  pairs: ReadonlyMap<string, Pair>,
  { session }: MirrorScene,
): Promise<Shown> {
  const { table } = snapshot;
  const paired = new Set(
    [...pairs.values()].filter(({ id, isGone }) => isGone !== true && snapshot.has(id)).map(({ id }) => id),
  );
  const others: TaskId[] = [];
  let open = 0;
  for (let row = 0; row < table.size; row++) {
    if (!table.isOpen(row)) continue;
    if (paired.has(table.id(row))) open++;
    else if (table.listOf(row) === session.list) others.push(table.id(row));
  }
  const urgency = (id: TaskId): string => {
    const { status, priority, created } = table.summary(table.rowOf(id));
    return `${status === 'in_progress' ? 0 : 1}${priority}${created}${id}`;
  };
  others.sort((a, b) => (urgency(a) < urgency(b) ? -1 : 1));
  const room = Math.max(0, MAX_SHOWN - open);
  const tasks = await snapshot.tasks([...paired, ...others.slice(0, room)]);
  return { tasks, hidden: Math.max(0, others.length - room) };
}

/** What was read of the native list before the ledger changed. */
export interface ReadBefore {
  readonly natives: NativeTasks;
  readonly views: ReadonlyMap<string, NativeView>;
  readonly pairs: ReadonlyMap<string, Pair>;
}

/** What became of the files. */
export interface NativeOutcome {
  readonly pairs: Map<string, Pair>;
  readonly written: number;
  readonly removed: number;
  /** Whether the native side moved meanwhile, so that there is more to do. */
  readonly hasMoved: boolean;
}

/** Writes what differs. Runs while the list is locked. */
export function bringToNative(
  list: LockedList,
  shown: readonly Task[],
  { before, scene }: { readonly before: ReadBefore; readonly scene: MirrorScene },
): NativeOutcome {
  const now = list.read();
  const pairs = numbered(before.pairs, shown, now);
  const { nativeId } = idPairs(pairs);
  const tasksById = new Map(shown.map((task) => [task.id, task]));
  const outcome = { pairs, written: 0, removed: 0, hasMoved: hasNewcomers(now, pairs) };
  const views = new Map<string, NativeView | undefined>();
  for (const [native, { id, isGone }] of pairs) {
    const task = isGone === true ? undefined : tasksById.get(id);
    if (task !== undefined) views.set(native, viewOfTask(task, { listId: scene.listId, nativeId }));
  }
  const edges = edgeChanges(before.views, views);
  for (const [native, view] of views) {
    const pair = pairs.get(native);
    const task = pair && tasksById.get(pair.id);
    if (pair === undefined || task === undefined) continue;
    const seen = { native, task, view, blocks: edges(native) };
    pairs.set(native, settle(list, seen, { pair, before, now, outcome }));
  }
  return outcome;
}

interface Target {
  readonly native: string;
  readonly task: Task;
  /** What the file is to say; undefined: there is to be none. */
  readonly view: NativeView | undefined;
  readonly blocks: { readonly added: readonly string[]; readonly removed: readonly string[] };
}

interface Surroundings {
  readonly pair: Pair;
  readonly before: ReadBefore;
  readonly now: NativeState;
  readonly outcome: { written: number; removed: number; hasMoved: boolean };
}

/** Brings one file up to date, and gives the pair as it is then. */
function settle(list: LockedList, target: Target, around: Surroundings): Pair {
  const { pair, before, now, outcome } = around;
  const { native } = target;
  const current = now.tasks.get(native);
  const from = before.views.get(native);
  if (isTheirs(now, native)) return pair;
  if (!isSame(current, before.natives.get(native))) {
    outcome.hasMoved = true;
    // The ledger has what was read: from there the next comparison goes on.
    return from === undefined ? pair : { id: pair.id, alias: pair.alias, base: from };
  }
  return current === undefined || from === undefined
    ? make(list, target, around)
    : update(list, target, { ...around, current, from });
}

/** A file that we cannot read, or one of the tool's own tasks, is not ours to touch. */
function isTheirs(now: NativeState, native: string): boolean {
  const current = now.tasks.get(native);
  return current === undefined ? now.bad.some(({ id }) => id === native) : isInternal(current);
}

/** A file for a task that has none. */
function make(list: LockedList, { native, task, view, blocks }: Target, { pair, outcome }: Surroundings): Pair {
  if (view === undefined || view.status === 'completed') return { ...pair, isGone: true };
  const raw = newNative({ id: native, taskId: task.id, view, blocks }, claudeEntry(task).fields);
  list.write(native, nativeText(raw));
  outcome.written++;
  return { id: pair.id, alias: pair.alias, base: view };
}

function update(
  list: LockedList,
  { native, task, view, blocks }: Target,
  { pair, outcome, current, from }: Surroundings & { readonly current: NativeTask; readonly from: NativeView },
): Pair {
  const { id, alias } = pair;
  if (view === undefined) {
    list.remove(native);
    outcome.removed++;
    return { id, alias, base: from, isGone: true };
  }
  const raw = patchedNative(current, from, { id: native, taskId: task.id, view, blocks });
  if (raw !== current.raw) {
    list.write(native, nativeText(raw));
    outcome.written++;
  }
  return { id, alias, base: view };
}

function isSame(a: NativeTask | undefined, b: NativeTask | undefined): boolean {
  return sameJson(a?.raw, b?.raw);
}

/** The pairs with a number for each shown task that has none: one that it had before, else the next. */
function numbered(pairs: ReadonlyMap<string, Pair>, shown: readonly Task[], now: NativeState): Map<string, Pair> {
  const next = new Map(pairs);
  const numbers = new Map([...pairs].map(([native, { id }]) => [id, native]));
  let highest = Math.max(now.highest, ...[...pairs.keys()].map(Number));
  for (const { id, status, list } of shown) {
    const old = numbers.get(id);
    const pair = old === undefined ? undefined : next.get(old);
    if (pair !== undefined && pair.isGone !== true) continue;
    if (status === 'completed' || status === 'cancelled') continue;
    const isFree = old !== undefined && !now.tasks.has(old) && !now.bad.some((file) => file.id === old);
    const native = isFree ? old : String(++highest);
    next.set(native, { id, alias: pair?.alias ?? `${list}/${native}` });
  }
  return next;
}

function hasNewcomers(now: NativeState, pairs: ReadonlyMap<string, Pair>): boolean {
  const isPaired = (native: string): boolean => pairs.has(native) && pairs.get(native)?.isGone !== true;
  return [...now.tasks].some(([native, task]) => !isInternal(task) && !isPaired(native));
}

/** For each task who begins or ceases to wait for it. */
function edgeChanges(
  from: ReadonlyMap<string, NativeView>,
  to: ReadonlyMap<string, NativeView | undefined>,
): (native: string) => Target['blocks'] {
  const added = new Map<string, string[]>();
  const removed = new Map<string, string[]>();
  const note = (map: Map<string, string[]>, blocker: string, waiter: string): void => {
    map.set(blocker, [...(map.get(blocker) ?? []), waiter]);
  };
  for (const [waiter, view] of to) {
    const old = from.get(waiter)?.blockedBy ?? [];
    const now = view?.blockedBy ?? [];
    for (const id of now) if (!old.includes(id)) note(added, id, waiter);
    for (const id of old) if (!now.includes(id)) note(removed, id, waiter);
  }
  return (native) => ({ added: added.get(native) ?? [], removed: removed.get(native) ?? [] });
}

/**
 * Mends a task that somebody merged otherwise than we would: by lines, by taking one side, by hand. Pure.
 *
 * What the merge should have given stays, so nothing of either side is lost. On top comes what is new in the merge made: a
 * value that no parent and no base ever held is the deliberate word of whoever merged.
 */
import { sameJson } from '../task/changes.ts';
import { FIELDS } from '../task/fields.ts';
import { sortedSet } from '../task/text.ts';
import type { Conflict, JsonValue, Task } from '../task/types.ts';
import { canonicalJson } from './decision.ts';
import type { Dated } from './sets.ts';

/** One task around a merge. */
export interface MadeMerge {
  /** As the parents of the merge had it. */
  readonly parents: readonly Task[];
  /** As the bases had it. */
  readonly bases: readonly Task[];
  /** As the merge left it. */
  readonly made: Task;
  /** As the merge should have left it. */
  readonly right: Task;
}

/** The task that keeps both what was to be kept and what was decided while merging. */
export function mendTask({ parents, bases, made, right }: MadeMerge): Task {
  const known = [...parents, ...bases];
  const merged: Record<string, unknown> = { ...right };
  const take = (name: keyof Task): void => {
    if (made[name] === undefined) delete merged[name];
    else merged[name] = made[name];
  };
  const isOwn = (name: keyof Task): boolean => !known.some((task) => sameJson(task[name], made[name]));
  for (const { name, merge } of FIELDS) {
    if ((merge === 'scalar' || merge === 'text') && isOwn(name)) take(name);
    if (merge === 'notes') merged[name] = datedOf(name, { parents, bases, made, right });
    if (merge === 'set') merged[name] = sortedSet(members(name, { parents, bases, made, right }));
  }
  if (isOwn('list')) take('list');
  // Status, owner, claim and who completed it are one thing: parts of two lives, as lines give them, are nobody's word.
  if (isOwn('status')) (['status', 'owner', 'claim', 'completedBy'] as const).forEach(take);
  return {
    ...(merged as unknown as Task),
    metadata: mapOf('metadata', known, { made, right }),
    extra: mapOf('extra', known, { made, right }),
    conflicts: conflictsOf({ parents, bases, made, right }),
  };
}

/** Right members, without those that all parents had and the merge removed, with those that are its own. */
function choose(right: readonly string[], lists: { parents: string[][]; bases: string[][]; made: string[] }): string[] {
  const { parents, bases, made } = lists;
  const removed = (key: string): boolean => !made.includes(key) && parents.every((keys) => keys.includes(key));
  const own = made.filter((key) => ![...parents, ...bases].some((keys) => keys.includes(key)));
  return [...new Set([...right.filter((key) => !removed(key)), ...own])];
}

function listsOf({ parents, bases, made }: MadeMerge, keys: (task: Task) => string[]): Parameters<typeof choose>[1] {
  return { parents: parents.map(keys), bases: bases.map(keys), made: keys(made) };
}

function members(name: keyof Task, merge: MadeMerge): string[] {
  const keys = (task: Task): string[] => [...(task[name] as readonly string[])];
  return choose(keys(merge.right), listsOf(merge, keys));
}

function datedOf(name: keyof Task, merge: MadeMerge): Dated[] {
  const records = (task: Task): readonly Dated[] => task[name] as unknown as readonly Dated[];
  const ids = (task: Task): string[] => records(task).map(({ id }) => id);
  const byId = new Map([...records(merge.made), ...records(merge.right)].map((record) => [record.id, record]));
  const kept = choose(ids(merge.right), listsOf(merge, ids)).flatMap((id) => byId.get(id) ?? []);
  return kept.sort((a, b) => (`${a.at} ${a.id}` < `${b.at} ${b.id}` ? -1 : 1));
}

function conflictsOf(merge: MadeMerge): Conflict[] {
  const key = (conflict: Conflict): string => canonicalJson({ ...conflict });
  const keys = ({ conflicts }: Task): string[] => conflicts.map(key);
  const byKey = new Map([...merge.made.conflicts, ...merge.right.conflicts].map((one) => [key(one), one]));
  return choose(keys(merge.right), listsOf(merge, keys))
    .sort()
    .flatMap((name) => byKey.get(name) ?? []);
}

function mapOf(
  name: 'metadata' | 'extra',
  known: readonly Task[],
  { made, right }: Pick<MadeMerge, 'made' | 'right'>,
): Record<string, JsonValue> {
  const own = (task: Task, key: string): JsonValue | undefined =>
    Object.hasOwn(task[name], key) ? task[name][key] : undefined;
  const keys = [...new Set([...Object.keys(right[name]), ...Object.keys(made[name])])];
  const entries = keys.flatMap((key): [string, JsonValue][] => {
    const isOwn = !known.some((task) => sameJson(own(task, key), own(made, key)));
    const value = isOwn ? own(made, key) : own(right, key);
    return value === undefined ? [] : [[key, value]];
  });
  return Object.fromEntries(entries);
}

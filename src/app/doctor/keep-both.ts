/** Joins two versions of one task so that neither loses a value: what differs becomes a conflict. Pure. */
import { changedFields, sameJson } from '../../task/changes.ts';
import type { Conflict, JsonValue, Task } from '../../task/types.ts';

/** `kept`, with the other's values of every field that differs among its conflicts. */
export function keepBoth(kept: Task, other: Task): Task {
  const fields = changedFields(kept, other).map((change) => change.field);
  const differing = fields.filter((field) => field !== 'conflicts');
  const conflicts = differing.map((field) => ({ field, kept: valueOf(kept, field), other: valueOf(other, field) }));
  if (kept.list !== other.list) conflicts.push({ field: 'list', kept: kept.list, other: other.list });
  return withConflicts(kept, [...other.conflicts, ...conflicts]);
}

/** The task with further conflicts; one that it has already is not added again. */
export function withConflicts(task: Task, added: readonly Conflict[]): Task {
  const fresh = added.filter((one, at) => !isAmong(one, task.conflicts) && !isAmong(one, added.slice(0, at)));
  return { ...task, conflicts: [...task.conflicts, ...fresh] };
}

function isAmong(conflict: Conflict, others: readonly Conflict[]): boolean {
  return others.some((other) => sameJson(other, conflict));
}

function valueOf(task: Task, field: string): JsonValue {
  const value = Object.hasOwn(task, field) ? task[field as keyof Task] : task.extra[field];
  return (value ?? null) as JsonValue;
}

/** What a change of one task means. Pure. */
import { changedFields, type FieldChange, sameJson } from '../task/changes.ts';
import type { Claim, Conflict, JsonValue, Task } from '../task/types.ts';
import type { EventChange, EventType } from './types.ts';

/** The type of a change, by what matters most in it: one event tells of it, and its `changes` of the rest. */
export function typeOfChange(before: Task | undefined, after: Task): EventType {
  if (before === undefined) return 'created';
  if (before.status !== after.status) {
    if (after.status === 'completed' || after.status === 'cancelled') return after.status;
    if (before.status === 'completed' || before.status === 'cancelled') return 'reopened';
  }
  return typeOfClaim(before.claim, after.claim);
}

function typeOfClaim(before: Claim | undefined, after: Claim | undefined): EventType {
  if (sameJson(before, after)) return 'changed';
  if (isHeld(after)) return (before?.term ?? 0) === after?.term ? 'renewed' : 'claimed';
  return isHeld(before) ? 'released' : 'changed';
}

/** A claim that was released keeps only its term. */
function isHeld(claim: Claim | undefined): boolean {
  return claim?.hold === true || claim?.expires !== undefined;
}

/** The changed fields, short enough for one line. */
export function changesOf(before: Task | undefined, after: Task): EventChange[] {
  // A new task is in its file from the first line to the last.
  return before === undefined ? [] : changedFields(before, after).map(shorten);
}

/** The conflicts that none of the earlier states had. */
export function newConflicts(befores: readonly (Task | undefined)[], after: Task): Conflict[] {
  return after.conflicts.filter((conflict) =>
    befores.every((before) => before?.conflicts.some((known) => sameJson(known, conflict)) !== true),
  );
}

/** The states of one task around a merge. */
export interface MergedTask {
  /** The state in each parent, in their order: the first is the one that was known before. */
  readonly parents: readonly (Task | undefined)[];
  readonly after: Task;
  /** The fields that the commits on the merged side changed, which have been told. */
  readonly told: ReadonlySet<string>;
}

/**
 * What a merge itself did to a task: values that no parent has, and values that were told of a moment ago and that the
 * merge decided against. All else has been told with the commits that did it.
 */
export function changesOfMerge({ parents, after, told }: MergedTask): EventChange[] {
  const [known, ...others] = parents.map((before) => fieldsOf(before, after));
  const changes = new Map<string, EventChange>();
  for (const other of others) {
    for (const [field, change] of other) {
      const isNew = known?.has(field) === true && others.every((fields) => fields.has(field));
      if (isNew) changes.set(field, known.get(field) ?? change);
      else if (told.has(field)) changes.set(field, change);
    }
  }
  changes.delete('conflicts');
  return [...changes.values()];
}

function fieldsOf(before: Task | undefined, after: Task): ReadonlyMap<string, EventChange> {
  if (before === undefined) return new Map();
  return new Map(changedFields(before, after).map((change) => [change.field, shorten(change)]));
}

/** Fields whose values are texts or structures of any size: who needs them reads the task. */
const LONG: ReadonlySet<string> = new Set(['description', 'result', 'evidence', 'notes', 'metadata', 'conflicts']);

function shorten(change: FieldChange): EventChange {
  const { field } = change;
  if (LONG.has(field)) return { field };
  if ('added' in change) return { field, added: change.added, removed: change.removed };
  return { field, ...valueOf('before', change.before), ...valueOf('after', change.after) };
}

function valueOf(key: 'before' | 'after', value: JsonValue | undefined): Partial<EventChange> {
  return value === undefined ? {} : { [key]: value };
}

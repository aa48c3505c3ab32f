/** The difference between two states of a task, field by field, in the order of the field table. Pure. */
import { FIELDS, type Field, SET_FIELDS } from './fields.ts';
import type { JsonValue, Task } from './types.ts';

/** One changed field. A set says what came and what went; anything else its two values. */
export type FieldChange =
  | { readonly field: string; readonly before: JsonValue | undefined; readonly after: JsonValue | undefined }
  | { readonly field: string; readonly added: readonly string[]; readonly removed: readonly string[] };

/** The changed fields of a task. `before` undefined: everything that is set counts as new. */
export function changedFields(before: Task | undefined, after: Task): FieldChange[] {
  const known = FIELDS.flatMap((field) => changeOf(field, before, after));
  const keys = new Set([...Object.keys(before?.extra ?? {}), ...Object.keys(after.extra)]);
  const unknown = [...keys].flatMap((key) => valueChange(key, before?.extra[key], after.extra[key]));
  return [...known, ...unknown];
}

/** Whether two values are the same JSON; the order of keys does not count. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  return keys.every((key) => Object.hasOwn(right, key) && sameJson(left[key], right[key]));
}

function changeOf(field: Field, before: Task | undefined, after: Task): FieldChange[] {
  if (!(SET_FIELDS as readonly string[]).includes(field.name)) {
    return valueChange(
      field.name,
      before?.[field.name] as JsonValue | undefined,
      after[field.name] as JsonValue | undefined,
    );
  }
  const old = new Set((before?.[field.name] ?? []) as readonly string[]);
  const now = new Set(after[field.name] as readonly string[]);
  const added = [...now].filter((member) => !old.has(member));
  const removed = [...old].filter((member) => !now.has(member));
  return added.length + removed.length > 0 ? [{ field: field.name, added, removed }] : [];
}

function valueChange(field: string, before: JsonValue | undefined, after: JsonValue | undefined): FieldChange[] {
  return sameJson(before, after) ? [] : [{ field, before, after }];
}

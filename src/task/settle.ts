/** The field that a conflict is about, and how a value gets into it. Pure. */
import { sameJson } from './changes.ts';
import { FIELD_BY_NAME, SET_FIELDS } from './fields.ts';
import { sortedSet } from './text.ts';
import type { Conflict, JsonValue, Status, Task } from './types.ts';

/** A value for a field. */
interface FieldValue {
  readonly field: string;
  readonly value: JsonValue;
}

/** What a conflict calls a key of `metadata`: `metadata.key`, or `metadata."any key"`. */
const METADATA = 'metadata.';

const IS_SET: ReadonlySet<string> = new Set(SET_FIELDS);

/** The value that a conflict's field has in the task; undefined when it is absent. */
export function valueOfField(task: Task, field: string): JsonValue | undefined {
  if (field === 'claim') return claimValue(task);
  if (field === 'list' || FIELD_BY_NAME.has(field)) return task[field as keyof Task] as JsonValue | undefined;
  const [map, key] = field.startsWith(METADATA)
    ? [task.metadata, keyOf(field.slice(METADATA.length))]
    : [task.extra, keyOf(field)];
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** The task with a value in the field; null clears it. A single member of a set is added to it. */
export function withValue(task: Task, { field, value }: FieldValue): Task {
  if (field === 'status' && value !== 'completed') return { ...task, status: value as Status, completedBy: [] };
  if (field === 'reviews') {
    // What a task reviews it waits for.
    const reviews = setWith(task.reviews, value);
    return { ...task, reviews, blockedBy: sortedSet([...task.blockedBy, ...reviews]) };
  }
  if (IS_SET.has(field)) return { ...task, [field]: setWith(task[field as 'labels'], value) };
  if (field === 'list' || FIELD_BY_NAME.has(field))
    return withOwn(task, field, emptyFor(field, value)) as unknown as Task;
  if (!field.startsWith(METADATA)) return { ...task, extra: withOwn(task.extra, keyOf(field), value) };
  return { ...task, metadata: withOwn(task.metadata, keyOf(field.slice(METADATA.length)), value) };
}

/** The task without these conflicts. */
export function withoutConflicts(task: Task, settled: readonly Conflict[]): Task {
  const conflicts = task.conflicts.filter((conflict) => !settled.some((one) => sameJson(one, conflict)));
  return { ...task, conflicts };
}

/** Who holds the task, as a conflict about its claim says it. */
function claimValue({ owner, claim }: Task): JsonValue | undefined {
  if (owner === undefined && claim === undefined) return undefined;
  return {
    owner: owner ?? null,
    term: claim?.term ?? 0,
    ...(claim?.session !== undefined && { session: claim.session }),
  };
}

function setWith(members: readonly string[], value: JsonValue): readonly string[] {
  if (Array.isArray(value)) return sortedSet(value as readonly string[]);
  return value === null ? members : sortedSet([...members, value as string]);
}

/** A field that every task has in memory is cleared to its default. */
function emptyFor(field: string, value: JsonValue): JsonValue {
  if (value !== null) return value;
  const declared = FIELD_BY_NAME.get(field);
  if (declared?.defaultValue !== undefined) return declared.defaultValue;
  if (declared?.shape === 'map') return {};
  return declared?.shape === 'notes' || declared?.shape === 'evidence' || declared?.shape === 'conflicts' ? [] : null;
}

function withOwn(map: object, key: string, value: JsonValue): Record<string, JsonValue> {
  const entries = Object.entries(map as Record<string, JsonValue>).filter(([name]) => name !== key);
  return Object.fromEntries(value === null ? entries : [...entries, [key, value]]);
}

/** The key that a part of a field's name stands for: itself, or a JSON text. */
function keyOf(name: string): string {
  if (!name.startsWith('"')) return name;
  try {
    return String(JSON.parse(name));
  } catch {
    return name;
  }
}

/** Mends what models get slightly wrong in the arguments of a tool. Pure. */

/** Other names for the id of the task that a call is about. */
const ID_NAMES = ['id', 'task', 'taskID'];

/** What a field holds, as far as mending needs to know. */
export type FieldKind = 'id' | 'list' | 'other';

/**
 * The arguments by the names that the tool has: `task_id`, `id` and `active_form` are understood, a number or `#7` as an
 * id, one text where a list of texts belongs. What is still unknown afterwards stays, to be refused.
 */
export function repaired(
  input: Readonly<Record<string, unknown>>,
  fields: ReadonlyMap<string, FieldKind>,
): Record<string, unknown> {
  const output: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(input)) {
    const name = nameOf(key, fields);
    // Which of two was meant is not ours to choose.
    const isTaken = name !== key && (Object.hasOwn(input, name) || Object.hasOwn(output, name));
    if (isTaken) output[key] = value;
    else output[name] = mended(value, fields.get(name) ?? 'other');
  }
  return output;
}

function nameOf(key: string, fields: ReadonlyMap<string, FieldKind>): string {
  if (fields.has(key)) return key;
  const camel = key.replaceAll(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
  if (fields.has(camel)) return camel;
  return fields.has('taskId') && ID_NAMES.includes(camel) ? 'taskId' : key;
}

function mended(value: unknown, kind: FieldKind): unknown {
  if (kind === 'id') return mendedId(value);
  if (kind !== 'list') return value;
  return (Array.isArray(value) ? value : [value]).map(mendedId);
}

function mendedId(value: unknown): unknown {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value.replace(/^#(?=\w)/, '') : value;
}

/**
 * Idempotency keys: the same key makes the same task, on any machine and without asking anybody.
 *
 * The task keeps the key and a digest of what it was created with. So a retry is answered with the task however much was
 * done to it since, and another content is refused however alike the tasks look now.
 */
import { createHash } from 'node:crypto';
import { TasksError } from '../errors.ts';
import { canonicalJson } from '../merge/decision.ts';
import { KEY_ENTRY } from '../task/aliases.ts';
import { FIELDS } from '../task/fields.ts';
import { idFromBytes } from '../task/ids.ts';
import { normalizeLine, sortedSet } from '../task/text.ts';
import type { JsonValue, Note, Task, TaskId } from '../task/types.ts';
import { isDefault } from '../task/validate.ts';
import type { FieldsInput } from './fields-input.ts';
import type { Workbench } from './workbench.ts';

/** The id of a key: a hash of list and key, so that two machines that never met choose the same. */
export function keyedId(list: string, key: string): TaskId {
  return idFromBytes(createHash('sha256').update(`${list}\0${key}`).digest());
}

/** A key as it is stored: one line. Throws `usage` when nothing is left of it. */
export function normalizeKey(key: string): string {
  const line = normalizeLine(key);
  if (line === '') throw new TasksError('usage', 'A key must not be empty', { hint: 'Give: --key TEXT' });
  return line;
}

/** Creates the task, or accepts the one that the same key and content made before; whether it was created. */
export async function pushKeyed(
  bench: Workbench,
  made: Task,
  { key, input }: { readonly key: string; readonly input: FieldsInput },
): Promise<boolean> {
  const content = digestOf(bench, made, input);
  const known = await bench.get(made.id);
  if (known === undefined) {
    const metadata = { ...made.metadata, [KEY_ENTRY]: { id: key, content } };
    await bench.push({ op: 'create', id: made.id, task: { ...made, metadata } });
    return true;
  }
  const entry = known.metadata[KEY_ENTRY] as { readonly id?: string; readonly content?: string } | undefined;
  if (entry?.id === key && entry.content === content) return false;
  throw new TasksError('exists', `The key ${JSON.stringify(key)} was used for ${known.id} with another content`, {
    hint: `Change that task with: git tasks set ${known.id}, or choose another key`,
    data: { id: known.id, key },
  });
}

/**
 * The id of a note with a key: of the task and the key, and behind it of the text. So two machines that are offline make
 * one note of one text, and two texts are two notes. Throws `exists` where the key was used for another text.
 */
export function keyedNoteId(
  notes: readonly Note[],
  { id, text, key }: { readonly id: TaskId; readonly text: string; readonly key: string },
): string {
  const start = `${keyedId(id, normalizeKey(key))}-`;
  const noteId = start + keyedId(id, text);
  const known = notes.find((note) => note.id.startsWith(start));
  if (known === undefined || known.id === noteId) return noteId;
  throw new TasksError('exists', `The key ${JSON.stringify(key)} was used for another note of ${id}`, {
    hint: 'Choose another key',
    data: { id, key },
  });
}

/** Never a part of the content: what the moment and the asker add. */
const CIRCUMSTANCES: ReadonlySet<string> = new Set(['id', 'created', 'createdBy']);

/**
 * A digest of what was asked for. Times count as they were typed, because `3d` is another instant in each attempt; a
 * field that was left at its default does not count, so that fields of later versions change no digest.
 */
function digestOf(bench: Workbench, made: Task, { due, defer, blocks }: FieldsInput): string {
  const typed: Readonly<Record<string, JsonValue | undefined>> = { due: due?.trim(), defer: defer?.trim() };
  const content: Record<string, JsonValue> = { list: made.list };
  for (const field of FIELDS) {
    const { name } = field;
    if (CIRCUMSTANCES.has(name) || isDefault(field, made[name])) continue;
    content[name] = typed[name] ?? (made[name] as JsonValue);
  }
  if (blocks !== undefined && blocks.length > 0) content['blocks'] = sortedSet(blocks.map((id) => bench.find(id)));
  return createHash('sha256').update(canonicalJson(content)).digest('hex').slice(0, 16);
}

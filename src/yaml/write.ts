/**
 * Writes the canonical form of a task. Ours because it is the hot path: the library's `stringify` costs ten times as
 * much warm, and its start-up on top.
 */
import { TasksError } from '../errors.ts';
import { FIELDS } from '../task/fields.ts';
import { MAX_FILE_BYTES } from '../task/limits.ts';
import type { JsonValue, Task } from '../task/types.ts';
import { isDefault, isMap } from '../task/validate.ts';
import { numberText } from './number.ts';
import { keysInOrder, type Place, RECORD_KEYS } from './records.ts';
import { isLiteral, isPlain, literalHeader, quote } from './text.ts';

const TOP: Place = { pad: '' };
const PLACES: ReadonlyMap<string, Place> = new Map([...RECORD_KEYS].map(([name, known]) => [name, { pad: '', known }]));

/**
 * The canonical text of a task: a function of its value alone (only the order of `extra` counts).
 * Throws `invalid` when it would be larger than a task file may be.
 */
export function encodeTask(task: Task): string {
  let text = '';
  for (const field of FIELDS) {
    const value = task[field.name] as JsonValue | undefined;
    if (value !== undefined && !isDefault(field, value)) text += writeField(field.name, value);
  }
  for (const [key, value] of Object.entries(task.extra)) text += writeEntry(key, value, TOP);
  if (isOversized(text)) {
    throw new TasksError('invalid', `task ${task.id} would be larger than ${MAX_FILE_BYTES} bytes`, {
      hint: 'Shorten its description, result or notes.',
    });
  }
  return text;
}

/** Whether the text is larger, in bytes of UTF-8, than a task file may be. */
export function isOversized(text: string): boolean {
  // A UTF-16 unit takes three bytes at most, so that nearly every text is judged by its length alone.
  return text.length * 3 > MAX_FILE_BYTES && Buffer.byteLength(text) > MAX_FILE_BYTES;
}

/** The lines of one field at the top of a file. */
export function writeField(name: string, value: JsonValue): string {
  return writeEntry(name, value, PLACES.get(name) ?? TOP);
}

/** The lines of one entry of a block map. */
export function writeEntry(key: string, value: JsonValue, { pad, known }: Place): string {
  const start = `${pad}${isPlain(key) ? key : quote(key)}:`;
  const scalar = writeScalar(value, pad);
  if (scalar !== undefined) return `${start} ${scalar}\n`;
  return `${start}\n${writeBlock(value, { pad: `${pad}  `, known })}`;
}

/** The lines of one member of a block list. */
export function writeItem(value: JsonValue, { pad, known }: Place): string {
  const scalar = writeScalar(value, pad);
  if (scalar !== undefined) return `${pad}- ${scalar}\n`;
  const block = writeBlock(value, { pad: `${pad}  `, known });
  return `${pad}- ${block.slice(pad.length + 2)}`;
}

function writeBlock(value: JsonValue, place: Place): string {
  let text = '';
  if (Array.isArray(value)) {
    for (const member of value as readonly JsonValue[]) text += writeItem(member, place);
  } else if (isMap(value)) {
    const inside = { pad: place.pad };
    for (const key of keysInOrder(value, place.known)) text += writeEntry(key, value[key] as JsonValue, inside);
  }
  return text;
}

/**
 * A value that starts on the line of its key or dash (which stands at this indentation); undefined for a list or map
 * with something in it.
 */
export function writeScalar(value: JsonValue, pad: string): string | undefined {
  if (typeof value === 'string') return writeString(value, pad);
  if (typeof value === 'number') return numberText(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.length === 0 ? '[]' : undefined;
  return Object.keys(value).length === 0 ? '{}' : undefined;
}

function writeString(text: string, pad: string): string {
  if (isPlain(text)) return text;
  if (!isLiteral(text)) return quote(text);
  const body = text.endsWith('\n') ? text.slice(0, -1) : text;
  const indented = `\n${body}`.replace(/\n(?!\n|$)/g, `\n${pad}  `);
  return `${literalHeader(text)}${indented}`;
}

/**
 * Reads the canonical form, and nothing but the canonical form: what `encodeTask` would not have written byte for byte
 * is answered by undefined, and goes to the library. Ours because YAML is the largest cost of the whole system: the
 * library takes 0.25 ms for a task.
 *
 * Recursive descent, one line at a time. Undefined is no JSON value, so it means "not canonical" everywhere.
 */
import { FIELDS } from '../task/fields.ts';
import type { JsonValue } from '../task/types.ts';
import { numberText } from './number.ts';
import { compareKeys, type Place, RECORD_KEYS } from './records.ts';
import { isLiteral, isPlain, literalHeader, unquote } from './text.ts';

/** A place in a text; `at` is always the start of something. */
interface Cursor {
  readonly text: string;
  at: number;
}

/** Nearly every key of nearly every file: not worth a look at its characters. */
const USUAL_KEYS: ReadonlySet<string> = new Set([
  ...FIELDS.map((field) => field.name),
  ...[...RECORD_KEYS.values()].flat(),
]);
const NUMBER = /^-?[0-9]/;
const QUOTED = /"(?:[^"\\\n]|\\.)*"/y;
/** Deeper than any valid value, and far from the end of the stack. */
const MAX_PAD = 100;

/** The fields of a canonical text in their order, or undefined. Neither their order nor their values are judged. */
export function scanCanonical(text: string): Map<string, JsonValue> | undefined {
  const cursor: Cursor = { text, at: 0 };
  const fields = new Map<string, JsonValue>();
  while (cursor.at < text.length) {
    const key = scanKey(cursor);
    if (key === undefined || fields.has(key)) return undefined;
    const value = scanValue(cursor, '', RECORD_KEYS.get(key));
    if (value === undefined) return undefined;
    fields.set(key, value);
  }
  return fields;
}

/** A key and its colon. */
function scanKey(cursor: Cursor): string | undefined {
  const { text, at } = cursor;
  if (text.startsWith('"', at)) return scanQuotedKey(cursor);
  let colon = text.indexOf(':', at);
  while (colon !== -1 && text[colon + 1] !== ' ' && text[colon + 1] !== '\n') colon = text.indexOf(':', colon + 1);
  if (colon === -1) return undefined;
  const key = text.slice(at, colon);
  if (!USUAL_KEYS.has(key) && !isPlain(key)) return undefined;
  cursor.at = colon + 1;
  return key;
}

function scanQuotedKey(cursor: Cursor): string | undefined {
  QUOTED.lastIndex = cursor.at;
  const token = QUOTED.exec(cursor.text)?.[0];
  const end = cursor.at + (token?.length ?? 0);
  const key = token === undefined || cursor.text[end] !== ':' ? undefined : unquote(token);
  if (key === undefined || isPlain(key)) return undefined;
  cursor.at = end + 1;
  return key;
}

/** What follows the colon of a key that stands at this indentation. */
function scanValue(cursor: Cursor, pad: string, known?: readonly string[]): JsonValue | undefined {
  const { text, at } = cursor;
  if (text[at] === '\n') {
    cursor.at = at + 1;
    const place = { pad: `${pad}  `, known };
    return cursor.text.startsWith(`${place.pad}- `, cursor.at) ? scanList(cursor, place) : scanMap(cursor, place);
  }
  cursor.at = at + 1;
  return text[at] === ' ' ? scanScalar(cursor, pad) : undefined;
}

/** The members of a block list. */
function scanList(cursor: Cursor, { pad, known }: Place, inside = false): JsonValue[] | undefined {
  if (pad.length > MAX_PAD) return undefined;
  const dash = `${pad}- `;
  const members: JsonValue[] = [];
  const place = { pad: `${pad}  `, known };
  if (inside) cursor.at -= pad.length;
  while (inside || cursor.text.startsWith(dash, cursor.at)) {
    inside = false;
    cursor.at += dash.length;
    const member = scanMember(cursor, place);
    if (member === undefined) return undefined;
    members.push(member);
  }
  return members.length === 0 ? undefined : members;
}

/** What follows a dash; a list or map in it starts on the same line. */
function scanMember(cursor: Cursor, place: Place): JsonValue | undefined {
  if (cursor.text.startsWith('- ', cursor.at)) return scanList(cursor, place, true);
  return startsWithKey(cursor) ? scanMap(cursor, place, true) : scanScalar(cursor, place.pad.slice(2));
}

function startsWithKey({ text, at }: Cursor): boolean {
  if (text.startsWith('"', at)) {
    QUOTED.lastIndex = at;
    return QUOTED.test(text) && text[QUOTED.lastIndex] === ':';
  }
  const line = lineAt(text, at);
  return line.endsWith(':') || line.includes(': ');
}

/** The entries of a block map. `inside`: the first one stands behind a dash. */
function scanMap(cursor: Cursor, { pad, known }: Place, inside = false): JsonValue | undefined {
  if (pad.length > MAX_PAD) return undefined;
  const map: Record<string, JsonValue> = {};
  let last: string | undefined;
  if (inside) cursor.at -= pad.length;
  while (inside || (cursor.text.startsWith(pad, cursor.at) && cursor.text[cursor.at + pad.length] !== ' ')) {
    inside = false;
    cursor.at += pad.length;
    const key = scanKey(cursor);
    if (key === undefined || (last !== undefined && compareKeys(last, key, known) >= 0)) return undefined;
    const value = scanValue(cursor, pad);
    if (value === undefined) return undefined;
    setKey(map, key, value);
    last = key;
  }
  return last === undefined ? undefined : map;
}

/** Sets a key of any name, `__proto__` too. */
export function setKey(map: Record<string, JsonValue>, key: string, value: JsonValue): void {
  if (key !== '__proto__') map[key] = value;
  else Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true });
}

/** The rest of the line as a value, and the lines of a literal block below it. `pad`: of its key or dash. */
function scanScalar(cursor: Cursor, pad: string): JsonValue | undefined {
  const { text, at } = cursor;
  const end = text.indexOf('\n', at);
  if (end === -1) return undefined;
  const token = text.slice(at, end);
  cursor.at = end + 1;
  if (isPlain(token)) return token;
  if (token.startsWith('"')) {
    const value = unquote(token);
    return value === undefined || isPlain(value) || isLiteral(value) ? undefined : value;
  }
  if (token.startsWith('|')) return scanLiteral(cursor, token, `${pad}  `);
  return scanConstant(token);
}

function scanConstant(token: string): JsonValue | undefined {
  if (NUMBER.test(token)) {
    const number = Number(token);
    return Number.isFinite(number) && numberText(number) === token ? number : undefined;
  }
  if (token === 'true') return true;
  if (token === 'false') return false;
  if (token === 'null') return null;
  if (token === '[]') return [];
  return token === '{}' ? {} : undefined;
}

function scanLiteral(cursor: Cursor, header: string, pad: string): string | undefined {
  const { text, at: start } = cursor;
  let at = start;
  for (;;) {
    if (text.startsWith(pad, at)) {
      const end = text.indexOf('\n', at);
      if (end <= at + pad.length) return undefined;
      at = end + 1;
    } else if (text[at] === '\n') at++;
    else break;
  }
  if (at === start) return undefined;
  cursor.at = at;
  const body = `\n${text.slice(start, at)}`.replaceAll(`\n${pad}`, '\n').slice(1);
  const value = header.endsWith('-') ? body.slice(0, -1) : body;
  return isLiteral(value) && literalHeader(value) === header ? value : undefined;
}

function lineAt(text: string, at: number): string {
  const end = text.indexOf('\n', at);
  return end === -1 ? '' : text.slice(at, end);
}

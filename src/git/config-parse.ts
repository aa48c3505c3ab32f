/**
 * Reads the text of a git config file. Pure.
 *
 * Source: git-config(1), "Syntax", and the behaviour of `git config --list` where the text leaves a question.
 */
import { TasksError } from '../errors.ts';

/** One setting: `key` is normalised (`section.Sub Section.name`); a key without `=` has the value undefined. */
export interface ConfigEntry {
  readonly key: string;
  readonly value: string | undefined;
}

/** The key with its section and name in lower case; what stands between (the subsection) keeps its case. */
export function normalizeConfigKey(key: string): string {
  const first = key.indexOf('.');
  const last = key.lastIndexOf('.');
  if (first < 0) return key.toLowerCase();
  return key.slice(0, first).toLowerCase() + key.slice(first, last) + key.slice(last).toLowerCase();
}

/** All settings of a file in order. `file` is for the message. Throws `invalid` with the line that git would refuse. */
export function parseConfig(text: string, file: string): ConfigEntry[] {
  const cursor: Cursor = { text: text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n'), at: 0 };
  const entries: ConfigEntry[] = [];
  // Git lets keys stand before the first section; nothing reads them.
  let section = '';
  for (;;) {
    skip(cursor, /[\s]*(?:[#;][^\n]*\s*)*/y);
    if (cursor.at >= cursor.text.length) return entries;
    if (cursor.text[cursor.at] === '[') {
      section = `${readSection(cursor, file)}.`;
      continue;
    }
    const name = skip(cursor, /[A-Za-z][A-Za-z0-9-]*/y);
    if (name === '') throw badLine(cursor, file);
    skip(cursor, /[ \t]*/y);
    entries.push({ key: section + name.toLowerCase(), value: readAssigned(cursor, file) });
  }
}

interface Cursor {
  readonly text: string;
  at: number;
}

/** Moves over what the sticky pattern matches, and gives it. */
function skip(cursor: Cursor, pattern: RegExp): string {
  pattern.lastIndex = cursor.at;
  const [found = ''] = pattern.exec(cursor.text) ?? [];
  cursor.at += found.length;
  return found;
}

function badLine(cursor: Cursor, file: string): TasksError {
  const line = cursor.text.slice(0, cursor.at).split('\n').length;
  return new TasksError('invalid', `bad config line ${line} in ${file}`, {
    hint: `correct the line; git config --file '${file}' --list shows the same complaint`,
    data: { file, line },
  });
}

function readSection(cursor: Cursor, file: string): string {
  const pattern = /\[([A-Za-z0-9.-]+)(?:[ \t]+"((?:[^"\\\n]|\\[^\n])*)")?[ \t]*\]/y;
  pattern.lastIndex = cursor.at;
  const match = pattern.exec(cursor.text);
  if (match === null) throw badLine(cursor, file);
  cursor.at += match[0].length;
  const [, name = '', subsection] = match;
  if (subsection === undefined) return name.toLowerCase();
  return `${name.toLowerCase()}.${subsection.replace(/\\(.)/g, '$1')}`;
}

function readAssigned(cursor: Cursor, file: string): string | undefined {
  const sign = cursor.text[cursor.at];
  if (sign === '=') {
    cursor.at += 1;
    return readValue(cursor, file);
  }
  // Git allows no comment here either.
  if (sign === undefined || sign === '\n') return undefined;
  throw badLine(cursor, file);
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b', '"': '"', '\\': '\\', '\n': '' };

/** A value up to the end of its line: quotes are removed, unquoted blanks at both ends are dropped. */
function readValue(cursor: Cursor, file: string): string {
  skip(cursor, /[ \t]*/y);
  let value = '';
  for (;;) {
    const blanks = skip(cursor, /[ \t]*/y);
    const char = cursor.text[cursor.at] ?? '\n';
    if (char === '\n' || char === '#' || char === ';') break;
    value += blanks;
    if (char === '"') value += readQuoted(cursor, file);
    else if (char === '\\') value += readEscape(cursor, file);
    else value += skip(cursor, /[^ \t\n#;"\\]+/y);
  }
  skip(cursor, /[^\n]*/y);
  return value;
}

function readQuoted(cursor: Cursor, file: string): string {
  cursor.at += 1;
  let value = '';
  for (;;) {
    value += skip(cursor, /[^"\\\n]*/y);
    const char = cursor.text[cursor.at];
    if (char === '\\') {
      value += readEscape(cursor, file);
      continue;
    }
    if (char !== '"') throw badLine(cursor, file);
    cursor.at += 1;
    return value;
  }
}

function readEscape(cursor: Cursor, file: string): string {
  const escaped = ESCAPES[cursor.text[cursor.at + 1] ?? ''];
  if (escaped === undefined) throw badLine(cursor, file);
  cursor.at += 2;
  return escaped;
}

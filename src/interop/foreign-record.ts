/**
 * Reads the fields of a foreign record one by one, and gives what nobody asked for.
 *
 * A field that was read is gone from the rest. A value of an unexpected type is reported and stays, so that it ends in
 * the metadata instead of nowhere. Pure.
 */
import { instantToMs, isDay, toInstant } from '../task/instant.ts';
import { MAX_LINE, MAX_TEXT } from '../task/limits.ts';
import { normalizeLine, normalizeText } from '../task/text.ts';
import type { Instant, JsonValue } from '../task/types.ts';
import { fieldProblems, isMap } from '../task/validate.ts';
import type { ImportIssueKind } from './types.ts';

/** Tells what became of something; the caller knows of which record. */
export type Report = (kind: ImportIssueKind, message: string) => void;

/** A foreign record that is being read. Absent, null and empty values are undefined and leave nothing behind. */
export interface ForeignRecord {
  /** The value as one line, if it is a text that fits in one. */
  line(name: string): string | undefined;
  /** The value as a text with LF line ends, if it is one that fits. */
  text(name: string): string | undefined;
  /** The value as an instant, if it is an RFC 3339 time. */
  instant(name: string): Instant | undefined;
  /** What the function makes of the value. It stays in the rest where that is undefined. */
  take<T>(name: string, convert: (value: unknown) => T | undefined): T | undefined;
  /** The members of a list that the function can read. The others stay in the rest. */
  members<T>(name: string, convert: (member: unknown, index: number) => T | undefined): T[];
  /** All that was not read, as metadata can hold it. The last call. */
  rest(): [string, JsonValue][];
}

/** Starts reading a record. */
export function readForeignRecord(record: Readonly<Record<string, unknown>>, report: Report): ForeignRecord {
  const left = new Map(Object.entries(record).filter(([, value]) => !isEmpty(value)));
  const take = <T>(name: string, convert: (value: unknown) => T | undefined, wanted: string): T | undefined => {
    if (!left.has(name)) return undefined;
    const value = convert(left.get(name));
    if (value === undefined) report('kept-in-metadata', `${name} is not ${wanted}`);
    else left.delete(name);
    return value;
  };
  return {
    line: (name) => take(name, toLine, `one line of at most ${MAX_LINE} characters`) || undefined,
    text: (name) => take(name, toText, `a text of at most ${MAX_TEXT} characters`) || undefined,
    instant: (name) => take(name, toInstantText, 'a time like 2026-11-22T13:00:00Z'),
    take: (name, convert) => take(name, convert, 'understood'),
    members: (name, convert) => {
      const good = [];
      const bad: unknown[] = [];
      for (const [index, member] of (take(name, asArray, 'a list') ?? []).entries()) {
        const value = convert(member, index);
        if (value === undefined) bad.push(member);
        else good.push(value);
      }
      if (bad.length > 0) {
        left.set(name, bad);
        report('kept-in-metadata', `${name} has ${bad.length} that could not be read`);
      }
      return good;
    },
    rest: () => [...left].flatMap(([name, value]) => toEntry(name, value, report)),
  };
}

/** The text as one line, empty where it is blank, or undefined when it is none or too long. */
export function toLine(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const line = normalizeLine(value);
  return line.length <= MAX_LINE ? line : undefined;
}

/** The text with LF line ends, empty where it is blank, or undefined when it is none or too long. */
export function toText(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > MAX_TEXT) return undefined;
  return value.trim() === '' ? '' : normalizeText(value);
}

/** Deeper values are no data of a task but an attack on the stack. */
const MAX_KEPT_DEPTH = 100;

const RFC3339 = /^(\d{4}-\d{2}-\d{2})[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/;

/** The time in UTC with whole seconds, or undefined when it is not an RFC 3339 time (or Go's zero time). */
export function toInstantText(value: unknown): Instant | undefined {
  const day = typeof value === 'string' ? RFC3339.exec(value)?.[1] : undefined;
  if (typeof value !== 'string' || day === undefined || !isDay(day) || day === '0001-01-01') return undefined;
  const ms = Date.parse(value.toUpperCase().replace(' ', 'T'));
  if (Number.isNaN(ms)) return undefined;
  const instant = toInstant(ms);
  return Number.isNaN(instantToMs(instant)) ? undefined : instant;
}

function asArray(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

/** The entry as metadata can hold it: as it is, else as the text of its JSON, else reported as left out. */
function toEntry(name: string, value: unknown, report: Report): [string, JsonValue][] {
  const key = normalizeLine(name);
  if (isDeeper(value, MAX_KEPT_DEPTH)) {
    report('skipped', `${key} is nested deeper than ${MAX_KEPT_DEPTH} levels`);
    return [];
  }
  const json = /_(?:at|until)$/.test(key) ? (toInstantText(value) ?? wellFormed(value)) : wellFormed(value);
  // One level deeper than it will be at the top of the metadata of a format.
  if (fieldProblems('metadata', { format: { [key]: json } }).length === 0) return [[key, json]];
  const text = JSON.stringify(value);
  if (text.length <= MAX_TEXT) {
    report('changed', `${key} is too large or deep for metadata: kept there as the text of its JSON`);
    return [[key, text]];
  }
  report('skipped', `${key} is too large to be kept`);
  return [];
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1));
}

/** The parsed JSON value with every text as a file can hold it. */
export function wellFormed(value: unknown): JsonValue {
  if (typeof value === 'string') return normalizeText(value);
  if (Array.isArray(value)) return value.map(wellFormed);
  if (!isMap(value)) return value as JsonValue;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [normalizeText(key), wellFormed(member)]));
}

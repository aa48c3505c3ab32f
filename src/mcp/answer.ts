/**
 * What a tool answers: text for the model, and the same as a structure for programs.
 *
 * Whatever stands in a ledger may have been written by anyone and arrives by `git fetch`. In an answer it is quoted as
 * JSON, with everything invisible made visible, and never stands where the server itself speaks.
 */
import { printable } from '../task/printable.ts';

/** The answer of a tool. */
export interface Answer {
  /** One or more lines. The words are ours; foreign text in them is quoted. */
  readonly text: string;
  readonly structured: Readonly<Record<string, unknown>>;
}

/** The value with everything invisible in its texts and keys made visible; line ends and tabs stay. */
export function visible<T>(value: T): T {
  return visibleValue(value) as T;
}

function visibleValue(value: unknown): unknown {
  if (typeof value === 'string') return printable(value, 'text');
  if (Array.isArray(value)) return value.map(visibleValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [printable(key), visibleValue(part)]));
}

/** A foreign text on one line in quotes, cut after `limit` characters with a mark. */
export function quoted(text: string, limit: number = 160): string {
  return JSON.stringify(printable(shortened(text, limit)));
}

/** At most `limit` characters; one that is cut ends with `…`. */
export function shortened(text: string, limit: number = 160): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1).toWellFormed()}…`;
}

/** Ids in words: the first few, and how many more there are. */
export function idsInWords(ids: readonly string[], limit: number = 5): string {
  const more = ids.length > limit ? ` and ${ids.length - limit} more` : '';
  return `${ids.slice(0, limit).join(', ')}${more}`;
}

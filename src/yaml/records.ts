/** The order of keys in the maps of a file. */

/** Where a block stands. */
export interface Place {
  /** The blanks before its keys or dashes. */
  readonly pad: string;
  /** The keys that come first in the maps inside. */
  readonly known?: readonly string[] | undefined;
}

/** The known keys of the maps inside a field, in the order in which they are written. */
export const RECORD_KEYS: ReadonlyMap<string, readonly string[]> = new Map([
  ['claim', ['term', 'id', 'session', 'lease', 'expires', 'hold', 'provisional']],
  ['evidence', ['id', 'at', 'by', 'kind', 'name', 'commit', 'blob', 'exit', 'seconds', 'output']],
  ['notes', ['id', 'at', 'by', 'text']],
  ['conflicts', ['field', 'kept', 'other', 'base']],
]);

/** The keys that have a value: the known ones first, in their order, then the others sorted by code unit. */
export function keysInOrder(map: Readonly<Record<string, unknown>>, known: readonly string[] = []): string[] {
  const keys = Object.keys(map).filter((key) => map[key] !== undefined);
  return keys.sort((a, b) => compareKeys(a, b, known));
}

/** Negative when key `a` stands before key `b`, 0 when they are the same. */
export function compareKeys(a: string, b: string, known: readonly string[] = []): number {
  if (a === b) return 0;
  const rank = rankOf(a, known) - rankOf(b, known);
  if (rank !== 0) return rank;
  return a < b ? -1 : 1;
}

function rankOf(key: string, known: readonly string[]): number {
  const index = known.indexOf(key);
  return index === -1 ? known.length : index;
}

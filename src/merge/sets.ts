/** Sets, notes and conflicts: additions of both sides, minus what either removed. Pure and symmetric. */
import { sortedSet } from '../task/text.ts';
import type { JsonValue, Note } from '../task/types.ts';
import { canonicalJson } from './decision.ts';

interface ThreeLists<T> {
  readonly base: readonly T[];
  readonly x: readonly T[];
  readonly y: readonly T[];
}

/** Members that both have, and those that one has added. What one side removed is gone: it does not rise again. */
export function mergeSet({ base, x, y }: ThreeLists<string>): string[] {
  const [inBase, inX, inY] = [new Set(base), new Set(x), new Set(y)];
  return sortedSet([...x, ...y].filter((member) => (inX.has(member) && inY.has(member)) || !inBase.has(member)));
}

/** Records that have no name of their own (conflicts): the same rule, by their whole value. Sorted by it. */
export function mergeRecords({ base, x, y }: ThreeLists<JsonValue>): JsonValue[] {
  const records = new Map([...base, ...x, ...y].map((record) => [canonicalJson(record), record]));
  const keys = (list: readonly JsonValue[]): string[] => list.map((record) => canonicalJson(record));
  return mergeSet({ base: keys(base), x: keys(x), y: keys(y) }).flatMap((key) => records.get(key) ?? []);
}

/** Notes by their id. One that both sides hold in two versions stays in the greater one; in order of time and id. */
export function mergeNotes({ base, x, y }: ThreeLists<Note>): Note[] {
  const ids = (notes: readonly Note[]): string[] => notes.map(({ id }) => id);
  const kept = new Set(mergeSet({ base: ids(base), x: ids(x), y: ids(y) }));
  const versions = new Map<string, Note>();
  const old = new Map(base.map((note) => [note.id, textOf(note)]));
  for (const note of [...x, ...y]) {
    const known = versions.get(note.id);
    if (kept.has(note.id) && (known === undefined || isLater(note, known, old.get(note.id))))
      versions.set(note.id, note);
  }
  return [...versions.values()].sort((a, b) => compare(a.at, b.at) || compare(a.id, b.id));
}

function isLater(note: Note, known: Note, old: string | undefined): boolean {
  const [a, b] = [textOf(note), textOf(known)];
  // A version that differs from the base was edited; of two edited ones, the greater.
  if (b === old) return true;
  return a !== old && a > b;
}

function textOf({ id, at, by, text }: Note): string {
  return canonicalJson({ id, at, by, text });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Sets, dated records (notes, evidence) and conflicts: additions of both sides, minus what either removed. Pure and symmetric. */
import { sortedSet } from '../task/text.ts';
import type { JsonValue } from '../task/types.ts';
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

/** A record with a name of its own and a time: a note, a piece of evidence. */
export interface Dated {
  readonly [key: string]: JsonValue;
  readonly id: string;
  readonly at: string;
}

/** Records by their id. One that both sides hold in two versions stays in the greater one; in order of time and id. */
export function mergeDated({ base, x, y }: ThreeLists<Dated>): Dated[] {
  const ids = (records: readonly Dated[]): string[] => records.map(({ id }) => id);
  const kept = new Set(mergeSet({ base: ids(base), x: ids(x), y: ids(y) }));
  const versions = new Map<string, Dated>();
  const old = new Map(base.map((record) => [record.id, canonicalJson(record)]));
  for (const record of [...x, ...y]) {
    const known = versions.get(record.id);
    if (kept.has(record.id) && (known === undefined || isLater(record, known, old.get(record.id))))
      versions.set(record.id, record);
  }
  return [...versions.values()].sort((a, b) => compare(a.at, b.at) || compare(a.id, b.id));
}

function isLater(record: Dated, known: Dated, old: string | undefined): boolean {
  const [a, b] = [canonicalJson(record), canonicalJson(known)];
  // A version that differs from the base was edited; of two edited ones, the greater.
  if (b === old) return true;
  return a !== old && a > b;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

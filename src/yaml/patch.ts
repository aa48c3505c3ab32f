/**
 * Changes a text that a person has edited: only the lines of what differs, so that comments, order, quotes and
 * indentation of everything else stay byte for byte. (The library's own `toString` would lay out the whole file anew.)
 *
 * Each value is patched at the deepest level that its form allows; where it does not, the entry or member around it is
 * written in canonical form, with the comments that stood in it above.
 */
import { isMap as isMapNode, isScalar, isSeq, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import { sameJson } from '../task/changes.ts';
import { FIELDS, SET_FIELDS } from '../task/fields.ts';
import type { JsonValue, Task } from '../task/types.ts';
import { isDefault, isMap } from '../task/validate.ts';
import { applyEdits, commentsIn, type Edit, isInline, type Lines, linesOfItem, linesOfPair } from './edits.ts';
import { parseYaml } from './parse.ts';
import { keysInOrder, RECORD_KEYS } from './records.ts';
import { isPlain, quote } from './text.ts';
import { writeEntry, writeItem, writeScalar } from './write.ts';

/** A text being patched. */
interface Patch {
  readonly text: string;
  readonly edits: Edit[];
}

type Entries = Readonly<Record<string, JsonValue>>;

/** One value to be changed. */
interface Change {
  readonly before: JsonValue | undefined;
  readonly after: JsonValue;
  readonly known: readonly string[] | undefined;
  readonly isSet?: boolean;
}

/** A map to be changed; `order` names the keys of `after` as the canonical form would order them. */
interface MapChange {
  readonly before: Entries;
  readonly after: Entries;
  readonly order: readonly string[];
  readonly isTask?: boolean;
}

/** What holds a value in the text: an entry or a member, which can be written anew as a whole. */
interface Holder {
  readonly node: Node | null;
  readonly lines: Lines | undefined;
  readonly write: (pad: string) => string;
}

/**
 * The text, which holds `before`, changed to hold `after`; undefined where that is not possible line by line.
 * Line ends must be LF, the last line included.
 */
export function spliceTask(text: string, before: Task, after: Task): string | undefined {
  const { top } = parseYaml(text);
  if (top === undefined) return undefined;
  const patch: Patch = { text, edits: [] };
  const now = toEntries(after);
  const done = patchMap(patch, top, { before: toEntries(before), after: now, order: Object.keys(now), isTask: true });
  return done ? applyEdits(text, patch.edits) : undefined;
}

/** The entries of a file in their canonical order, without the defaults. */
function toEntries(task: Task): Entries {
  const fields = FIELDS.filter((field) => !isDefault(field, task[field.name]));
  return Object.fromEntries([
    ...fields.map((field) => [field.name, task[field.name] as JsonValue] as const),
    ...Object.entries(task.extra),
  ]);
}

function patchMap(patch: Patch, map: YAMLMap, change: MapChange): boolean {
  if (map.flow === true) return false;
  const pairs = new Map(map.items.map((pair) => [isScalar(pair.key) ? String(pair.key.value) : '', pair]));
  const gone = [...pairs].filter(([key]) => Object.hasOwn(change.before, key) && !Object.hasOwn(change.after, key));
  if (!gone.every(([, pair]) => replaceLines(patch, linesOfPair(patch.text, pair), ''))) return false;
  let above: Pair | undefined;
  for (const key of change.order) {
    const pair = pairs.get(key);
    const done = patchEntry(patch, { key, pair, above, first: map.items[0] }, changeOfKey(change, key));
    if (!done) return false;
    above = pair ?? above;
  }
  return true;
}

function changeOfKey({ before, after, isTask = false }: MapChange, key: string): Change {
  return {
    before: Object.hasOwn(before, key) ? before[key] : undefined,
    after: after[key] as JsonValue,
    known: isTask ? RECORD_KEYS.get(key) : undefined,
    isSet: isTask && (SET_FIELDS as readonly string[]).includes(key),
  };
}

/** An entry that is to be in a map; `above` is the one that it stands below, if it has to be put in. */
interface Entry {
  readonly key: string;
  readonly pair: Pair | undefined;
  readonly above: Pair | undefined;
  readonly first: Pair | undefined;
}

function patchEntry(patch: Patch, { key, pair, above, first }: Entry, change: Change): boolean {
  if (change.before !== undefined && sameJson(change.before, change.after)) return true;
  const write = (pad: string): string => writeEntry(key, change.after, { pad, known: change.known });
  const neighbour = pair ?? above ?? first;
  const lines = neighbour === undefined ? undefined : linesOfPair(patch.text, neighbour);
  if (pair !== undefined) return patchHolder(patch, { node: pair.value as Node | null, lines, write }, change);
  if (lines === undefined) return false;
  insert(patch, above === undefined ? lines.start : lines.end, write(lines.pad));
  return true;
}

/** Patches the value where it stands, or else writes its holder anew, below the comments that stood in it. */
function patchHolder(patch: Patch, { node, lines, write }: Holder, change: Change): boolean {
  const made = patch.edits.length;
  if (patchValue(patch, node, change)) return true;
  patch.edits.length = made;
  if (lines === undefined) return false;
  const comments = commentsIn(patch.text.slice(lines.start, lines.end)).map((comment) => `${lines.pad}${comment}\n`);
  return replaceLines(patch, lines, comments.join('') + write(lines.pad));
}

function patchValue(patch: Patch, node: Node | null, change: Change): boolean {
  const { before, after, known } = change;
  if (isScalar(node)) return replaceScalar(patch, node, after);
  if (isMapNode(node) && isMap(before) && isMap(after) && Object.keys(after).length > 0) {
    return patchMap(patch, node, { before, after, order: keysInOrder(after, known) });
  }
  if (!isSeq(node) || !Array.isArray(after) || after.length === 0) return false;
  if (change.isSet === true) return patchSet(patch, node, after as readonly string[]);
  return Array.isArray(before) && node.flow !== true && patchList(patch, node, { ...change, before, after });
}

function replaceScalar(patch: Patch, node: Node, after: JsonValue): boolean {
  const text = writeScalar(after, '');
  if (text === undefined || text.includes('\n') || !isInline(patch.text, node)) return false;
  const [start = 0, end = 0] = node.range ?? [];
  patch.edits.push({ start, end, text });
  return true;
}

/** Takes out and puts in single members, each new one below the last that sorts before it. */
function patchSet(patch: Patch, list: YAMLSeq, after: readonly string[]): boolean {
  if (list.flow === true) return patchFlowSet(patch, list, after);
  const members = valuesOf(list);
  const lines = list.items.map((item) => linesOfItem(patch.text, item));
  const first = lines[0];
  if (first === undefined || lines.includes(undefined)) return false;
  const wanted = new Set(after);
  // Taken from what is wanted once found: a second one of the same goes.
  members.forEach((member, index) => wanted.delete(member) || replaceLines(patch, lines[index], ''));
  for (const member of wanted) {
    const at = lines[members.findLastIndex((other) => other < member)]?.end ?? first.start;
    insert(patch, at, writeItem(member, first));
  }
  return true;
}

function patchFlowSet(patch: Patch, list: YAMLSeq, after: readonly string[]): boolean {
  if (!isInline(patch.text, list)) return false;
  const wanted = new Set(after);
  const members = valuesOf(list);
  const kept = list.items.filter((_, index) => wanted.delete(members[index] ?? '')) as Node[];
  const sources = kept.map(({ range }) => patch.text.slice(range?.[0], range?.[1]));
  const added = [...wanted].map((member) => (isPlain(member) && !/[,[\]{}]/.test(member) ? member : quote(member)));
  const [start = 0, end = 0] = list.range ?? [];
  patch.edits.push({ start, end, text: `[${[...sources, ...added].join(', ')}]` });
  return true;
}

function valuesOf(list: YAMLSeq): string[] {
  return list.items.map((item) => (isScalar(item) ? String(item.value) : ''));
}

interface ListChange extends Change {
  readonly before: readonly JsonValue[];
  readonly after: readonly JsonValue[];
}

/** Keeps what is the same at both ends; in between, members are patched one for one, then taken out or put in. */
function patchList(patch: Patch, list: YAMLSeq, { before, after, known }: ListChange): boolean {
  const lines = list.items.flatMap((item) => linesOfItem(patch.text, item) ?? []);
  const first = lines[0];
  if (first === undefined || lines.length !== before.length || lines.length !== list.items.length) return false;
  const [head, tail] = commonEnds(before, after);
  const shared = Math.min(before.length, after.length) - tail;
  for (let index = head; index < shared; index++) {
    const value = after[index] as JsonValue;
    const write = (pad: string): string => writeItem(value, { pad, known });
    const holder = { node: list.items[index] as Node, lines: lines[index], write };
    if (!patchHolder(patch, holder, { before: before[index], after: value, known })) return false;
  }
  for (const gone of lines.slice(shared, before.length - tail)) replaceLines(patch, gone, '');
  const at = lines[before.length - tail - 1]?.end ?? first.start;
  for (const member of after.slice(shared, after.length - tail)) {
    insert(patch, at, writeItem(member, { pad: first.pad, known }));
  }
  return true;
}

/** How many members are the same at the beginning, and how many of the rest at the end. */
function commonEnds(before: readonly JsonValue[], after: readonly JsonValue[]): [head: number, tail: number] {
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && sameJson(before[head], after[head])) head++;
  let tail = 0;
  while (tail < most - head && sameJson(before.at(-1 - tail), after.at(-1 - tail))) tail++;
  return [head, tail];
}

function insert(patch: Patch, at: number, text: string): void {
  patch.edits.push({ start: at, end: at, text });
}

function replaceLines(patch: Patch, lines: Lines | undefined, text: string): boolean {
  if (lines === undefined) return false;
  patch.edits.push({ start: lines.start, end: lines.end, text });
  return true;
}

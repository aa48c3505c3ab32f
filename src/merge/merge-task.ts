/**
 * Merges one task, field by field, by the rule that the field table names (docs/merge.md). Pure.
 *
 * Laws, tested as properties: merge(b, x, y) = merge(b, y, x); merge(b, x, b) = x; merge(b, x, x) = x; merging the result
 * once more adds nothing.
 */
import { sameJson } from '../task/changes.ts';
import { FIELDS, type Field } from '../task/fields.ts';
import { sortedSet } from '../task/text.ts';
import type { Conflict, JsonValue, Task } from '../task/types.ts';
import { type Decision, decideScalar, oneSided, type Three, type Weights } from './decision.ts';
import { decideLife, lifeOf } from './claims.ts';
import { decideFenced, type Fence, fenceOf, lostClaim } from './fence.ts';
import { type Dated, mergeDated, mergeRecords, mergeSet } from './sets.ts';
import { decideText } from './text.ts';

/** A task at the base and on both sides. `base` undefined: both sides made it (with one key, or by an import). */
export interface TaskVersions {
  readonly base: Task | undefined;
  readonly x: Task;
  readonly y: Task;
  readonly weights: Weights;
}

/** The merged task. What could not be decided is in its `conflicts`. */
export function mergeTask({ base, x, y, weights }: TaskVersions): Task {
  if (sameJson(x, y)) return x;
  if (base !== undefined && sameJson(x, base)) return y;
  if (base !== undefined && sameJson(y, base)) return x;
  const fence = fenceOf(base, x, y);
  const found: Conflict[] = [];
  const merged: Record<string, unknown> = {};
  const put = (name: string, { value, conflict }: Decision): void => {
    if (value !== undefined) merged[name] = value;
    if (conflict !== undefined) found.push(conflict);
  };
  for (const field of FIELDS) {
    const decision = decideField(field, { base, x, y, weights }, fence);
    if (decision !== undefined) put(field.name, decision);
  }
  merged['blockedBy'] = withReviewed(merged as unknown as Task, { base, sides: [x, y] });
  const list = decideValue('list', { base: base?.list, x: x.list, y: y.list }, { weights, fence });
  put('list', list);
  const { life, conflicts } = decideLife(base && lifeOf(base), lifeOf(x), lifeOf(y));
  found.push(...conflicts);
  const metadata = decideMap('metadata', mapsOf('metadata', { base, x, y }), { weights, fence });
  const extra = decideMap('', mapsOf('extra', { base, x, y }), { weights, fence });
  found.push(...metadata.conflicts, ...extra.conflicts);
  if (fence !== undefined) found.push(...lostClaim({ base, x, y }, fence, found));
  const kept = mergeRecords({ base: records(base), x: records(x), y: records(y) });
  return {
    ...(merged as unknown as Task),
    ...life,
    metadata: metadata.map,
    extra: extra.map,
    conflicts: unique([...kept, ...found.map(toRecord)]),
  };
}

/** Fields that are decided elsewhere: together (status, owner, claim), by key (metadata), or from all of it. */
function decideField(
  field: Field,
  { base, x, y, weights }: TaskVersions,
  fence: Fence | undefined,
): Decision | undefined {
  const three = { base: base?.[field.name], x: x[field.name], y: y[field.name] } as Three;
  if (fence !== undefined && FENCED.has(field.merge)) return decideFenced(field.name, three, fence);
  switch (field.merge) {
    case 'fixed':
      return oneSided(three) ?? { value: earlier(field, x, y) };
    case 'scalar':
      return decideScalar(field.name, three, weights);
    case 'text':
      return decideText(field.name, three, weights);
    case 'set':
      return { value: mergeSet({ base: strings(three.base), x: strings(three.x), y: strings(three.y) }) };
    case 'notes':
      return { value: mergeDated({ base: dated(three.base), x: dated(three.x), y: dated(three.y) }) };
    default:
      return undefined;
  }
}

/** The blockers, with those that one side made a review while the other dropped the edge: a review adds its edge. */
function withReviewed(
  { blockedBy, reviews }: Task,
  { base, sides }: { readonly base: Task | undefined; readonly sides: readonly Task[] },
): string[] {
  const isNew = (id: string, side: Task): boolean =>
    side.reviews.includes(id) && side.blockedBy.includes(id) && base?.reviews.includes(id) !== true;
  return sortedSet([...blockedBy, ...reviews.filter((id) => sides.some((side) => isNew(id, side)))]);
}

/** Of two beginnings of one task, the earlier, with whom it came from. */
function earlier(field: Field, x: Task, y: Task): JsonValue | undefined {
  const key = (task: Task): string => `${task.created} ${task.createdBy ?? ''}`;
  return (key(x) < key(y) ? x : y)[field.name] as JsonValue | undefined;
}

interface HowToDecide {
  readonly weights: Weights;
  readonly fence: Fence | undefined;
}

function decideValue(field: string, three: Three, { weights, fence }: HowToDecide): Decision {
  return fence === undefined ? decideScalar(field, three, weights) : decideFenced(field, three, fence);
}

/** Rules whose values an ex-holder can no longer change. Notes and evidence are welcome from anyone. */
const FENCED: ReadonlySet<Field['merge']> = new Set(['scalar', 'text', 'set']);

type JsonMap = Readonly<Record<string, JsonValue>>;
type Maps = { readonly base: JsonMap; readonly x: JsonMap; readonly y: JsonMap };

function mapsOf(name: 'metadata' | 'extra', { base, x, y }: Omit<TaskVersions, 'weights'>): Maps {
  return { base: base?.[name] ?? {}, x: x[name], y: y[name] };
}

/** Merges maps key by key, as scalars. Keys are sorted, so that the result does not depend on the sides. */
function decideMap(field: string, { base, x, y }: Maps, how: HowToDecide): { map: JsonMap; conflicts: Conflict[] } {
  const conflicts: Conflict[] = [];
  const entries: [string, JsonValue][] = [];
  for (const key of [...new Set([...Object.keys(x), ...Object.keys(y)])].sort()) {
    const name = field === '' ? keyName(key) : `${field}.${keyName(key)}`;
    const { value, conflict } = decideValue(name, { base: own(base, key), x: own(x, key), y: own(y, key) }, how);
    if (value !== undefined) entries.push([key, value]);
    if (conflict !== undefined) conflicts.push(conflict);
  }
  return { map: Object.fromEntries(entries), conflicts };
}

/** A key as a part of a field's name, which has to be one line. */
function keyName(key: string): string {
  return /^[\w.-]+$/.test(key) ? key : JSON.stringify(key);
}

function own(map: JsonMap, key: string): JsonValue | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

function records(task: Task | undefined): JsonValue[] {
  return (task?.conflicts ?? []).map(toRecord);
}

function toRecord(conflict: Conflict): JsonValue {
  return { ...conflict };
}

/** Conflicts as a set: the same one, found again, adds nothing. */
function unique(all: readonly JsonValue[]): Conflict[] {
  return mergeRecords({ base: [], x: all, y: [] }) as unknown as Conflict[];
}

function dated(value: JsonValue | undefined): readonly Dated[] {
  return Array.isArray(value) ? (value as readonly Dated[]) : [];
}

function strings(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? (value as readonly string[]) : [];
}

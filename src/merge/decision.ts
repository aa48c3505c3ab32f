/**
 * The smallest steps of a merge: which of two values stays, and what is said about the other.
 *
 * Everything is symmetric: the sides have no order, so two clones that merge the same states get the same result, and
 * nobody's clock has a say.
 */
import { sameJson } from '../task/changes.ts';
import type { Conflict, JsonValue } from '../task/types.ts';

/** The values of one field on both sides and at the base; undefined means absent. */
export interface Three {
  readonly base: JsonValue | undefined;
  readonly x: JsonValue | undefined;
  readonly y: JsonValue | undefined;
}

/** A merged value, and the conflict that it left. */
export interface Decision {
  readonly value: JsonValue | undefined;
  readonly conflict?: Conflict;
}

/** How many commits since the base changed the task on each side: the more work, the more weight. */
export interface Weights {
  readonly x: number;
  readonly y: number;
}

/** The text that orders any two values the same way everywhere: JSON with sorted keys. */
export function canonicalJson(value: JsonValue | undefined): string {
  if (value === undefined) return '';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const map = value as Readonly<Record<string, JsonValue>>;
  const keys = Object.keys(map).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(map[key])}`).join(',')}}`;
}

/** Whether the value of `x` stays where both sides changed it: more changes, else the greater value. */
export function prefersX({ x, y }: Three, weights: Weights): boolean {
  if (weights.x !== weights.y) return weights.x > weights.y;
  return canonicalJson(x) > canonicalJson(y);
}

/** A value that was changed on one side only, or alike on both; undefined when both changed it differently. */
export function oneSided({ base, x, y }: Three): { readonly value: JsonValue | undefined } | undefined {
  if (sameJson(x, y)) return { value: x };
  if (sameJson(x, base)) return { value: y };
  if (sameJson(y, base)) return { value: x };
  return undefined;
}

/** Merges a value as a whole. The value that does not stay is kept as a conflict. */
export function decideScalar(field: string, three: Three, weights: Weights): Decision {
  const clear = oneSided(three);
  if (clear !== undefined) return clear;
  const [value, other] = prefersX(three, weights) ? [three.x, three.y] : [three.y, three.x];
  return { value, conflict: conflictOf(field, { value, other, base: three.base }) };
}

/** A conflict; an absent value is said as null. */
export function conflictOf(
  field: string,
  values: {
    readonly value: JsonValue | undefined;
    readonly other: JsonValue | undefined;
    readonly base: JsonValue | undefined;
  },
): Conflict {
  const { value, other, base } = values;
  return { field, kept: value ?? null, other: other ?? null, ...(base !== undefined && { base }) };
}

/** Texts: a line merge by diff3 (Khanna, Kunal, Pierce, 2007). Pure and symmetric. */
import { diff3Merge } from 'node-diff3';
import type { JsonValue } from '../task/types.ts';
import { conflictOf, type Decision, oneSided, prefersX, type Three, type Weights } from './decision.ts';

/** Merges two texts by lines. Where hunks overlap, one side's stays and the whole other text is kept as a conflict. */
export function decideText(field: string, three: Three, weights: Weights): Decision {
  const clear = oneSided(three);
  if (clear !== undefined) return clear;
  const winsX = prefersX(three, weights);
  const [first, second] = winsX ? [toLines(three.x), toLines(three.y)] : [toLines(three.y), toLines(three.x)];
  const kept: string[] = [];
  const other: string[] = [];
  let overlaps = false;
  for (const { ok, conflict } of diff3Merge(first, toLines(three.base), second)) {
    kept.push(...(ok ?? conflict?.a ?? []));
    other.push(...(ok ?? conflict?.b ?? []));
    overlaps ||= conflict !== undefined;
  }
  const value = toText(kept);
  if (!overlaps) return { value };
  return { value, conflict: conflictOf(field, { value, other: toText(other), base: three.base }) };
}

/** The library keeps lines as keys of an object, so a line `__proto__` must not stand there by itself. */
function toLines(value: JsonValue | undefined): string[] {
  return typeof value === 'string' ? value.split('\n').map((line) => ` ${line}`) : [];
}

function toText(lines: readonly string[]): string {
  return lines.map((line) => line.slice(1)).join('\n');
}

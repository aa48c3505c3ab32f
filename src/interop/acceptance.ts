/** Acceptance criteria out of prose. Pure. */
import { MAX_LINE, MAX_MEMBERS } from '../task/limits.ts';
import { normalizeLine, sortedSet } from '../task/text.ts';

/** A bullet, a number or a box, alone or together: `-`, `1.`, `- [x]`. */
const ITEM = /^(\s*)(?:(?:[-*+•]|\d+[.)])\s+(?:\[([ xX])\]\s+)?|\[([ xX])\]\s+)(.*)$/;

/** What a text of acceptance criteria says. `ticked`: some boxes were ticked, which the items do not show. */
export interface Criteria {
  readonly items: readonly string[];
  readonly ticked: boolean;
}

/**
 * The items of a text that is a flat list or a single line; undefined for any other text.
 *
 * Acceptance is a set: it has no order, headings or levels. So prose, a list under headings and a list with levels are
 * not taken apart, because the parts would no longer make sense.
 */
export function parseCriteria(text: string): Criteria | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const [only] = lines;
  if (only === undefined) return { items: [], ticked: false };
  const criteria = lines.length === 1 && !ITEM.test(only) ? { items: [only], ticked: false } : flatList(lines);
  if (criteria === undefined) return undefined;
  const items = sortedSet(criteria.items.map(normalizeLine)).filter((item) => item !== '');
  if (items.length > MAX_MEMBERS || items.some((item) => item.length > MAX_LINE)) return undefined;
  return { items, ticked: criteria.ticked };
}

function flatList(lines: readonly string[]): Criteria | undefined {
  const items: string[] = [];
  let ticked = false;
  let indent: string | undefined;
  for (const line of lines) {
    const match = ITEM.exec(line);
    if (match === null) {
      // An indented line goes on with the item above it.
      if (items.length === 0 || !/^\s/.test(line)) return undefined;
      items.push(`${items.pop() ?? ''} ${line.trim()}`);
      continue;
    }
    indent ??= match[1];
    if (match[1] !== indent) return undefined;
    ticked ||= /x/i.test(match[2] ?? match[3] ?? '');
    items.push(match[4] ?? '');
  }
  return { items, ticked };
}

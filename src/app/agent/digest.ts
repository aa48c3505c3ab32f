/** A text of sections that stays within a budget of tokens, and says of each how much of it there is. Pure. */
import { fencedLine } from './fenced.ts';
import { fitLine, proseBound, tokenBound } from './token-bound.ts';

/** A part of a digest. */
export interface Section {
  readonly title: string;
  /** What stands in its lines: data of others, on one line each. May be fewer than there are. */
  readonly lines: readonly string[];
  /** How many there are. */
  readonly total: number;
  /** Said behind the title, in words of ours. */
  readonly note?: string;
  /** How many of its lines are shown, cut where they must be, before any section shows more; 1 when undefined. */
  readonly least?: number;
}

/** A digest, and how much of each section is in it. */
export interface Digest {
  readonly text: string;
  readonly shown: readonly number[];
}

/** The most that one line may take, so that a single long one never takes all the room. */
const MAX_LINE = 80;

/** What a line takes beside its text: the mark, a blank, the end of the line. */
const MARK = 3;

/** The least that a line is worth showing for: its mark, the short id of a task, an ellipsis. */
const MIN_LINE = MARK + 9;

/**
 * The text: the head, the sections in the order of their importance, the foot. Titles with their totals, head and foot (both in
 * words of ours) always stay; lines are cut and left out.
 */
export function digestOf(
  frame: { readonly head: string; readonly foot: string },
  sections: readonly Section[],
  budget: number,
): Digest {
  const parts = sections.filter(({ total }) => total > 0);
  const fixed = [frame.head, frame.foot, ...parts.map((part) => titleOf(part, part.total))];
  const kept = linesWithin(parts, budget - fixed.reduce((sum, line) => sum + proseBound(line) + 1, 0));
  const body = parts.flatMap((part, i) => [titleOf(part, kept[i]?.length ?? 0), ...(kept[i] ?? [])]);
  const shown = sections.map((section) => kept[parts.indexOf(section)]?.length ?? 0);
  return { text: [frame.head, ...body, frame.foot].filter((line) => line !== '').join('\n'), shown };
}

/**
 * The lines of each section that there is room for. A digest is read for what all of its sections say, so the least of each comes
 * first; then each takes whole lines from no more than half of the room, so that it leaves some to those behind it; then
 * they take in their order what is left over.
 */
function linesWithin(parts: readonly Section[], budget: number): string[][] {
  const kept = leastOf(parts, budget);
  let left = budget - costOf(kept.flat());
  for (const share of [0.5, 1]) {
    for (const [i, { lines }] of parts.entries()) {
      const own = kept[i] ?? [];
      const isLast = i === parts.length - 1;
      const more = wholeLines(lines.slice(own.length), isLast ? left : left * share);
      own.push(...more);
      left -= costOf(more);
    }
  }
  return kept;
}

/** The least of each section, cut so that all of it has room, as long as a line can still say which task it is about. */
function leastOf(parts: readonly Section[], budget: number): string[][] {
  const musts = parts.flatMap(({ lines, least = 1 }, part) => lines.slice(0, least).map((line) => ({ part, line })));
  const first = musts.slice(0, Math.max(0, Math.floor(budget / MIN_LINE)));
  const level = levelFor(
    first.map(({ line }) => costOf([markedLine(line)])),
    budget,
  );
  return parts.map((_, i) =>
    first.filter(({ part }) => part === i).map(({ line }) => markedLine(line, Math.min(MAX_LINE, level - MARK))),
  );
}

/** What each may take at most so that all stay within a budget together: what one of them does not need, the others get. */
function levelFor(costs: readonly number[], budget: number): number {
  let left = budget;
  for (const [i, cost] of costs.toSorted((a, b) => a - b).entries()) {
    const share = Math.floor(left / (costs.length - i));
    if (cost > share) return share;
    left -= cost;
  }
  return Infinity;
}

/** The first lines that fit, none of them cut for want of room. */
function wholeLines(lines: readonly string[], room: number): string[] {
  const fitting: string[] = [];
  let left = room;
  for (const line of lines) {
    const marked = markedLine(line);
    left -= costOf([marked]);
    if (left < 0) break;
    fitting.push(marked);
  }
  return fitting;
}

function markedLine(line: string, room = MAX_LINE): string {
  return fencedLine(fitLine(line, room));
}

/** What lines take, each with its end. */
function costOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + tokenBound(line) + 1, 0);
}

function titleOf({ title, total, note }: Section, shown: number): string {
  return `${title}: ${shown} of ${total}${note === undefined ? '' : ` (${note})`}`;
}

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
}

/** A digest, and how much of each section is in it. */
export interface Digest {
  readonly text: string;
  readonly shown: readonly number[];
}

/** The most that one line may take, so that a single long one never takes all the room. */
const MAX_LINE = 80;

/**
 * The text: the head, the sections in the order of their importance, the foot. Lines are left out from the end; titles with
 * their totals, head and foot (both in words of ours) always stay.
 */
export function digestOf(
  frame: { readonly head: string; readonly foot: string },
  sections: readonly Section[],
  budget: number,
): Digest {
  const parts = sections.filter(({ total }) => total > 0);
  const fixed = [frame.head, frame.foot, ...parts.map((part) => titleOf(part, part.total))];
  let left = budget - fixed.reduce((sum, line) => sum + proseBound(line) + 1, 0);
  const kept = parts.map((): string[] => []);
  for (const [i, { lines }] of parts.entries()) {
    for (const line of lines) {
      const fitted = fencedLine(fitLine(line, MAX_LINE));
      const cost = tokenBound(fitted) + 1;
      if (cost > left) break;
      left -= cost;
      kept[i]?.push(fitted);
    }
  }
  const body = parts.flatMap((part, i) => [titleOf(part, kept[i]?.length ?? 0), ...(kept[i] ?? [])]);
  const shown = sections.map((section) => kept[parts.indexOf(section)]?.length ?? 0);
  return { text: [frame.head, ...body, frame.foot].filter((line) => line !== '').join('\n'), shown };
}

function titleOf({ title, total, note }: Section, shown: number): string {
  return `${title}: ${shown} of ${total}${note === undefined ? '' : ` (${note})`}`;
}

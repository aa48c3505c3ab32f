/** A text of parts of which the most important ones get the room that there is, and that says what is missing. Pure. */
import { fitLine, proseBound, tokenBound } from './token-bound.ts';

/** A part of a text. */
export interface Part {
  /** Its title, in words of ours. */
  readonly name: string;
  /** Its lines, fenced. */
  readonly lines: readonly string[];
  /** How much of the room that is left it may take, from 0 to 1, before the parts behind it have had theirs. */
  readonly share: number;
}

/** The first lines, of which only those behind the first may be shortened, and the last one. */
export interface Frame {
  readonly head: readonly string[];
  readonly foot: string;
}

/** The most that a fact in the head may take, in tokens. */
const MAX_FACT = 60;

/** Room for the sentence that says what is missing, for each part. */
const LEFT_OUT_TOKENS = 14;

/** The least that it is worth to show a part of a line for, in tokens. */
const MIN_LINE = 12;

/** The text, within a budget, and what is missing of each part. `rest`: the command that shows all of it. */
export function partsWithin(
  frame: Frame,
  parts: readonly Part[],
  { budget, rest }: { readonly budget: number; readonly rest: string },
): { readonly text: string; readonly leftOut: Readonly<Record<string, string>> } {
  const [first = '', ...facts] = frame.head;
  const head = [first, ...facts.map((fact) => fitLine(fact, MAX_FACT))];
  const fixed = proseBound(first) + proseBound(frame.foot) + proseBound(rest) + 20;
  const titles = parts.reduce((sum, { name }) => sum + proseBound(name) + 2 + LEFT_OUT_TOKENS, 0);
  const left = budget - fixed - titles - head.slice(1).reduce((sum, fact) => sum + tokenBound(fact) + 1, 0);
  const leftOut: Record<string, string> = {};
  const rooms = roomsFor(parts, Math.max(0, left));
  const body = parts.flatMap((part, i) => {
    const kept = linesWithin(part.lines, rooms[i] ?? 0);
    if (kept.isWhole) return [`${part.name}:`, ...kept.lines];
    leftOut[part.name] = `${part.lines.length - kept.lines.length} of ${part.lines.length} lines`;
    if (kept.lines.length === part.lines.length) leftOut[part.name] = 'the end of a line';
    return kept.lines.length === 0 ? [] : [`${part.name}:`, ...kept.lines];
  });
  const missing = Object.entries(leftOut).map(([name, what]) => `${name} (${what})`);
  const told = missing.length === 0 ? [] : [`Left out for want of room: ${missing.join('; ')}. All of it: ${rest}`];
  return { text: [...head, ...body, ...told, frame.foot].join('\n'), leftOut };
}

/** What each part may take: first its share, then, in the same order, what the others did not need. */
function roomsFor(parts: readonly Part[], budget: number): number[] {
  const costs = parts.map(({ lines }) => lines.reduce((sum, line) => sum + tokenBound(line) + 1, 0));
  let left = budget;
  const rooms = parts.map(({ share }, i) => {
    const room = Math.min(costs[i] ?? 0, Math.floor(left * share));
    left -= room;
    return room;
  });
  return rooms.map((room, i) => {
    const more = Math.min((costs[i] ?? 0) - room, left);
    left -= more;
    return room + more;
  });
}

function linesWithin(
  lines: readonly string[],
  room: number,
): { readonly lines: readonly string[]; readonly isWhole: boolean } {
  const kept: string[] = [];
  let left = room;
  for (const line of lines) {
    const cost = tokenBound(line) + 1;
    if (cost > left) {
      if (left > MIN_LINE) kept.push(fitLine(line, left - 1));
      return { lines: kept, isWhole: false };
    }
    left -= cost;
    kept.push(line);
  }
  return { lines: kept, isWhole: true };
}

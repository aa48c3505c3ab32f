/** Keeps answers small: what a text costs a model, and how much of a value fits. Pure. */

/** What one answer may cost, in tokens. */
export const ANSWER_TOKENS = 2000;

/** A piece of text about as a tokenizer cuts it: a word, number or id, a run of blanks, one other character. */
const PIECES = /[A-Za-z\d]+| +|[^]/gu;

/**
 * About what a text costs, in tokens, and rather too much than too little: a real tokenizer is megabytes.
 *
 * The constants are from counting English, German, Chinese, Arabic, code, ids and emoji with o200k (see the test).
 */
export function tokensIn(text: string): number {
  let sum = 0;
  for (const [piece] of text.matchAll(PIECES)) sum += costOf(piece);
  return Math.ceil(sum);
}

function costOf(piece: string): number {
  if (piece.charCodeAt(0) > 0x7f) return piece.length * (/\p{L}/u.test(piece) ? 0.8 : 1.5);
  if (/^[A-Za-z]/.test(piece) && !/\d/.test(piece)) return Math.max(1, piece.length / 4);
  if (/^\d+$/.test(piece)) return Math.max(1, piece.length / 3);
  if (/^[A-Za-z\d]/.test(piece)) return piece.length / 1.5;
  // One blank belongs to the word behind it.
  return piece.startsWith(' ') ? (piece.length - 1) / 8 : 0.8;
}

/** A value that was made to fit. `cut` says of which parts something is missing, by their path. */
export interface Fitted {
  readonly value: unknown;
  readonly cut: Readonly<Record<string, string>>;
}

/** The parts of a value that fit, first come, first served; no part takes more than half of what is left. */
export function fit(value: Readonly<Record<string, unknown>>, budget: number): Fitted {
  const cut: Record<string, string> = {};
  let left = budget;
  const entries = Object.entries(value).flatMap(([key, part]) => {
    const cost = tokensIn(key) + 2;
    const fitted = fitPart(part, Math.max(0, Math.floor((left - cost) * 0.6)));
    if (fitted.missing !== undefined) cut[key] = fitted.missing;
    left -= cost + fitted.cost;
    return fitted.value === undefined ? [] : [[key, fitted.value] as const];
  });
  return { value: Object.fromEntries(entries), cut };
}

interface FittedPart {
  readonly value: unknown;
  readonly cost: number;
  /** What is missing, as `n of m characters`. */
  readonly missing?: string;
}

function fitPart(part: unknown, budget: number): FittedPart {
  const whole = tokensIn(JSON.stringify(part) ?? '');
  if (whole <= budget) return { value: part, cost: whole };
  if (typeof part === 'string') return fitText(part, budget);
  if (Array.isArray(part)) return fitMembers(part, budget);
  if (typeof part !== 'object' || part === null) return { value: part, cost: whole };
  const entries = Object.entries(part);
  const some = fitMembers(entries, budget);
  const kept = some.value as [string, unknown][];
  return { value: Object.fromEntries(kept), cost: some.cost, missing: `${kept.length} of ${entries.length} entries` };
}

function fitText(text: string, budget: number): FittedPart {
  let length = Math.min(text.length, budget * 4);
  while (length > 0 && tokensIn(JSON.stringify(text.slice(0, length))) > budget) length = Math.floor(length * 0.8);
  const value = text.slice(0, length).toWellFormed();
  return { value, cost: budget, missing: `${length} of ${text.length} characters` };
}

function fitMembers(members: readonly unknown[], budget: number): FittedPart {
  const kept: unknown[] = [];
  let cost = 2;
  for (const member of members) {
    const more = tokensIn(JSON.stringify(member)) + 1;
    if (cost + more > budget) break;
    cost += more;
    kept.push(member);
  }
  return { value: kept, cost, missing: `${kept.length} of ${members.length}` };
}

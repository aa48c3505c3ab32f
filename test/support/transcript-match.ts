/**
 * Compares printed lines with those that a document shows, where ids, hashes and times differ in every run. Pure.
 *
 * A name is an id or a hash, or the beginning of one. The first time a document shows one, it stands for what was printed
 * in that place; from then on it must stand for the same thing everywhere.
 */
import { createHash } from 'node:crypto';

const WORD = '[0-9a-f]{7,64}|[0-9a-hjkmnp-tv-z]{4,8}';
/** Splits a line into text (even places) and what may differ in every run (odd places). */
export const VOLATILE: RegExp = new RegExp(
  String.raw`(\d{4}-\d\d-\d\dT[\d:.]+Z?|\b\d{8}T\d{6}Z\b|just now|\d+ ?[a-z]+ ago|\bin \d+ ?(?:s|m|min|h)\b|\b\d+\.\ds\b|\b(?:${WORD})\b)`,
);
/** What has the shape of an id, a hash, or the beginning of one. */
export const NAME: RegExp = new RegExp(`^(?:${WORD})$`);
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** What the file calls something, to what it is called in this run. The longest form that was seen of each. */
export type Names = ReadonlyMap<string, string>;

/** The names with what these lines teach, or undefined where the lines do not match. */
export function matchLines(expected: readonly string[], actual: readonly string[], names: Names): Names | undefined {
  const [first, ...rest] = expected;
  if (first === undefined) return actual.length === 0 ? names : undefined;
  if (first === '...') {
    for (let skipped = 0; skipped <= actual.length; skipped++) {
      const known = matchLines(rest, actual.slice(skipped), names);
      if (known !== undefined) return known;
    }
    return undefined;
  }
  const [line] = actual;
  const known = line === undefined ? undefined : matchLine(first, line, names);
  return known === undefined ? undefined : matchLines(rest, actual.slice(1), known);
}

function matchLine(expected: string, actual: string, names: Names): Names | undefined {
  const shown = expected.split(VOLATILE);
  const real = actual.split(VOLATILE);
  if (shown.length !== real.length) return undefined;
  let known: Names | undefined = names;
  for (let i = 0; i < shown.length && known !== undefined; i++) {
    known = matchWord(shown[i] ?? '', real[i] ?? '', known);
  }
  return known;
}

function matchWord(shown: string, real: string, names: Names): Names | undefined {
  const kind = kindOf(shown);
  if (kind !== 'name') return shown === real || (kind !== 'text' && kind === kindOf(real)) ? names : undefined;
  if (!NAME.test(real) || real.length !== shown.length) return undefined;
  const known = [...names].find(([name]) => name.startsWith(shown));
  if (known !== undefined) return known[1].startsWith(real) ? names : undefined;
  const shorter = [...names].find(([name]) => shown.startsWith(name));
  const others = [...names].filter(([name]) => name !== shorter?.[0]);
  const taken = others.some(([, other]) => other.startsWith(real) || real.startsWith(other));
  return taken || !real.startsWith(shorter?.[1] ?? '') ? undefined : new Map([...others, [shown, real]]);
}

/** What kind of thing this part of a line is. A name in a document needs a letter and a digit; other words are text. */
export function kindOf(word: string): 'instant' | 'moment' | 'ago' | 'in' | 'length' | 'name' | 'text' {
  if (/^\d{4}-\d\d-\d\dT/.test(word)) return 'instant';
  if (/^\d{8}T/.test(word)) return 'moment';
  if (/^\d+\.\ds$/.test(word)) return 'length';
  if (/^just now$|^\d.* ago$/.test(word)) return 'ago';
  if (/^in \d/.test(word)) return 'in';
  return NAME.test(word) && /\d/.test(word) && /[a-z]/.test(word) ? 'name' : 'text';
}

/** The command as the document shows it, with the names that things have in this run. */
export function toReal(command: string, names: Names): string {
  return command.replaceAll(new RegExp(String.raw`\b(?:${WORD})\b`, 'g'), (word) => {
    const [, real] = [...names].find(([shown]) => kindOf(word) === 'name' && shown.startsWith(word)) ?? [];
    return real?.slice(0, word.length) ?? word;
  });
}

/** A printed line with the names that the document uses. */
export function toShown(line: string, names: Names): string {
  const words = line.split(VOLATILE).map((word) => {
    if (kindOf(word) === 'instant') return '2026-11-22T13:00:00Z';
    const [shown] = [...names].find(([, real]) => NAME.test(word) && real.startsWith(word)) ?? [];
    return shown?.slice(0, word.length) ?? word;
  });
  return words.join('');
}

/** Names for those that have none: the same in every run, and different from each other in the first four characters. */
export function addInvented(names: Names, found: readonly string[]): Names {
  const result = new Map(names);
  for (const real of new Set(found)) {
    const known = [...names].find(([, other]) => other.startsWith(real) || real.startsWith(other));
    if (known !== undefined && known[1].length >= real.length) continue;
    if (known !== undefined) result.delete(known[0]);
    result.set((known?.[0] ?? '') + invent(result, real.length).slice(known?.[0].length ?? 0), real);
  }
  return result;
}

function invent(names: Names, length: number): string {
  for (let attempt = names.size; ; attempt++) {
    const digest = createHash('sha512').update(String(attempt)).digest();
    const name = length === 8 ? [...digest].map((byte) => ALPHABET[byte & 31]).join('') : digest.toString('hex');
    const start = name.slice(0, 4);
    if (kindOf(start) === 'name' && ![...names.keys()].some((other) => other.startsWith(start))) {
      return name.slice(0, length);
    }
  }
}

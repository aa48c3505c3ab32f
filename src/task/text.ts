/** Text at the door: line ends, stray surrogates, what counts as one line. Pure. */

/** Characters that end a line somewhere: LF, CR, VT, FF, NEL, LS, PS. */
const LINE_BREAKS = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/g;

/** The text with LF line ends and without lone surrogates (which no file could hold). */
export function normalizeText(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll('\r', '\n').toWellFormed();
}

/** The text as one line: line breaks become blanks, the ends are trimmed. */
export function normalizeLine(text: string): string {
  return text.replace(LINE_BREAKS, ' ').trim().toWellFormed();
}

/** The members sorted by code unit and without duplicates: the form of every set in a file. */
export function sortedSet(members: Iterable<string>): string[] {
  return [...new Set(members)].sort();
}

/** How much a text can cost a model at most, without a tokenizer, which is megabytes. Pure. */

/** A word of ASCII letters and digits, a run of blanks, one other character. */
const PIECES = /[A-Za-z\d]+| +|[^]/gu;

/** A word that has vowels enough and few rare letters: a tokenizer knows its parts. */
const PLAIN_WORD = /^[A-Z]?(?:[b-df-hj-np-tvwxz]{0,3}[aeiouy])*[b-df-hj-np-tvwxz]{0,3}$/;
const RARE = /[jqxz]/g;

/**
 * An upper bound of the tokens of a text that anybody may have written.
 *
 * Tokenizers of today work on bytes, so no character can cost more than its bytes in UTF-8. Only of words that look like words a
 * little less is counted: above what o200k and cl100k need for the worst of 150,000 made-up ones.
 */
export function tokenBound(text: string): number {
  let sum = 0;
  for (const [piece] of text.matchAll(PIECES)) sum += costOf(piece);
  return Math.ceil(sum);
}

function costOf(piece: string): number {
  const code = piece.codePointAt(0) ?? 0;
  if (code > 0x7f) return code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  // One blank belongs to the word behind it.
  if (piece.startsWith(' ')) return piece.length === 1 ? 0 : piece.length / 2;
  return /^[A-Za-z\d]/.test(piece) ? costOfWord(piece) : 1;
}

function costOfWord(piece: string): number {
  const isPlain = piece.length >= 4 && piece.length <= 20 && PLAIN_WORD.test(piece);
  const rare = isPlain ? (piece.match(RARE)?.length ?? 0) : 0;
  return isPlain && rare <= piece.length / 6 ? piece.length * 0.85 : piece.length;
}

/**
 * A bound for English that we wrote ourselves: a token for three characters, and one more for each number and each mark,
 * for tokenizers let those stand alone, and the blank before a number, too.
 */
export function proseBound(text: string): number {
  return Math.ceil(text.length / 3) + (text.match(/\d+|[^\w\s]/g)?.length ?? 0);
}

/** As much of a line as fits, by whole characters, with `…` where something is missing. */
export function fitLine(line: string, tokens: number): string {
  if (tokenBound(line) <= tokens) return line;
  const characters = [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(line.slice(0, tokens * 4))];
  let end = characters.length;
  const cut = (): string =>
    `${characters
      .slice(0, end)
      .map(({ segment }) => segment)
      .join('')
      .trimEnd()}…`;
  while (end > 0 && tokenBound(cut()) > tokens) end = Math.min(end - 1, Math.floor(end * 0.9));
  return cut();
}

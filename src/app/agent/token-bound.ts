/** How much a text can cost a model at most, without a tokenizer, which is megabytes. Pure. */
import { isKnownWord } from './known-words.ts';

/** A word of ASCII letters and digits, a run of blanks, one other character. */
const PIECES = /[A-Za-z\d]+| +|[^]/gu;

/** A word that has vowels enough and few rare letters: a tokenizer knows its parts. */
const PLAIN_WORD = /^[A-Z]?(?:[b-df-hj-np-tvwxz]{0,3}[aeiouy])*[b-df-hj-np-tvwxz]{0,3}$/;
const RARE = /[jqxz]/g;

/** What a blank costs nothing before: a letter or a mark, which it is one token with, and a number, of which two digits are one. */
const TAKES_BLANK = /[A-Za-z!-/:-@[-`{-~]|\d\d/y;

/** What ends a word for every tokenizer: ASCII, but no apostrophe, which some take with the letters behind it. */
const ENDS_WORD = /$|[^\w'\u0080-\uffff]|_/y;

/**
 * An upper bound of the tokens of a text that anybody may have written.
 *
 * Tokenizers of today work on bytes, so no character can cost more than its bytes in UTF-8. Less is counted for two kinds of
 * words: those that are known to be one token, where they stand alone, so that nothing is joined to them; and those that look
 * like words, for which it is above what o200k and cl100k need for the worst of 150,000 made-up ones.
 */
export function tokenBound(text: string): number {
  let sum = 0;
  for (const { 0: piece, index } of text.matchAll(PIECES)) {
    const end = index + piece.length;
    if (piece.startsWith(' ')) sum += costOfBlanks(piece.length, isAt(TAKES_BLANK, text, end));
    else sum += isKnownAlone(piece, { text, index, end }) ? 1 : costOf(piece);
  }
  return Math.ceil(sum);
}

/** The last blank goes with what is behind it, or stands alone; the others are one token or a few. */
function costOfBlanks(count: number, isTaken: boolean): number {
  return (count === 1 ? 0 : count / 2) + (isTaken ? 0 : 1);
}

/** Whether a piece is a known word between a blank and an end. */
function isKnownAlone(piece: string, { text, index, end }: { text: string; index: number; end: number }): boolean {
  return text[index - 1] === ' ' && isAt(ENDS_WORD, text, end) && isKnownWord(piece);
}

function isAt(pattern: RegExp, text: string, index: number): boolean {
  pattern.lastIndex = index;
  return pattern.test(text);
}

function costOf(piece: string): number {
  const code = piece.codePointAt(0) ?? 0;
  if (code > 0x7f) return code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  return /^[A-Za-z\d]/.test(piece) ? costOfWord(piece) : 1;
}

function costOfWord(piece: string): number {
  const isPlain = piece.length >= 4 && piece.length <= 20 && PLAIN_WORD.test(piece);
  const rare = isPlain ? (piece.match(RARE)?.length ?? 0) : 0;
  return isPlain && rare <= piece.length / 6 ? piece.length * 0.85 : piece.length;
}

/**
 * A bound for English that we wrote ourselves, where it is lower: a token for three characters, and one more for each number and
 * each mark, for tokenizers let those stand alone, and the blank before a number, too.
 */
export function proseBound(text: string): number {
  const byLength = Math.ceil(text.length / 3) + (text.match(/\d+|[^\w\s]/g)?.length ?? 0);
  return Math.min(byLength, tokenBound(text));
}

/** More characters than a token of English has. */
const TOKEN_LENGTH = 8;

/** As much of a line as fits, by whole characters, with `…` where something is missing. */
export function fitLine(line: string, tokens: number): string {
  if (tokenBound(line) <= tokens) return line;
  const start = line.slice(0, tokens * TOKEN_LENGTH);
  // Asked for single places: to walk over all characters of a long line takes seconds.
  const characters = new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(start);
  const cutAt = (end: number): string => `${start.slice(0, characters.containing(end)?.index).trimEnd()}…`;
  let [fitting, tooLong] = [0, start.length];
  while (tooLong - fitting > 1) {
    const end = Math.floor((fitting + tooLong) / 2);
    if (tokenBound(cutAt(end)) <= tokens) fitting = end;
    else tooLong = end;
  }
  return cutAt(fitting);
}

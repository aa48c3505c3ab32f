/** Words of a line, by the quoting rules of a shell and without anything that a shell would run or expand. Pure. */

const BLANKS = new Set([' ', '\t', '\n', '\r']);

/** What a backslash escapes inside double quotes; before anything else it stands for itself. */
const ESCAPED_IN_QUOTES = new Set(['"', '\\', '$', '`']);

/** A word that needs no quotes to stay one word. */
const BARE = /^[^\s'"\\]+$/;

/**
 * The words of a line: blanks part them, `'…'` keeps everything, `"…"` everything but `\"`, `\\`, `\$` and `` \` ``, and a
 * backslash keeps the character after it. Undefined when a quote does not end.
 *
 * Source: POSIX.1-2024, Shell Command Language, 2.2 "Quoting".
 */
export function splitWords(line: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < line.length; at++) {
    if (BLANKS.has(line.charAt(at))) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    const part = partAt(line, at);
    if (part === undefined) return undefined;
    word = (word ?? '') + part.text;
    at = part.end;
  }
  return word === undefined ? words : [...words, word];
}

/** The line that `splitWords` takes apart into these words again. */
export function joinWords(words: readonly string[]): string {
  return words.map((word) => (BARE.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`)).join(' ');
}

/** A part of a word: what it says, and where its last character stands. */
interface Part {
  readonly text: string;
  readonly end: number;
}

/** What stands in quotes, or one character; undefined when a quote does not end. */
function partAt(line: string, at: number): Part | undefined {
  const character = line.charAt(at);
  if (character === "'") return singleQuoted(line, at);
  if (character === '"') return doubleQuoted(line, at);
  const isEscape = character === '\\' && at + 1 < line.length;
  return isEscape ? { text: line.charAt(at + 1), end: at + 1 } : { text: character, end: at };
}

function singleQuoted(line: string, start: number): Part | undefined {
  const end = line.indexOf("'", start + 1);
  return end < 0 ? undefined : { text: line.slice(start + 1, end), end };
}

function doubleQuoted(line: string, start: number): Part | undefined {
  let text = '';
  for (let at = start + 1; at < line.length; at++) {
    const character = line.charAt(at);
    if (character === '"') return { text, end: at };
    const next = line.charAt(at + 1);
    if (character === '\\' && ESCAPED_IN_QUOTES.has(next)) {
      text += next;
      at++;
    } else text += character;
  }
  return undefined;
}

/** What differs between two texts, word by word, as `git diff --word-diff` shows it. */
import { diffIndices } from 'node-diff3';
import { printable } from './printable.ts';
import type { Palette } from './screen.ts';

/** Above this many words a text is shown as it is: comparing takes the square of the length. */
const MAX_WORDS = 4000;

/** The second text, with `[-words-]` that only the first has and `{+words+}` that only the second has. */
export function wordDiff(before: string, after: string, paint: Palette): string {
  const [old, now] = [wordsOf(before), wordsOf(after)];
  if (before === after || old.length + now.length > MAX_WORDS) return printable(after, 'text');
  const parts: string[] = [];
  let done = 0;
  for (const { buffer1, buffer2 } of diffIndices(old, now)) {
    parts.push(shown(now.slice(done, buffer2[0])));
    const [gone, come] = [shown(textsAt(old, buffer1)), shown(textsAt(now, buffer2))];
    if (gone !== '') parts.push(paint.bad(`[-${gone}-]`));
    if (come !== '') parts.push(paint.good(`{+${come}+}`));
    done = buffer2[0] + buffer2[1];
  }
  return [...parts, shown(now.slice(done))].join('');
}

/** Words and what is between them. The library keeps them as keys of an object, so none may be `__proto__` by itself. */
function wordsOf(text: string): string[] {
  return (text.match(/[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu) ?? []).map((word) => ` ${word}`);
}

function textsAt(words: readonly string[], [from, length]: readonly [number, number]): string[] {
  return words.slice(from, from + length);
}

function shown(words: readonly string[]): string {
  return printable(words.map((word) => word.slice(1)).join(''), 'text');
}

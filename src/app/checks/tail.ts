/** Keeps the end of an output of any length, as text that is safe to store and to show. */
import { stripVTControlCharacters } from 'node:util';
import { printable } from '../../task/printable.ts';

/** The end of a stream of bytes. */
export interface Tail {
  push(chunk: Uint8Array): void;
  /** What was kept, as lines; where something is missing, the first one says how much. */
  text(): string;
}

/** A tail that keeps this many bytes, and never much more of them in memory. */
export function createTail(limit: number): Tail {
  let chunks: Uint8Array[] = [];
  let held = 0;
  let total = 0;
  return {
    push: (chunk) => {
      chunks.push(chunk);
      held += chunk.length;
      total += chunk.length;
      if (held <= 2 * limit + 65_536) return;
      // A copy: a slice would keep all of the memory that it was cut from.
      const kept = Buffer.from(lastBytes(chunks, limit));
      chunks = [kept];
      held = kept.length;
    },
    text: () => textOf(lastBytes(chunks, limit), total),
  };
}

/** Text of a program with its line ends as LF, and its other control characters harmless. */
export function plainText(text: string): string {
  return printable(stripVTControlCharacters(text).replaceAll(/\r+\n|\r/g, '\n'), 'text');
}

function lastBytes(chunks: readonly Uint8Array[], limit: number): Buffer {
  const all = Buffer.concat(chunks);
  return all.subarray(Math.max(0, all.length - limit));
}

function textOf(kept: Buffer, total: number): string {
  const start = total > kept.length ? startOfText(kept) : 0;
  const missing = total - kept.length + start;
  const text = plainText(kept.subarray(start).toString('utf8')).trimEnd();
  return missing === 0 || kept.length === 0 ? text : `… ${missing} bytes before this\n${text}`;
}

/** Where the first whole line begins; where there is only one, the first whole character. */
function startOfText(kept: Buffer): number {
  const line = kept.indexOf(0x0a) + 1;
  if (line > 0 && line < kept.length) return line;
  const character = kept.findIndex((byte) => (byte & 0xc0) !== 0x80);
  return Math.max(0, character);
}

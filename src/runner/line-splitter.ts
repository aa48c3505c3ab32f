/** Cuts an output into lines that are safe to show, with a bound on what is kept of one. */
import { plainText } from '../app/checks/tail.ts';

/** Cuts chunks into lines. */
export interface LineSplitter {
  /** The lines that are complete now. */
  push(chunk: Uint8Array): string[];
  /** What came after the last line end; undefined when nothing did. */
  end(): string | undefined;
}

/** A line that is longer than this many characters is shown in pieces. */
const LONGEST = 2000;

/** LF, CR LF, and CR alone, with which progress bars begin their line again; a CR at the very end may be half of one. */
const END = /\r*\n|\r(?!\n|$)/;

/** A splitter of UTF-8. Bytes that are none become replacement characters, control characters become visible. */
export function createLineSplitter(): LineSplitter {
  const decoder = new TextDecoder();
  let rest = '';
  return {
    push: (chunk) => {
      const lines = `${rest}${decoder.decode(chunk, { stream: true })}`.split(END);
      rest = lines.pop() ?? '';
      if (rest.length > LONGEST) {
        lines.push(rest);
        rest = '';
      }
      return lines.flatMap(piecesOf).map(plainText);
    },
    end: () => {
      const last = `${rest}${decoder.decode()}`.replace(/\r$/, '');
      rest = '';
      return last === '' ? undefined : plainText(last);
    },
  };
}

function piecesOf(line: string): string[] {
  if (line.length <= LONGEST) return [line];
  return line.match(new RegExp(`[^]{1,${LONGEST}}`, 'gu')) ?? [];
}

/** A block of our own at the end of a text file, between two marker lines. For formats with comments: Markdown, TOML. */
import { invalidFile } from './invalid-file.ts';

/** The lines around a block. Each stands alone on its line. */
export interface Markers {
  readonly begin: string;
  readonly end: string;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** The text with the block: in the place of the one that is there, else at the end, after an empty line. */
export function addBlock(text: string, body: string, { markers, file }: BlockPlace): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const block = [markers.begin, ...body.split('\n'), markers.end].join(eol);
  const span = findBlock(text, markers, file);
  if (span !== undefined) return text.slice(0, span.start) + block + text.slice(span.end);
  const bom = text === '\uFEFF' ? text : '';
  if (text.slice(bom.length) === '') return `${bom}${block}${eol}`;
  const gap = /(?:\r\n|\n)$/.test(text) ? eol : eol + eol;
  return `${text}${gap}${block}${eol}`;
}

/** The text without the block and the empty line that came with it. */
export function removeBlock(text: string, { markers, file }: BlockPlace): string {
  const span = findBlock(text, markers, file);
  if (span === undefined) return text;
  const before = text.slice(0, span.start).replace(/(?<=\n)\r?\n$/, '');
  return before + text.slice(span.end).replace(/^\r?\n/, '');
}

/** The file and what marks the block in it. */
export interface BlockPlace {
  readonly markers: Markers;
  readonly file: string;
}

/** From the first character of the first marker to the last of the second. Throws `invalid` where they do not pair up. */
function findBlock(text: string, { begin, end }: Markers, file: string): Span | undefined {
  const starts = linesAt(text, begin);
  const ends = linesAt(text, end);
  const [start] = starts;
  const [stop] = ends;
  if (start === undefined && stop === undefined) return undefined;
  if (starts.length === 1 && ends.length === 1 && start !== undefined && stop !== undefined && start < stop) {
    return { start, end: stop + end.length };
  }
  const problem = `the lines "${begin}" and "${end}" of git-tasks do not pair up`;
  throw invalidFile(file, problem, { text, at: start ?? stop ?? 0 });
}

/** Where this line stands, by itself. */
function linesAt(text: string, line: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(line); at >= 0; at = text.indexOf(line, at + 1)) {
    const before = text.slice(Math.max(0, at - 1), at);
    const isAlone =
      ['', '\n', '\uFEFF'].includes(before) && /^(?:\r?\n|$)/.test(text.slice(at + line.length, at + line.length + 2));
    if (isAlone) found.push(at);
  }
  return found;
}

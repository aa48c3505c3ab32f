/** JSON Lines (https://jsonlines.org): one object a line. A bad line is a value and never hides the good ones. Pure. */
import { isMap } from '../task/validate.ts';

/** One line that is not blank: the object that it holds, or what is wrong with it. `line` counts from 1. */
export type JsonLine =
  | { readonly line: number; readonly record: Readonly<Record<string, unknown>> }
  | { readonly line: number; readonly problem: string };

const CONFLICT_MARKER = /^(?:<{7}|={7}|>{7}|\|{7})(?:\s|$)/;

/** The lines of the text in order, without blank ones. A byte order mark and CR before LF are ignored. */
export function* jsonLines(text: string): Generator<JsonLine> {
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  for (const [index, content] of lines.entries()) {
    if (content.trim() !== '') yield parseLine(index + 1, content);
  }
}

function parseLine(line: number, content: string): JsonLine {
  if (CONFLICT_MARKER.test(content)) return { line, problem: 'is a conflict marker of a merge, not a record' };
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    // The parser's own message quotes the content, which may be long or private.
    return { line, problem: 'is not valid JSON' };
  }
  return isMap(value) ? { line, record: value } : { line, problem: 'is not a JSON object' };
}

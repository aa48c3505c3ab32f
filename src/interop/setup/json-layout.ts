/**
 * Where an entry is put into JSON text, and how it is taken out, so that comments and the layout of all others stay.
 *
 * The editing functions of jsonc-parser move a comment behind the last entry to behind the new one, and delete it with that.
 */
import { createScanner, type Edit, type Node } from 'jsonc-parser';

/** How a file is laid out. */
export interface Layout {
  /** One step of indentation. */
  readonly unit: string;
  readonly eol: string;
}

/** The indentation and line ends that a file has; two blanks where it has none. */
export function layoutOf(text: string): Layout {
  return { unit: /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ', eol: text.includes('\r\n') ? '\r\n' : '\n' };
}

/** Puts an entry at the end of a list, or with a key at the end of an object: behind all comments in there. */
export function insertion(
  text: string,
  parent: Node,
  { key, value }: { readonly key?: string; readonly value: unknown },
): Edit[] {
  const { unit, eol } = layoutOf(text);
  const outer = indentOf(text, parent.offset);
  const close = endOf(parent) - 1;
  const last = parent.children?.at(-1);
  const comma =
    last === undefined || commaIn(text, endOf(last), close) !== undefined
      ? []
      : [{ offset: endOf(last), length: 0, content: ',' }];
  const written = JSON.stringify(value, undefined, unit).replaceAll('\n', eol + outer + unit);
  const entry = eol + outer + unit + (key === undefined ? '' : `${JSON.stringify(key)}: `) + written;
  let at = close;
  while (/\s/.test(text.charAt(at - 1))) at--;
  const tail = text.slice(at, close).includes('\n') ? '' : eol + outer;
  return [...comma, { offset: at, length: tail === '' ? 0 : close - at, content: entry + tail }];
}

/** Takes out an entry and one comma; with its lines, where nothing else is on them. */
export function removal(text: string, parent: Node, node: Node): Edit[] {
  const children = parent.children ?? [];
  const index = children.indexOf(node);
  const [before, after] = [children[index - 1], children[index + 1]];
  const next = commaIn(text, endOf(node), after?.offset ?? endOf(parent) - 1);
  const previous = next === undefined && before !== undefined ? commaIn(text, endOf(before), node.offset) : undefined;
  const isTouching = next !== undefined && text.slice(endOf(node), next).trim() === '';
  const [start, end] = wholeLines(text, node.offset, isTouching ? next + 1 : endOf(node));
  const commas = [previous, isTouching ? undefined : next].filter((offset) => offset !== undefined);
  return [
    ...commas.map((offset) => ({ offset, length: 1, content: '' })),
    { offset: start, length: end - start, content: '' },
  ];
}

/** The range, widened to whole lines where it is alone on them; else with the blanks in front of it. */
function wholeLines(text: string, start: number, end: number): readonly [number, number] {
  let first = start;
  while (/[ \t]/.test(text.charAt(first - 1))) first--;
  const rest = /^[ \t]*\r?\n/.exec(text.slice(end))?.[0];
  if (text.charAt(first - 1) === '\n' && rest !== undefined) return [first, end + rest.length];
  return [first, end];
}

/** Where there is a comma between two places, outside of comments. */
function commaIn(text: string, from: number, to: number): number | undefined {
  const scanner = createScanner(text.slice(from, to), true);
  while (scanner.getPosition() < to - from) {
    scanner.scan();
    const at = from + scanner.getTokenOffset();
    if (text.charAt(at) === ',') return at;
  }
  return undefined;
}

/** The blanks that the line of a place begins with. */
function indentOf(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1);
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

function endOf({ offset, length }: Node): number {
  return offset + length;
}

/** Edits of a text by the ranges of its nodes: which lines belong to what, and how replacements are put in. */
import { CST, isCollection, isPair, isScalar, Lexer, type Node, type Pair, type Scalar } from 'yaml';

/** Replaces the text from `start` up to `end`. Edits of one text never overlap. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A whole number of lines, and the blanks before what stands in the first. */
export interface Lines {
  readonly start: number;
  readonly end: number;
  readonly pad: string;
}

/** A block scalar that keeps its last line breaks, up to the end: its header, then lines that are indented or blank. */
const OPEN_BLOCK = /[|>][1-9]?\+[1-9]? *(?:#.*)?\n(?:(?: .*)?\n)*$/;

/** The text with all edits made; those at one place in their order. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = '';
  let at = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    result += text.slice(at, edit.start) + edit.text;
    at = Math.max(at, edit.end);
    const blank = blankLines(text, at);
    // Blank lines that come to stand below such a block, put in here or bared by what was taken out, would be a part of it.
    if (blank > at && result.endsWith('\n') && OPEN_BLOCK.test(result)) at = blank;
  }
  return result + text.slice(at);
}

/** The end of the blank lines from a place on. */
function blankLines(text: string, from: number): number {
  const blank = /(?: *\n)*/y;
  blank.lastIndex = from;
  return blank.test(text) ? blank.lastIndex : from;
}

/** The lines of a pair, from its key to the end of its value; undefined when they are not its own. */
export function linesOfPair(text: string, pair: Pair): Lines | undefined {
  const start = startOf(pair.key);
  return start === undefined ? undefined : linesFrom(text, start, endOfPair(text, pair) ?? start);
}

/** The lines of a member of a block list, from its dash; undefined when they are not its own. */
export function linesOfItem(text: string, item: unknown): Lines | undefined {
  const start = startOf(item);
  const end = endOf(text, item);
  if (start === undefined || end === undefined) return undefined;
  const dash = text.lastIndexOf('-', start - 1);
  return /^- +$/.test(text.slice(dash, start)) ? linesFrom(text, dash, end) : undefined;
}

/** The comments in some lines, each with its `#`. */
export function commentsIn(lines: string): string[] {
  const comments: string[] = [];
  let isContent = false;
  for (const token of new Lexer().lex(lines)) {
    const type = CST.tokenType(token);
    if (type === 'comment' && !isContent) comments.push(token);
    // The token after this mark is the content of a scalar, whatever it looks like.
    isContent = type === 'scalar';
  }
  return comments;
}

/** Whether a scalar or flow collection stands on one line, without a comment in it, and is not empty. */
export function isInline(text: string, node: Node): boolean {
  const [start = 0, end = 0] = node.range ?? [];
  return end > start && !text.slice(start, end).includes('\n');
}

function linesFrom(text: string, start: number, end: number): Lines | undefined {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const pad = text.slice(lineStart, start);
  if (/[^ ]/.test(pad)) return undefined;
  return { start: lineStart, end: text[end - 1] === '\n' ? end : text.indexOf('\n', end) + 1, pad };
}

function startOf(node: unknown): number | undefined {
  return isScalar(node) || isCollection(node) ? node.range?.[0] : undefined;
}

function endOfPair(text: string, { key, value }: Pair): number | undefined {
  return endOf(text, value) ?? (isScalar(key) ? key.range?.[1] : undefined);
}

/** The end of what a node says, without blank lines and comments below it; undefined for an empty scalar. */
function endOf(text: string, node: unknown): number | undefined {
  if (isScalar(node)) return endOfScalar(text, node);
  if (!isCollection(node)) return undefined;
  const last = node.flow === true ? undefined : node.items.at(-1);
  const inside = isPair(last) ? endOfPair(text, last) : endOf(text, last);
  return inside ?? node.range?.[1];
}

function endOfScalar(text: string, { type, range }: Scalar): number | undefined {
  const [start, end] = range ?? [0, 0];
  if (start === end) return undefined;
  return type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED' ? endOfBlock(text, start, end) : end;
}

function endOfBlock(text: string, start: number, end: number): number {
  const header = text.slice(start, text.indexOf('\n', start));
  if (/^[|>][0-9]?\+/.test(header)) return end;
  const blank = /\n[ \n]*$/.exec(text.slice(start, end));
  return blank === null ? end : start + blank.index + 1;
}

/** Aligned columns that fit the screen. */
import truncatedWidth from 'fast-string-truncated-width';
import unicodeWidth from 'fast-string-width';
import type { Screen, Style } from './screen.ts';

/** A piece of a line: plain text (made printable by whoever gives it) and how to paint it. */
export interface Cell {
  readonly text: string;
  readonly paint?: Style | undefined;
}

/** How a column behaves where the screen is too narrow for all. One without a share keeps its width. */
export interface Column {
  /** How much of the room it gets beside the other columns that have a share. */
  readonly share?: number;
  /** Below this width it is left out, so that another gets the room. */
  readonly min?: number;
}

/** Columns that the text takes. Most text is ASCII, where this is ten times as quick as looking at each character. */
function textWidth(text: string): number {
  return ASCII.test(text) ? text.length : unicodeWidth(text);
}

const ASCII = /^[ -~]*$/;

const GAP = '  ';
const ELLIPSIS = '…';

/** Where nothing is cut, a column with a share is aligned up to this width: one long subject would push all others out of sight. */
const WIDEST = 80;

/**
 * One line for each row. Columns are as wide as their widest cell; those with a share are cut where the screen ends. Without an
 * end, a cell that is wider than its column moves what stands behind it.
 */
export function tableLines(rows: readonly (readonly Cell[])[], columns: readonly Column[], screen: Screen): string[] {
  const natural = columns.map((_, i) => rows.reduce((most, row) => Math.max(most, textWidth(row[i]?.text ?? '')), 0));
  const widths = fitWidths(natural, columns, screen.width);
  const isCut = Number.isFinite(screen.width);
  return rows.map((row) => lineOf(row, widths, isCut));
}

/** The text cut to this many columns, with an ellipsis where something was cut. */
export function cut(text: string, width: number): string {
  if (width <= 0) return '';
  if (!Number.isFinite(width) || text.length * 2 <= width || textWidth(text) <= width) return text;
  // The library is up to two columns off after wide characters (3.0.3), so its answer is measured.
  for (let limit = width; limit > 0; limit--) {
    const { index, ellipsed } = truncatedWidth(text, { limit, ellipsis: ELLIPSIS });
    const shown = ellipsed ? `${text.slice(0, index)}${ELLIPSIS}` : text.slice(0, index);
    if (textWidth(shown) <= width) return shown;
  }
  return '';
}

/** Widths that fit: what needs less than its share gives the rest to the others (max-min fairness). */
function fitWidths(natural: readonly number[], columns: readonly Column[], room: number): number[] {
  if (!Number.isFinite(room)) {
    return natural.map((width, i) => (columns[i]?.share === undefined ? width : Math.min(width, WIDEST)));
  }
  const gaps = GAP.length * (natural.filter((width) => width > 0).length - 1);
  const fixed = natural.reduce((sum, width, i) => (columns[i]?.share === undefined ? sum + width : sum), 0);
  const widths = [...natural];
  let left = Math.max(0, room - gaps - fixed);
  let waiting = [...natural.keys()].filter((i) => columns[i]?.share !== undefined && natural[i] !== 0);
  while (waiting.length > 0) {
    const shares = waiting.reduce((sum, i) => sum + (columns[i]?.share ?? 0), 0);
    const portion = (i: number): number => Math.floor((left * (columns[i]?.share ?? 0)) / shares);
    const content = waiting.find((i) => (natural[i] ?? 0) <= portion(i));
    const tooNarrow = waiting.findLast((i) => portion(i) < (columns[i]?.min ?? 0));
    const settled = content ?? tooNarrow ?? waiting[0] ?? 0;
    const isLeftOut = content === undefined && tooNarrow !== undefined;
    widths[settled] = isLeftOut ? 0 : Math.min(natural[settled] ?? 0, portion(settled));
    left += isLeftOut ? GAP.length : -(widths[settled] ?? 0);
    waiting = waiting.filter((i) => i !== settled);
  }
  return widths;
}

function lineOf(row: readonly Cell[], widths: readonly number[], isCut: boolean): string {
  const last = row.findLastIndex((cell, i) => cell.text !== '' && (widths[i] ?? 0) > 0);
  const parts: string[] = [];
  for (const [i, { text, paint }] of row.entries()) {
    const width = widths[i] ?? 0;
    if (width === 0 || i > last) continue;
    const shown = isCut ? cut(text, width) : text;
    const padding = i === last ? '' : ' '.repeat(Math.max(0, width - textWidth(shown)));
    parts.push(`${paint === undefined ? shown : paint(shown)}${padding}`);
  }
  return parts.join(GAP);
}

/** Lines of at most `width` columns, broken at blanks; a longer word stays whole. Line ends of the text are kept. */
export function wrapLines(text: string, width: number): string[] {
  if (!Number.isFinite(width)) return text.split('\n');
  return text.split('\n').flatMap((line) => wrapLine(line, width));
}

function wrapLine(line: string, width: number): string[] {
  if (textWidth(line) <= width) return [line];
  const indent = /^(?:\s*(?:[-*+]|\d+[.)]) |\s*)/.exec(line)?.[0] ?? '';
  const hanging = ' '.repeat(indent.length);
  const lines: string[] = [];
  let current = indent;
  for (const word of line.slice(indent.length).split(' ')) {
    const isEmpty = current === indent || current === hanging;
    const next = isEmpty ? `${current}${word}` : `${current} ${word}`;
    if (!isEmpty && textWidth(next) > width) {
      lines.push(current);
      current = `${hanging}${word}`;
    } else current = next;
  }
  return [...lines, current];
}

/** What is known of the reader of a stream: how wide, which colours, what time it is. */
import picocolors from 'picocolors';
import { TasksError } from '../../errors.ts';
import type { Env, Output, World } from '../../world.ts';

/** When to use colours. */
export type ColorMode = 'auto' | 'always' | 'never';

/** Turns text into coloured text; where there are no colours, into itself. */
export type Style = (text: string) => string;

/** The few styles that the screens use, by what they mean. */
export interface Palette {
  readonly strong: Style;
  /** What is there for completeness. */
  readonly quiet: Style;
  readonly id: Style;
  readonly good: Style;
  readonly active: Style;
  readonly warning: Style;
  readonly bad: Style;
}

/** One stream as the renderers see it. */
export interface Screen {
  /** A person looks at it: relative times, marks, columns that fit. Otherwise a program or a file takes it. */
  readonly isTerminal: boolean;
  /** Columns to fit into; Infinity where nothing may be cut. */
  readonly width: number;
  readonly paint: Palette;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const MIN_WIDTH = 20;
const DEFAULT_WIDTH = 80;

/** The screen behind an output of this world. */
export function screenOf(world: World, output: Output, mode: ColorMode): Screen {
  const width = Math.max(MIN_WIDTH, output.columns ?? DEFAULT_WIDTH);
  return {
    isTerminal: output.isTerminal,
    width: output.isTerminal ? width : Number.POSITIVE_INFINITY,
    paint: paletteOf(wantsColor(mode, output.isTerminal, world.env)),
    now: world.now(),
  };
}

/** The mode that a word names. Throws `usage`. */
export function parseColorMode(word: string | undefined): ColorMode {
  if (word === undefined || word === 'auto') return 'auto';
  if (word === 'always' || word === 'never') return word;
  throw new TasksError('usage', `--color takes auto, always or never, not ${JSON.stringify(word)}`);
}

/** Whether to use colours: the flag, then NO_COLOR (no-color.org), then FORCE_COLOR, then what the stream is. */
export function wantsColor(mode: ColorMode, isTerminal: boolean, env: Env): boolean {
  if (mode !== 'auto') return mode === 'always';
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  return isTerminal && env['TERM'] !== 'dumb';
}

/** The styles, coloured or not. */
export function paletteOf(isColored: boolean): Palette {
  const { bold, cyan, dim, green, red, yellow } = picocolors.createColors(isColored);
  return { strong: bold, quiet: dim, id: cyan, good: green, active: yellow, warning: yellow, bad: red };
}

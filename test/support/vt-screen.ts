/** A terminal that understands what the live view writes: text, line ends, cursor movements and erasing. */
import { Writable } from 'node:stream';
import { invariant } from '../../src/errors.ts';
import type { Output } from '../../src/world.ts';

/** The terminal, and what stands on it. */
export interface VtScreen {
  readonly output: Output;
  /** All lines from the first to the last one that is not empty: what has scrolled away, too. */
  lines(): string[];
  /** How many times something was written at once, and how much in all. */
  writes(): { readonly times: number; readonly bytes: number };
  resize(columns: number, rows: number): void;
  /** From now on, every write fails: the terminal has gone. */
  close(): void;
}

/** A sequence that begins with ESC [, or one character. */
const STEP = /\p{Cc}\[([?\d;]*)([A-Za-z])|[^]/gu;

/** A terminal of this size. Everything that it does not know breaks the test. */
export function vtScreen(columns: number, rows: number): VtScreen {
  const state = { size: { columns, rows }, grid: [''], row: 0, column: 0, times: 0, bytes: 0, isGone: false };
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk: string, _encoding, done) => {
      if (state.isGone) return done(Object.assign(new Error('write EIO'), { code: 'EIO', syscall: 'write' }));
      state.times++;
      state.bytes += chunk.length;
      for (const [text, parameters = '', command] of chunk.matchAll(STEP)) {
        if (command === undefined) put(text);
        else control(command, parameters);
      }
      done();
    },
  });
  Object.defineProperties(stream, {
    isTTY: { value: true },
    columns: { get: () => state.size.columns },
    rows: { get: () => state.size.rows },
  });
  stream.on('error', () => undefined);

  const put = (character: string): void => {
    if (character === '\n') {
      state.row++;
      state.column = 0;
    } else {
      const line = state.grid[state.row] ?? '';
      state.grid[state.row] =
        `${line.slice(0, state.column).padEnd(state.column)}${character}${line.slice(state.column + 1)}`;
      state.column++;
      invariant(state.column <= state.size.columns, `no line is wider than the terminal: ${state.grid[state.row]}`);
    }
    while (state.grid.length <= state.row) state.grid.push('');
  };
  const control = (command: string, parameters: string): void => {
    const number = Number(parameters === '' ? '1' : parameters.replace('?', ''));
    if (command === 'A') {
      invariant(number < state.size.rows, 'the cursor cannot go up to what has scrolled away');
      state.row = Math.max(0, state.row - number);
    } else if (command === 'B') state.row += number;
    else if (command === 'G') state.column = number - 1;
    else if (command === 'K') {
      state.grid[state.row] = parameters === '2' ? '' : (state.grid[state.row] ?? '').slice(0, state.column);
    } else
      invariant(
        command === 'm' || command === 'h' || command === 'l',
        `the terminal knows ESC[${parameters}${command}`,
      );
  };
  return {
    output: {
      stream,
      isTerminal: true,
      get columns() {
        return state.size.columns;
      },
      get rows() {
        return state.size.rows;
      },
    },
    lines: () => state.grid.slice(0, state.grid.findLastIndex((line) => line !== '') + 1),
    writes: () => ({ times: state.times, bytes: state.bytes }),
    resize: (width, height) => {
      state.size = { columns: width, rows: height };
    },
    close: () => {
      state.isGone = true;
    },
  };
}

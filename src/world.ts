/**
 * The outside world as one value: clock, randomness, environment, streams.
 *
 * Everything below the front ends takes what it needs from here, so that a test can pin it. `processWorld` is the only
 * reader of `process.*` in the project.
 */
import { randomFillSync } from 'node:crypto';
import { hostname } from 'node:os';
import type { Readable, Writable } from 'node:stream';

/** Environment variables, as `process.env` gives them. */
export type Env = Readonly<Record<string, string | undefined>>;

/** A stream that text is written to, with what is known of its reader. */
export interface Output {
  readonly stream: Writable;
  readonly isTerminal: boolean;
  /** Width of the terminal in columns; undefined where there is none. */
  readonly columns: number | undefined;
}

/** What the program may know of the machine that it runs on. */
export interface World {
  /** Wall clock in milliseconds since 1970 (UTC). For display, leases and `created` only: never for ordering. */
  now(): number;
  /** Fresh random bytes of this length. */
  random(length: number): Uint8Array;
  /** Resolves after this many milliseconds. */
  sleep(milliseconds: number): Promise<void>;
  readonly env: Env;
  /** Absolute path of the current folder. */
  readonly cwd: string;
  readonly pid: number;
  readonly host: string;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
}

/** The world of the running process. */
export function processWorld(): World {
  return {
    now: () => Date.now(),
    random: (length) => randomFillSync(new Uint8Array(length)),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    env: process.env,
    cwd: process.cwd(),
    pid: process.pid,
    host: hostname(),
    // A getter: opening standard input costs milliseconds, and most commands never read it.
    get stdin() {
      return process.stdin;
    },
    stdout: output(process.stdout),
    stderr: output(process.stderr),
  };
}

function output(stream: NodeJS.WriteStream): Output {
  return { stream, isTerminal: stream.isTTY === true, columns: stream.columns };
}

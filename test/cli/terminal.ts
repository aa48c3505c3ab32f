/** Runs the command line in this process, in a world whose clock, ids and terminal are fixed. */
import { PassThrough, Readable } from 'node:stream';
import { runCommandLine } from '../../src/cli/main.ts';
import type { Env, Output, World } from '../../src/world.ts';

/** What a run left. */
export interface Screens {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A terminal of a width, in a folder. Every run comes one minute after the one before it. */
export interface Terminal {
  run(...args: string[]): Promise<Screens>;
  /** The same world with another width, or as a pipe, in which time stands still. */
  frozen(columns: number | undefined, instant: string): Terminal;
}

const START = Date.parse('2026-11-22T13:00:00Z');

/** A terminal in a folder. Its ids are the same every time. */
export function terminalIn(folder: string, env: Env = {}): Terminal {
  const state = { now: START };
  // Numerical Recipes' linear congruential generator, a sequence for each length: ids stay the same when something else begins to need random bytes.
  const seeds = new Map<number, number>();
  const random = (length: number): Uint8Array => {
    return Uint8Array.from({ length }, () => {
      const seed = (Math.imul(seeds.get(length) ?? 1, 1_664_525) + 1_013_904_223) >>> 0;
      seeds.set(length, seed);
      return seed >>> 24;
    });
  };
  const sized = (columns: number | undefined, instant?: string): Terminal => ({
    frozen: sized,
    run: async (...args) => {
      if (instant === undefined) state.now += 60_000;
      const now = instant === undefined ? state.now : Date.parse(instant);
      const out = capture(columns);
      const err = capture(columns);
      const world: World = {
        now: () => now,
        random,
        sleep: async () => undefined,
        holdInterrupts: () => () => undefined,
        starters: () => '1',
        onInterrupt: () => () => undefined,
        signalGroup: () => false,
        signalProcess: () => false,
        startOf: () => undefined,
        env: { GIT_TASKS_ACTOR: 'Ada Example', ...env },
        cwd: folder,
        identity: `test-${process.pid}`,
        isRunning: () => undefined,
        stdin: Readable.from([]),
        stdout: out.output,
        stderr: err.output,
      };
      const code = await runCommandLine(args, world);
      return { code, stdout: out.text(), stderr: err.text() };
    },
  });
  return sized(80);
}

function capture(columns: number | undefined): { output: Output; text: () => string } {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return {
    output: { stream, isTerminal: columns !== undefined, columns },
    text: () => Buffer.concat(chunks).toString('utf8'),
  };
}

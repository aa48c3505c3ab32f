/** Notices that nobody wants a program any more that would run for ever. */
import { Socket } from 'node:net';
import type { EndSignal, World } from '../world.ts';

/** Why it is over: a signal, or what has gone. */
export type Ending = EndSignal | 'reader' | 'input' | 'parent';

/** The end of a program, to be waited for. */
export interface Over {
  /** Aborted at the end. */
  readonly signal: AbortSignal;
  /** Why it ended; undefined while it goes on. */
  ending(): Ending | undefined;
  /** Takes back all that was set up. */
  release(): void;
}

/** How often to look whether the parent is still there, in milliseconds. */
const LOOK = 1000;

/** An input that ends this early (milliseconds) was closed from the start, and says nothing. */
const EARLY = 500;

/** What to heed beside signals, the reader of the output and the parent. */
export interface Heed {
  /** Ends with the input, where that is a pipe that somebody holds open. What comes through it is thrown away. */
  readonly input: boolean;
}

/** Watches for the end. Call `release` in any case. */
export function untilOver(world: World, { input }: Heed): Over {
  const over = new AbortController();
  const end = (ending: Ending): void => over.abort(ending);
  const releases = [
    world.onInterrupt(end),
    heedReader(world, () => end('reader')),
    input ? heedInput(world, () => end('input')) : (): void => undefined,
  ];
  void heedParent(world, over.signal, () => end('parent'));
  return {
    signal: over.signal,
    ending: () => over.signal.reason as Ending | undefined,
    release: () => {
      for (const release of releases) release();
      over.abort();
    },
  };
}

function heedReader({ stdout: { stream } }: World, end: () => void): () => void {
  stream.on('error', end);
  return () => void stream.off('error', end);
}

/** A terminal is left alone, so is a file or `/dev/null`: only of a pipe or a socket can somebody be gone. */
function heedInput(world: World, end: () => void): () => void {
  const { stdin } = world;
  if (stdin.isTTY === true || !(stdin instanceof Socket)) return () => undefined;
  const begun = world.now();
  const onEnd = (): void => {
    if (world.now() - begun > EARLY) end();
  };
  stdin.on('end', onEnd).on('error', onEnd).resume();
  return () => {
    stdin.off('end', onEnd);
    stdin.destroy();
  };
}

async function heedParent(world: World, signal: AbortSignal, end: () => void): Promise<void> {
  const starters = world.starters();
  while (!signal.aborted) {
    await world.sleep(LOOK);
    if (world.starters() !== starters) end();
  }
}

/** Writes and waits until the reader has taken it, so that a slow one slows us down instead of filling the memory. */
export async function writeSlowly({ stdout: { stream } }: World, text: string, signal: AbortSignal): Promise<void> {
  if (stream.destroyed || signal.aborted || stream.write(text)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      for (const name of ['drain', 'error', 'close']) stream.off(name, done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    for (const name of ['drain', 'error', 'close']) stream.on(name, done);
    signal.addEventListener('abort', done);
  });
}

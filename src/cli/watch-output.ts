/** Looks after the outputs: a reader that has gone is no failure, a full disk is one. */
import type { Writable } from 'node:stream';
import { isSystemError } from '../errors.ts';
import type { World } from '../world.ts';

/** Streams that have a listener, so that many runs in one process add only one. */
const watched = new WeakSet<Writable>();

/** Keeps errors of the outputs from ending the process; `settleOutput` tells of those that matter. */
export function watchOutput({ stdout, stderr }: World): void {
  for (const { stream } of [stdout, stderr]) {
    if (watched.has(stream)) continue;
    watched.add(stream);
    stream.on('error', () => undefined);
  }
}

/** Resolves when all that was written to standard output has left; rejects when it could not. */
export async function settleOutput({ stdout: { stream, isTerminal } }: World): Promise<void> {
  if (!stream.destroyed && stream.writableLength > 0) {
    await new Promise<void>((resolve) => {
      stream.write('', () => resolve());
    });
  }
  // `git tasks list | head -1`: whoever read has seen enough.
  if (stream.errored !== null && !isReaderGone(stream.errored, isTerminal)) throw stream.errored;
}

/** Whether the error only says that the reader, or the terminal, has gone. */
function isReaderGone(error: Error, isTerminal: boolean): boolean {
  return isSystemError(error, 'EPIPE') || (isTerminal && isSystemError(error, 'EIO'));
}

/** The file with the output of a command: raw, and never longer than its bound, of which the end is kept. */
import { closeSync, openSync, renameSync, writeSync } from 'node:fs';
import { isSystemFault } from '../errors.ts';

/** An output on disk. */
export interface LogFile {
  write(chunk: Uint8Array): void;
  close(): void;
  /** Why nothing more is kept, once that is so. */
  failure(): string | undefined;
  /** Whether there is anything in it. */
  hasText(): boolean;
}

/**
 * A file that is made with the first byte. At half of the bound (bytes) it becomes `<path>.1`, in place of an earlier one, and
 * begins again: so at least the last half is there.
 */
export function createLogFile(path: string, bound: number): LogFile {
  let file: number | undefined;
  let size = 0;
  let failure: string | undefined;
  const begin = (): number => {
    size = 0;
    return openSync(path, 'w', 0o600);
  };
  const write = (chunk: Uint8Array): void => {
    if (file !== undefined && size + chunk.length > bound / 2) {
      closeSync(file);
      renameSync(path, `${path}.1`);
      file = undefined;
    }
    file ??= begin();
    for (let at = 0; at < chunk.length;) at += writeSync(file, chunk, at);
    size += chunk.length;
  };
  return {
    write: (chunk) => {
      if (failure !== undefined) return;
      try {
        write(chunk);
      } catch (error) {
        if (!isSystemFault(error)) throw error;
        // A full disk is no reason to stop the work.
        failure = error.message;
      }
    },
    close: () => {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
    failure: () => failure,
    hasText: () => size > 0,
  };
}

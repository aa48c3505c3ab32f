/** Reads reflogs: where a ref has been (git-reflog(1)). */
import { isSystemError } from '../../errors.ts';
import type { Oid } from '../ports.ts';
import { readFailure } from './failures.ts';
import type { FileSystem } from './file-system.ts';

/** One move of a ref, as the log tells it. */
export interface ReflogLine {
  /** Null: the ref was made by this move. */
  readonly from: Oid | null;
  readonly to: Oid;
  /** Seconds since 1970. */
  readonly at: number;
  readonly message: string;
}

const LINE = /^([0-9a-f]{40,64}) ([0-9a-f]{40,64}) [^\t]*> (\d+) [+-]\d{4}(?:\t(.*))?$/;

/** The moves of a ref, newest first; none where there is no log. Lines that a crash has cut are left out. */
export function readReflog(fs: FileSystem, path: string): ReflogLine[] {
  const lines = readText(fs, path).split('\n');
  return lines.toReversed().flatMap((line) => {
    const [, from, to, seconds, message = ''] = LINE.exec(line) ?? [];
    if (from === undefined || to === undefined || /^0+$/.test(to)) return [];
    return [{ from: /^0+$/.test(from) ? null : from, to, at: Number(seconds), message }];
  });
}

function readText(fs: FileSystem, path: string): string {
  try {
    return fs.readFileSync(path).toString('utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return '';
    throw readFailure(error, path);
  }
}

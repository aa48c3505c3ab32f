/** From the bytes of a file on the branch to the task in it, or to what is wrong with them. */
import { isUtf8 } from 'node:buffer';
import { MAX_FILE_BYTES } from '../task/limits.ts';
import type { Task } from '../task/types.ts';
import { decodeCanonical, decodeTask, type FileProblem } from '../yaml/codec.ts';
import type { TaskPlace } from './layout.ts';

/** A task, or every reason why a file holds none. */
export type TaskRead = { readonly task: Task } | { readonly problems: readonly FileProblem[] };

/** The task in a file; `data` undefined: the object is not there. Never throws for what is wrong with the file. */
export function readTask(data: Uint8Array | undefined, place: TaskPlace): TaskRead {
  if (data === undefined) return unreadable('the file is missing from the object store');
  if (data.byteLength > MAX_FILE_BYTES)
    return unreadable(`the file has ${data.byteLength} bytes, ${MAX_FILE_BYTES} are allowed`);
  if (!isUtf8(data)) return unreadable('the file is not UTF-8');
  const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8');
  const fast = decodeCanonical(text, place);
  if (fast !== undefined) return { task: fast };
  const decoded = decodeTask(text, place);
  return decoded.ok ? { task: decoded.task } : { problems: decoded.problems };
}

/** A file that is unreadable as a whole. */
export function unreadable(message: string): TaskRead {
  return { problems: [{ message, line: 1, column: 1 }] };
}

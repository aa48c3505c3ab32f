/** The merge driver of stock git: one task file in three versions, merged by the ledger's own rule. */
import { readFileSync, writeFileSync } from 'node:fs';
import { isUtf8 } from 'node:buffer';
import { resolve } from 'node:path';
import { isSystemError } from '../errors.ts';
import { mergeTask } from '../merge/merge-task.ts';
import { decideText } from '../merge/text.ts';
import { pathToTask, pathToTemplate, type TaskPlace } from '../ledger/layout.ts';
import { MAX_FILE_BYTES } from '../task/limits.ts';
import { sameJson } from '../task/changes.ts';
import type { Task } from '../task/types.ts';
import { decodeTask, encodeTask, patchTask } from '../yaml/codec.ts';

/** The files that git hands to a driver (gitattributes(5)), and where the file stands on the branch. */
export interface DriverInput {
  /** Relative names start here. */
  readonly folder: string;
  /** `%O`, `%A` and `%B`: the base, our version (which is to hold the result) and theirs. */
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
  /** `%P`. */
  readonly path: string;
}

/** How it went. `unreadable`: no side is a task file, or no merge of them is one, so our version was left as it is. */
export type DriverOutcome = 'merged' | 'unreadable';

/** A side: its text, and the task in it where it can be read. */
interface Side {
  readonly text: string;
  readonly task: Task | undefined;
}

/** Merges and writes the result into our version. A damaged side gives way to the readable one. */
export function mergeTaskFile({ folder, base, ours, theirs, path }: DriverInput): DriverOutcome {
  const place = pathToTask(path);
  const [old, x, y] = [base, ours, theirs].map((name) => readSide(resolve(folder, name), place));
  if (old === undefined || x === undefined || y === undefined) return 'unreadable';
  const text = place === undefined ? mergeLines(path, [old, x, y]) : mergeSides(old, x, y);
  if (text === undefined) return 'unreadable';
  if (text !== x.text) writeFileSync(resolve(folder, ours), text);
  return 'merged';
}

function mergeSides(old: Side, x: Side, y: Side): string | undefined {
  if (x.task === undefined || y.task === undefined) return x.task === undefined ? y.task && y.text : x.text;
  // Git asks for one file at a time, so nobody has counted who changed more: both sides weigh the same.
  const task = mergeTask({ base: old.task, x: x.task, y: y.task, weights: { x: 0, y: 0 } });
  for (const { task: known, text } of [x, y]) if (known !== undefined && sameJson(known, task)) return text;
  const byHand = [x, y].find((side) => side.task !== undefined && encodeTask(side.task) !== side.text);
  return byHand?.task === undefined ? encodeTask(task) : patchTask(byHand.text, byHand.task, task);
}

/**
 * A file that holds no task; undefined for a template whose versions do not fit together: git then says so, and has both.
 */
function mergeLines(path: string, [old, x, y]: readonly [Side, Side, Side]): string | undefined {
  const { value, conflict } = decideText('file', { base: old.text, x: x.text, y: y.text }, { x: 0, y: 0 });
  if (conflict !== undefined && pathToTemplate(path) !== undefined) return undefined;
  return typeof value === 'string' ? value : '';
}

/** An empty or missing base is git's word for "made on both sides". */
function readSide(file: string, place: TaskPlace | undefined): Side {
  const data = readIfThere(file);
  const isText = data.byteLength <= MAX_FILE_BYTES && isUtf8(data);
  const text = isText ? data.toString('utf8') : '';
  const decoded = text === '' || place === undefined ? undefined : decodeTask(text, place);
  return { text, task: decoded?.ok === true ? decoded.task : undefined };
}

function readIfThere(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return Buffer.alloc(0);
    throw error;
  }
}

/**
 * What a mirror remembers between runs: which native task is which of ours, and what both last agreed on.
 *
 * It lies under the git folder, belongs to this clone alone, and is replaced atomically. Where it is lost, tasks find
 * each other again by the ids that both sides carry.
 */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isSystemError } from '../../errors.ts';
import { taskNumber } from '../../interop/claude/list-id.ts';
import type { NativeView } from '../../interop/claude/view.ts';
import { privateFolder } from '../../ledger/ledger.ts';
import { isTaskId } from '../../task/ids.ts';
import type { TaskId } from '../../task/types.ts';
import { isMap } from '../../task/validate.ts';
import type { Session } from '../session.ts';
import type { MirrorIssue } from './job.ts';

/** One pair of tasks. */
export interface Pair {
  readonly id: TaskId;
  /** The alias of a task that began in the native store: `<list>/<number>`, with `#2` when the number came back. */
  readonly alias: string;
  /** What both sides last agreed on; undefined until they first did. */
  readonly base?: NativeView;
  /** The native file is gone for good. The number stays taken. */
  readonly isGone?: true;
}

/** Where both sides stood after the last run. */
export interface Standing {
  /** What the files looked like: see `fingerprint`. */
  readonly native: string;
  readonly tip: string;
  /** Open tasks that the native list does not show. */
  readonly hidden: number;
  /** What was wrong with the files, to be said again while it is. */
  readonly unreadable: readonly MirrorIssue[];
}

/** The memory of one mirror: pairs by native id, and where both sides stood after the last run without a change. */
export interface MirrorState {
  readonly pairs: ReadonlyMap<string, Pair>;
  readonly seen?: Standing;
}

/** The file of a mirror's memory. Absolute. */
export function stateFile(session: Session, folder: string): string {
  const name = createHash('sha256').update(`${folder}\0${session.list}`).digest('hex').slice(0, 16);
  return join(privateFolder(session.repository), 'mirror', `claude-${name}.json`);
}

/** Reads the memory; empty where there is none, or none that can be read. */
export function readState(path: string): MirrorState {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isMap(value) && value['version'] === 1 ? parseState(value) : { pairs: new Map() };
  } catch (error) {
    if (error instanceof SyntaxError || isSystemError(error, 'ENOENT')) return { pairs: new Map() };
    throw error;
  }
}

/** Replaces the memory. */
export function writeState(path: string, { pairs, seen }: MirrorState): void {
  mkdirSync(dirname(path), { recursive: true });
  const text = JSON.stringify({ version: 1, pairs: Object.fromEntries(pairs), ...(seen !== undefined && { seen }) });
  const temporary = `${path}.tmp`;
  const file = openSync(temporary, 'w', 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

function parseState(value: Readonly<Record<string, unknown>>): MirrorState {
  const { pairs, seen } = value;
  const known = Object.entries(isMap(pairs) ? pairs : {}).filter(([number, pair]) => {
    return taskNumber(`${number}.json`) !== undefined && isMap(pair) && isTaskId(String(pair['id']));
  });
  const isSeen = isMap(seen) && typeof seen['native'] === 'string' && typeof seen['tip'] === 'string';
  return {
    pairs: new Map(known as [string, Pair][]),
    ...(isSeen && { seen: { hidden: 0, unreadable: [], ...(seen as Partial<Standing>) } as Standing }),
  };
}

/**
 * One task as the native store of Claude Code keeps it: reading with tolerance, writing strictly. Pure.
 *
 * The format is that of the files themselves: `id`, `subject`, `description`, `activeForm`, `status`, `blocks`,
 * `blockedBy`, `owner`, `metadata`. Whatever else a file holds is carried along untouched.
 */
import type { JsonValue } from '../../task/types.ts';
import { isMap } from '../../task/validate.ts';

export type NativeStatus = 'pending' | 'in_progress' | 'completed';

/** A native task. `raw` is the whole object of its file, in its order. */
export interface NativeTask {
  readonly id: string;
  readonly subject: string;
  readonly description: string;
  readonly activeForm?: string;
  readonly owner?: string;
  readonly status: NativeStatus;
  readonly blocks: readonly string[];
  readonly blockedBy: readonly string[];
  readonly metadata: Readonly<Record<string, JsonValue>>;
  readonly raw: Readonly<Record<string, JsonValue>>;
}

const STATUSES: readonly string[] = ['pending', 'in_progress', 'completed'];

/** The keys that the format knows. */
export const NATIVE_KEYS: readonly string[] = [
  'id',
  'subject',
  'description',
  'activeForm',
  'status',
  'blocks',
  'blockedBy',
  'owner',
  'metadata',
];

/** The key in a native task's metadata under which its id in the ledger is kept. */
export const OUR_KEY = 'gitTasks';

/**
 * Reads the text of the file `<id>.json`. Gives what is wrong with it where the native tool would not show it either; a
 * missing edge array, description or metadata counts as empty.
 */
export function readNativeTask(id: string, text: string): NativeTask | string {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return 'is not valid JSON';
  }
  if (!isMap(raw)) return 'is not a JSON object';
  return problemOf(id, raw) ?? toNative(id, raw);
}

/** Why the native tool would not show this object. */
function problemOf(
  id: string,
  { id: own, subject, description = '', status }: Record<string, unknown>,
): string | undefined {
  if (own !== id) return 'has another id than its name says';
  if (typeof subject !== 'string') return 'has no subject';
  if (typeof description !== 'string') return 'has a description that is no text';
  return typeof status === 'string' && STATUSES.includes(status) ? undefined : 'has a status that does not exist';
}

function toNative(id: string, raw: Record<string, unknown>): NativeTask {
  const { subject, description = '', activeForm, owner, status, metadata } = raw;
  return {
    id,
    subject: subject as string,
    description: description as string,
    ...(typeof activeForm === 'string' && { activeForm }),
    ...(typeof owner === 'string' && owner.trim() !== '' && { owner }),
    status: status as NativeStatus,
    blocks: texts(raw['blocks']),
    blockedBy: texts(raw['blockedBy']),
    metadata: (isMap(metadata) ? metadata : {}) as Record<string, JsonValue>,
    raw: raw as Record<string, JsonValue>,
  };
}

/** Whether the task is one of the native tool's own, which no list shows. */
export function isInternal({ metadata }: NativeTask): boolean {
  return metadata['_internal'] === true;
}

/** The id in the ledger that the file names, if any. */
export function ledgerIdOf({ metadata }: Pick<NativeTask, 'metadata'>): string | undefined {
  const entry = metadata[OUR_KEY];
  return isMap(entry) && typeof entry['id'] === 'string' ? entry['id'] : undefined;
}

/** The text of a file, as the native tool writes it: two blanks of indentation, no line end at the end. */
export function nativeText(raw: Readonly<Record<string, JsonValue>>): string {
  return JSON.stringify(raw, undefined, 2);
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((member) => typeof member === 'string') : [];
}

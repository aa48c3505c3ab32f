/**
 * What the native store and the ledger both say of a task, in one form, so that three of them can be compared: as it was
 * when both agreed, as the native file has it, as the ledger has it. Pure.
 */
import type { JsonValue, Task, TaskId } from '../../task/types.ts';
import { MAX_LINE, MAX_TEXT } from '../../task/limits.ts';
import { normalizeLine, normalizeText, sortedSet } from '../../task/text.ts';
import { fieldProblems, isMap } from '../../task/validate.ts';
import { wellFormed } from '../foreign-record.ts';
import { NATIVE_KEYS, type NativeStatus, type NativeTask, OUR_KEY } from './native-task.ts';

/** The common form. Absent texts are empty. */
export interface NativeView {
  readonly subject: string;
  readonly description: string;
  /** Empty where it says no more than the subject. */
  readonly activeForm: string;
  readonly owner: string;
  readonly status: NativeStatus;
  /** Native ids, sorted as texts. */
  readonly blockedBy: readonly string[];
  readonly metadata: Readonly<Record<string, JsonValue>>;
}

/** Where a native task lies in its list. */
export interface ViewPlace {
  /** Native ids that it waits for, from both ends of the edges. */
  readonly blockedBy: Iterable<string>;
  /** The subject that it had: a spinner text that was made of it says nothing new. */
  readonly formerSubject?: string | undefined;
}

const NO_SUBJECT = '(no subject)';

/** Keys of our metadata that are not the native tool's business. */
const PRIVATE_KEYS: ReadonlySet<string> = new Set(['claude', 'key', OUR_KEY, '_internal']);

/** The common form of a native task. What the ledger cannot hold is cut or left out here; the file keeps it. */
export function viewOfNative(task: NativeTask, place: ViewPlace): NativeView {
  const subject = nativeSubject(task.subject);
  const activeForm = cutLine(normalizeLine(task.activeForm ?? ''));
  const isEcho = activeForm === subject || activeForm === place.formerSubject;
  return {
    subject,
    description: nativeDescription(task.description),
    activeForm: isEcho ? '' : activeForm,
    owner: cutLine(normalizeLine(task.owner ?? '')),
    status: task.status,
    blockedBy: sortedSet(place.blockedBy),
    metadata: sharedMetadata(task.metadata),
  };
}

/** Who the ledger says a native list is, when it holds a claim: any agent of the list may go on with its tasks. */
export function listSession(listId: string): string {
  return `claude:${listId}`;
}

/** What the ledger keeps of a task for the native store only, in `metadata.claude`. */
export interface ClaudeEntry {
  /** `<list>/<number>`: the alias of a task that began in the native store. */
  readonly id?: string;
  readonly owner?: string;
  /** Keys of the native file that the format does not know. */
  readonly fields?: Readonly<Record<string, JsonValue>>;
}

/** The entry of a task, as far as it is one: a person may have edited it. */
export function claudeEntry({ metadata }: Pick<Task, 'metadata'>): ClaudeEntry {
  const claude: unknown = metadata['claude'];
  if (!isMap(claude)) return {};
  const { id, owner, fields, ...rest } = claude;
  return {
    ...rest,
    ...(typeof id === 'string' && { id }),
    ...(typeof owner === 'string' && { owner: cutLine(normalizeLine(owner)) }),
    ...(isMap(fields) && { fields: fields as Record<string, JsonValue> }),
  };
}

/** The common form of a task of the ledger; undefined for a cancelled one, which has no native file. */
export function viewOfTask(
  task: Task,
  context: { readonly listId: string; readonly nativeId: (id: TaskId) => string | undefined },
): NativeView | undefined {
  if (task.status === 'cancelled') return undefined;
  const isTheirs = task.claim?.session === listSession(context.listId);
  const holder = task.status === 'in_progress' && !isTheirs ? task.owner : undefined;
  return {
    subject: task.subject,
    description: task.description ?? '',
    activeForm: task.activeForm === undefined || task.activeForm === task.subject ? '' : task.activeForm,
    owner: holder ?? claudeEntry(task).owner ?? '',
    status: task.status,
    blockedBy: sortedSet(task.blockedBy.flatMap((id) => context.nativeId(id) ?? [])),
    metadata: sharedMetadata(task.metadata),
  };
}

/** Keys of a native file beyond the format, and a subject that had to be cut, as far as metadata can hold them. */
export function unknownFields(task: NativeTask): Readonly<Record<string, JsonValue>> {
  const entries = Object.entries(task.raw).filter(([key]) => !NATIVE_KEYS.includes(key));
  const cut = normalizeLine(task.subject).length > MAX_LINE ? [['subject', task.subject] as const] : [];
  return Object.fromEntries([...entries, ...cut].flatMap(([key, value]) => holdable(key, value, 2)));
}

function nativeSubject(text: string): string {
  return cutLine(normalizeLine(text)) || NO_SUBJECT;
}

function nativeDescription(text: string): string {
  if (text.trim() === '') return '';
  return normalizeText(text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text);
}

function cutLine(line: string): string {
  return line.length <= MAX_LINE ? line : `${line.slice(0, MAX_LINE - 1).toWellFormed()}…`;
}

/** The entries of metadata that both sides show: not ours, no foreign identities, nothing that a file cannot hold. */
function sharedMetadata(metadata: Readonly<Record<string, JsonValue>>): Record<string, JsonValue> {
  const entries = Object.entries(metadata).filter(([key, value]) => isShared(key, value));
  return Object.fromEntries(
    entries.flatMap(([key, value]) => holdable(key, value, 0)).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Whether both sides have an entry of metadata in common. */
export function isShared(key: string, value: JsonValue): boolean {
  const isIdentity = isMap(value) && typeof value['id'] === 'string';
  return !PRIVATE_KEYS.has(key) && value !== null && !isIdentity;
}

/** The entry as metadata can hold it at a depth, or nothing. */
function holdable(key: string, value: JsonValue, depth: number): [string, JsonValue][] {
  const name = key.toWellFormed();
  let nested: JsonValue = { [name]: value };
  for (let level = 0; level < depth; level++) nested = { _: nested };
  if (name !== key || fieldProblems('metadata', nested).length > 0) return [];
  return [[name, wellFormed(value)]];
}

/** Carries changes of the common form into a native file, and leaves everything else in it as it was. Pure. */
import { sameJson } from '../../task/changes.ts';
import { sortedSet } from '../../task/text.ts';
import type { JsonValue, TaskId } from '../../task/types.ts';
import { ledgerIdOf, type NativeTask, OUR_KEY } from './native-task.ts';
import { isShared, type NativeView, viewOfNative } from './view.ts';

type Raw = Readonly<Record<string, JsonValue>>;

/** What a file is to say. */
export interface NativeTarget {
  readonly id: string;
  /** Its id in the ledger. */
  readonly taskId: TaskId;
  readonly view: NativeView;
  /** Native ids that wait for it: who came, who went. */
  readonly blocks: { readonly added: readonly string[]; readonly removed: readonly string[] };
}

/** The object of a new file. `fields`: what the format does not know but the task once had. */
export function newNative({ id, taskId, view, blocks }: NativeTarget, fields: Raw = {}): Raw {
  const { subject, description, activeForm, status, blockedBy, owner, metadata } = view;
  return {
    id,
    subject,
    description,
    activeForm: activeForm || subject,
    status,
    blocks: sortIds(blocks.added),
    blockedBy: sortIds(blockedBy),
    ...(owner !== '' && { owner }),
    metadata: { ...metadata, [OUR_KEY]: { id: taskId } },
    ...Object.fromEntries(Object.entries(fields).filter(([key]) => key !== 'subject')),
  };
}

/** The object of a file after the changes from one view to another; the very same object where nothing changes. */
export function patchedNative(task: NativeTask, from: NativeView, target: NativeTarget): Raw {
  const { view: to, taskId } = target;
  const changes = { ...textChanges(task, from, to), ...edgeChanges(task, from, target) };
  const metadata = patchedMetadata(task.metadata, from.metadata, to.metadata);
  if (!sameJson(metadata, task.metadata)) changes['metadata'] = metadata;
  const isOwnerNew = to.owner !== from.owner;
  if (Object.keys(changes).length === 0 && !isOwnerNew) return task.raw;
  if (ledgerIdOf(task) === undefined) changes['metadata'] = { ...metadata, [OUR_KEY]: { id: taskId } };
  if (!isOwnerNew) return { ...task.raw, ...changes };
  const { owner: _owner, ...rest } = task.raw;
  return { ...rest, ...changes, ...(to.owner !== '' && { owner: to.owner }) };
}

function textChanges(task: NativeTask, from: NativeView, to: NativeView): Record<string, JsonValue> {
  const isNewSubject = to.subject !== from.subject;
  // A spinner text that echoes the subject follows it; left behind, the next run would take it for one of its own.
  const isStale = viewOfNative({ ...task, subject: to.subject }, { blockedBy: [] }).activeForm !== '';
  const isNewSpinner = to.activeForm !== from.activeForm || (to.activeForm === '' && isStale);
  return {
    ...(isNewSubject && { subject: to.subject }),
    ...(to.description !== from.description && { description: to.description }),
    ...(to.status !== from.status && { status: to.status }),
    ...(isNewSpinner && { activeForm: to.activeForm || to.subject }),
  };
}

function edgeChanges(task: NativeTask, from: NativeView, { view, blocks }: NativeTarget): Record<string, JsonValue> {
  const came = view.blockedBy.filter((id) => !from.blockedBy.includes(id));
  const went = from.blockedBy.filter((id) => !view.blockedBy.includes(id));
  return {
    ...(came.length + went.length > 0 && { blockedBy: edited(task.blockedBy, came, went) }),
    ...(blocks.added.length + blocks.removed.length > 0 && {
      blocks: edited(task.blocks, blocks.added, blocks.removed),
    }),
  };
}

function patchedMetadata(metadata: Raw, from: Raw, to: Raw): Raw {
  const kept = Object.entries(metadata).filter(([key, value]) => {
    return !(isShared(key, value) && Object.hasOwn(from, key) && !Object.hasOwn(to, key));
  });
  const changed = Object.entries(to).filter(([key, value]) => !sameJson(from[key], value));
  return Object.fromEntries([...kept, ...changed]);
}

function edited(ids: readonly string[], added: readonly string[], removed: readonly string[]): string[] {
  const kept = ids.filter((id) => !removed.includes(id));
  return [...kept, ...added.filter((id) => !kept.includes(id))];
}

function sortIds(ids: Iterable<string>): string[] {
  return sortedSet(ids).sort((a, b) => Number(a) - Number(b));
}

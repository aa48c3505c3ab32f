/**
 * The three-way comparison of one task: what both sides last agreed on, the native file, the task in the ledger. Pure.
 *
 * Plain fields follow the rules of every merge of the ledger (docs/merge.md), with the ledger's value staying where both
 * sides changed a single value, and the native one in `conflicts`. The status is an intent of its own, for rules to judge.
 */
import { mergeTask } from '../../merge/merge-task.ts';
import { sameJson } from '../../task/changes.ts';
import { sortedSet } from '../../task/text.ts';
import type { JsonValue, Status, Task, TaskId } from '../../task/types.ts';
import type { NativeStatus } from './native-task.ts';
import { claudeEntry, isShared, type NativeView } from './view.ts';

/** Both names of the tasks of a list. */
export interface IdPairs {
  readonly taskId: (nativeId: string) => TaskId | undefined;
  readonly nativeId: (id: TaskId) => string | undefined;
}

/** A native task and what is known of it. */
export interface Seen {
  /** The last state that both sides agreed on; undefined at first sight. */
  readonly base: NativeView | undefined;
  readonly native: NativeView;
  /** What the file holds beyond the format. */
  readonly fields: Readonly<Record<string, JsonValue>>;
}

/** The task with the native changes of plain fields in it; the very same task where there are none. */
export function mergedTask(task: Task, { base, native, fields }: Seen, ids: IdPairs): Task {
  const theirs = withView(task, native, ids);
  const before = base === undefined ? undefined : withView(task, base, ids);
  const merged = mergeTask({ base: before, x: task, y: theirs, weights: { x: 1, y: 0 } });
  const entry = claudeEntry(task);
  const owner = native.owner === base?.owner ? entry.owner : native.owner || undefined;
  const { owner: _owner, fields: _fields, ...rest } = entry;
  const known = { ...entry.fields, ...fields };
  const next = {
    ...rest,
    ...(owner !== undefined && { owner }),
    ...(Object.keys(known).length > 0 && { fields: known }),
  };
  const { claude: _claude, ...others } = merged.metadata;
  const metadata = Object.keys(next).length === 0 ? others : { ...others, claude: next };
  const result = { ...merged, metadata: metadata as Task['metadata'] };
  return sameJson(result, task) ? task : result;
}

/** What a native change of status asks for. `stay`: the ledger has gone another way meanwhile, and keeps it. */
export type Intent = 'none' | 'start' | 'complete' | 'pause' | 'reopen' | 'restart' | 'reassign' | 'stay';

/** What each native change of status asks for. */
const INTENTS: Readonly<Record<NativeStatus, Readonly<Record<NativeStatus, Intent>>>> = {
  pending: { pending: 'none', in_progress: 'start', completed: 'complete' },
  in_progress: { pending: 'pause', in_progress: 'none', completed: 'complete' },
  completed: { pending: 'reopen', in_progress: 'restart', completed: 'none' },
};

/** What the native side wants of a task whose status in the ledger is this one. */
export function intentOf(status: Status, { base, native }: Pick<Seen, 'base' | 'native'>): Intent {
  const from: NativeStatus = base?.status ?? 'pending';
  const to = native.status;
  if (base !== undefined && to === from) return isHandedOver(status, base, native) ? 'reassign' : 'none';
  if (to === from || status === to) return 'none';
  if (status === from) return INTENTS[from][to];
  // Work that is done is done, whatever became of it here meanwhile; but nothing that is closed opens by itself.
  return to === 'completed' && status !== 'cancelled' ? 'complete' : 'stay';
}

function isHandedOver(status: Status, base: NativeView, native: NativeView): boolean {
  return native.status === 'in_progress' && status === 'in_progress' && native.owner !== base.owner;
}

/** The task as it would be if a view said what it says. Status, owner and claim stay. */
function withView(task: Task, view: NativeView, ids: IdPairs): Task {
  const { description: _description, activeForm: _activeForm, ...rest } = task;
  const kept = task.blockedBy.filter((id) => ids.nativeId(id) === undefined);
  const activeForm = view.activeForm || (task.activeForm === task.subject ? view.subject : '');
  const own = Object.entries(task.metadata).filter(([key, value]) => !isShared(key, value));
  return {
    ...rest,
    subject: view.subject,
    ...(view.description !== '' && { description: view.description }),
    ...(activeForm !== '' && { activeForm }),
    blockedBy: sortedSet([...kept, ...view.blockedBy.flatMap((id) => ids.taskId(id) ?? [])]),
    metadata: { ...Object.fromEntries(own), ...view.metadata },
  };
}

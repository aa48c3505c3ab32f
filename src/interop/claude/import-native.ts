/** Native task lists as an import: what `mirror` keeps in step, brought over once. Pure. */
import { sortedSet } from '../../task/text.ts';
import type { Instant, JsonValue } from '../../task/types.ts';
import type { Decoded, ImportedTask, ImportIssue } from '../types.ts';
import { isInternal, type NativeTask } from './native-task.ts';
import type { NativeState } from './store.ts';
import { unknownFields, viewOfNative } from './view.ts';

/** A native list by its id. */
export interface NamedList {
  readonly id: string;
  readonly state: NativeState;
}

/** The tasks of the lists under `<list>/<number>`, without internal ones. `created`: the files do not say when. */
export function decodeNativeLists(lists: readonly NamedList[], created: Instant): Decoded {
  const tasks: ImportedTask[] = [];
  const issues: ImportIssue[] = [];
  for (const { id: list, state } of lists) {
    for (const { id, message } of state.bad) issues.push({ key: `${list}/${id}`, message, kind: 'skipped' });
    const shown = new Map([...state.tasks].filter(([, task]) => !isInternal(task)));
    for (const task of shown.values()) tasks.push(toImported(task, { list, shown, created, issues }));
  }
  return { tasks, issues };
}

interface Source {
  readonly list: string;
  readonly shown: ReadonlyMap<string, NativeTask>;
  readonly created: Instant;
  readonly issues: ImportIssue[];
}

function toImported(task: NativeTask, { list, shown, created, issues }: Source): ImportedTask {
  const { id } = task;
  const key = `${list}/${id}`;
  const fromOthers = [...shown.values()].filter((other) => other.blocks.includes(id)).map((other) => other.id);
  const wanted = new Set([...task.blockedBy, ...fromOthers].filter((other) => other !== id));
  const blockedBy = [...wanted].filter((other) => shown.has(other));
  for (const other of wanted) {
    if (!shown.has(other))
      issues.push({ key, message: `${key}: waits for #${other}, which is not there`, kind: 'dropped-edge' });
  }
  const view = viewOfNative(task, { blockedBy });
  if (view.subject.endsWith('…')) issues.push({ key, message: `${key}: the subject was cut`, kind: 'changed' });
  const fields = unknownFields(task);
  const claude: Readonly<Record<string, JsonValue>> = {
    id: key,
    ...(view.owner !== '' && { owner: view.owner }),
    ...(Object.keys(fields).length > 0 && { fields }),
  };
  return {
    key,
    fields: {
      subject: view.subject,
      ...(view.activeForm !== '' && { activeForm: view.activeForm }),
      ...(view.description !== '' && { description: view.description }),
      status: view.status,
      ...(view.status === 'in_progress' && view.owner !== '' && { owner: view.owner }),
      priority: 2,
      labels: [],
      scope: [],
      acceptance: [],
      checks: [],
      notes: [],
      metadata: { ...view.metadata, claude },
      created,
    },
    blockedBy: sortedSet(blockedBy.map((other) => `${list}/${other}`)),
  };
}

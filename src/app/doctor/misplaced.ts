/** Task files that are not where their ids say, and ids that have more than one file. */
import type { Oid } from '../../git/ports.ts';
import { walkHistory } from '../../ledger/history.ts';
import { DEFAULT_LIST, pathToTask, taskPath } from '../../ledger/layout.ts';
import { diffTrees } from '../../ledger/tree-diff.ts';
import { sameJson } from '../../task/changes.ts';
import { isListName, isTaskId } from '../../task/ids.ts';
import type { Conflict, Task, TaskId } from '../../task/types.ts';
import { decodeTask } from '../../yaml/codec.ts';
import { type Check, type Diagnosis, type State, textAt } from './diagnosis.ts';
import { FIX_HINT, type Finding } from './finding.ts';
import { keepBoth, withConflicts } from './keep-both.ts';

/** Brings files to their places; what two files of one task say differently becomes its conflicts. */
export const misplaced: Check = {
  title: 'bring files to their places',
  run: async (state) => {
    const found: Diagnosis[] = [];
    const moved = new Map<TaskId, Task>();
    for (const path of [...state.blobs.keys()].sort()) {
      const task = pathToTask(path) === undefined ? await strayTask(state, path) : undefined;
      if (task !== undefined) found.push(await strayDiagnosis(state, { path, task, moved }));
    }
    for (const [id, paths] of await pathsByTask(state)) {
      if (paths.length > 1)
        found.push(await duplicateDiagnosis(state, { id, paths, conflicts: moved.get(id)?.conflicts ?? [] }));
    }
    return found;
  },
};

/** The task in a file that is in no task's place. Other files on the branch are nobody's business. */
async function strayTask(state: State, path: string): Promise<Task | undefined> {
  if (!path.endsWith('.yaml') || !path.includes('/') || path.startsWith('templates/')) return undefined;
  const text = await textAt(state, path);
  const [, id = ''] = /^id: *["']?([0-9a-z]{8})["']?\s*$/m.exec(text ?? '') ?? [];
  const [list = ''] = path.split('/');
  if (text === undefined || !isTaskId(id)) return undefined;
  const decoded = decodeTask(text, { id, list: isListName(list) ? list : DEFAULT_LIST });
  return decoded.ok ? decoded.task : undefined;
}

interface Stray {
  readonly path: string;
  readonly task: Task;
  /** What earlier findings of this run make of their tasks. */
  readonly moved: Map<TaskId, Task>;
}

async function strayDiagnosis({ snapshot }: State, { path, task, moved }: Stray): Promise<Diagnosis> {
  const { id } = task;
  const known = moved.get(id) ?? (snapshot.has(id) ? await snapshot.task(id) : undefined);
  const joined = known === undefined ? task : keepBoth(known, { ...task, list: known.list });
  moved.set(id, joined);
  const place = taskPath(joined);
  const state = known === undefined ? 'so no list shows it' : 'which exists too';
  const message = `${path} holds the task ${id}, whose place is ${place}, ${state}`;
  const finding: Finding = { code: 'misplaced', severity: 'error', message, path, id, hint: FIX_HINT };
  return { finding, operations: [{ op: 'adopt', id, task: joined }], leaves: [path] };
}

async function pathsByTask(state: State): Promise<Map<TaskId, string[]>> {
  const paths = new Map<TaskId, string[]>();
  for (const path of state.blobs.keys()) {
    const id = pathToTask(path)?.id;
    if (id !== undefined) paths.set(id, [...(paths.get(id) ?? []), path]);
  }
  return paths;
}

interface Duplicate {
  readonly id: TaskId;
  readonly paths: readonly string[];
  /** What a stray file of the same task has added. */
  readonly conflicts: readonly Conflict[];
}

/** The file that was changed last stays; the other's values are kept as conflicts before it goes. */
async function duplicateDiagnosis(state: State, { id, paths, conflicts }: Duplicate): Promise<Diagnosis> {
  const message = `The task ${id} is in ${paths.length} lists: ${paths.toSorted().join(', ')}`;
  const finding: Finding = { code: 'duplicate-id', severity: 'error', message, id };
  const tasks: { readonly path: string; readonly task: Task }[] = [];
  for (const path of paths) {
    const place = pathToTask(path);
    const decoded = place === undefined ? undefined : decodeTask((await textAt(state, path)) ?? '', place);
    if (decoded?.ok !== true) return { finding: { ...finding, hint: `${path} cannot be read: mend it first` } };
    tasks.push({ path, task: decoded.task });
  }
  const last = await lastChanged(state, paths);
  tasks.sort((a, b) => Number(b.path === last) - Number(a.path === last) || (a.path < b.path ? -1 : 1));
  const [newest, ...others] = tasks;
  if (newest === undefined) return { finding };
  const joined = others.reduce(
    (kept, other) => (isCopy(kept, other.task) ? kept : keepBoth(kept, other.task)),
    newest.task,
  );
  const task = withConflicts(joined, conflicts);
  const hint = `Keep ${newest.path}, and what the other says as conflicts, with: git tasks doctor --fix`;
  return {
    finding: { ...finding, hint },
    operations: [{ op: 'adopt', id, task }],
    leaves: others.map(({ path }) => path),
  };
}

function isCopy(one: Task, other: Task): boolean {
  return sameJson({ ...one, list: '' }, { ...other, list: '' });
}

/** Which of the files was changed last, by the order of the commits. */
async function lastChanged({ session, snapshot }: State, paths: readonly string[]): Promise<string | undefined> {
  const { objects } = session.repository;
  let newer: { readonly tree: Oid } | undefined;
  for await (const commit of walkHistory(objects, snapshot.tip)) {
    // Along a merged side the trees differ in more than one change; the first difference is good enough a rule.
    const changed = newer === undefined ? [] : await diffTrees(objects, commit.tree, newer.tree);
    const found = changed.find(({ path }) => paths.includes(path));
    if (found !== undefined) return found.path;
    newer = commit;
  }
  return undefined;
}

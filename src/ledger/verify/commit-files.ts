/** Sorts the files that a commit changed: tasks before and after, what cannot be read, what is not where it belongs. */
import { TasksError } from '../../errors.ts';
import type { ObjectStore, Oid } from '../../git/ports.ts';
import { readEach } from '../../git/walk.ts';
import type { TaskId } from '../../task/types.ts';
import { FORMAT_FILE, isMisplaced, pathToTask } from '../layout.ts';
import type { TaskChange } from '../message.ts';
import { readTask, type TaskRead, unreadable } from '../read-task.ts';
import type { FileDifference } from '../tree-diff.ts';
import type { Broken } from './types.ts';

/** The tasks in files, by `fileKey`. */
export type TaskReads = ReadonlyMap<string, TaskRead>;

/** A task that a commit changed, and the blob that holds it now. */
export interface ChangedTask extends TaskChange {
  readonly blob: Oid;
}

/** What a commit did, as its files show it. */
export interface CommitFiles {
  readonly tasks: readonly ChangedTask[];
  readonly broken: readonly Broken[];
  /** Tasks whose file went, or cannot be read any more: the state cannot be had from `tasks` alone. */
  readonly isIrregular: boolean;
}

/** What the state before the commit knows. */
export interface StateBefore {
  readonly has: (id: TaskId) => boolean;
  readonly isList: (folder: string) => boolean;
}

/** Reads the task files of these differences, before and after, each version once. */
export async function readTasks(store: ObjectStore, differences: readonly FileDifference[]): Promise<TaskReads> {
  const wanted = new Map<string, { readonly path: string; readonly blob: Oid }>();
  for (const { path, before, after } of differences) {
    for (const blob of [before, after]) if (blob !== undefined) wanted.set(fileKey(path, blob), { path, blob });
  }
  const files = [...wanted].flatMap(([key, { path, blob }]) => {
    const place = pathToTask(path);
    return place === undefined ? [] : [{ key, blob, place }];
  });
  const objects = await readEach(
    store,
    files.map(({ blob }) => blob),
  );
  return new Map(
    files.map(({ key, place }, i) => {
      const object = objects[i];
      const read = object instanceof TasksError ? unreadable(object.message) : readTask(object?.data, place);
      return [key, read] as const;
    }),
  );
}

function fileKey(path: string, blob: Oid): string {
  return `${blob} ${path}`;
}

/** Sorts the differences of one commit. */
export function sortFiles(differences: readonly FileDifference[], reads: TaskReads, state: StateBefore): CommitFiles {
  const byId = new Map<TaskId, FileDifference[]>();
  const broken: Broken[] = [];
  for (const difference of differences) {
    const id = pathToTask(difference.path)?.id;
    if (id === undefined) broken.push(...otherProblems(difference, state));
    else byId.set(id, [...(byId.get(id) ?? []), difference]);
  }
  const tasks: ChangedTask[] = [];
  let isIrregular = false;
  for (const [id, files] of byId) {
    const { task, problems } = changeOf(id, files, { reads, state });
    if (task !== undefined) tasks.push(task);
    broken.push(...problems);
    isIrregular ||= problems.length > 0 || task === undefined;
  }
  return { tasks, broken, isIrregular };
}

interface Known {
  readonly reads: TaskReads;
  readonly state: StateBefore;
}

interface FileChange {
  readonly task?: ChangedTask;
  readonly problems: readonly Broken[];
}

/** What the files of one task say: where it was, and where it is. */
function changeOf(id: TaskId, files: readonly FileDifference[], { reads, state }: Known): FileChange {
  const old = files.map(({ path, before }) => readOf(reads, path, before)).find((read) => read !== undefined);
  const [now, ...others] = files.filter(({ after }) => after !== undefined);
  if (now?.after === undefined) {
    const message = `The task ${id} was deleted; tasks are cancelled, not deleted`;
    return { problems: [{ rule: 'layout', id, path: files[0]?.path ?? '', message }] };
  }
  const { path } = now;
  if (others.length > 0 || (old === undefined && state.has(id)))
    return { problems: [{ rule: 'layout', id, path, message: `The task ${id} is in more than one list` }] };
  const read = readOf(reads, path, now.after);
  if (read === undefined || !('task' in read)) return { problems: [unreadableProblem(id, path, read)] };
  const before = old !== undefined && 'task' in old ? old.task : undefined;
  return { task: { before, after: read.task, blob: now.after }, problems: [] };
}

function readOf(reads: TaskReads, path: string, blob: Oid | undefined): TaskRead | undefined {
  return blob === undefined ? undefined : reads.get(fileKey(path, blob));
}

function unreadableProblem(id: TaskId, path: string, read: TaskRead | undefined): Broken {
  const [problem] = read !== undefined && 'problems' in read ? read.problems : [];
  const where = problem === undefined ? path : `${path}:${problem.line}:${problem.column}`;
  return { rule: 'unreadable', id, path, message: `${where} ${problem?.message ?? 'cannot be read'}` };
}

function otherProblems({ path }: FileDifference, { isList }: StateBefore): Broken[] {
  if (path === FORMAT_FILE) return [{ rule: 'layout', path, message: `${path} was changed; the format never moves` }];
  if (!isMisplaced(path, isList)) return [];
  return [{ rule: 'layout', path, message: `${path} is in the folder of a list, and not where a task can be` }];
}

/** Sorts edited files of the ledger: tasks, other files of the branch, what cannot be committed, what is not ours. */
import { isUtf8 } from 'node:buffer';
import type { Oid } from '../git/ports.ts';
import { shellQuoted } from '../git/system/shell-quoted.ts';
import type { Worktree } from '../git/worktrees.ts';
import { FORMAT_FILE, isMisplaced, pathToTask, pathToTemplate, taskPath, type TaskPlace } from '../ledger/layout.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { isTaskId } from '../task/ids.ts';
import type { Task, TaskId } from '../task/types.ts';
import { decodeTask } from '../yaml/codec.ts';
import { decodeTemplate } from '../yaml/template.ts';
import { type FileEdit, readEdited } from './worktree-edits.ts';

/** A task's file that a person wrote. */
export interface TaskEdit {
  readonly path: string;
  readonly task: Task;
  /** As it was written, with LF. */
  readonly text: string;
  /** The blob that held the task before, wherever it was. */
  readonly head: Oid | undefined;
  /** What the ledger had of this task: `damaged` is a file that could not be read. */
  readonly was: 'task' | 'damaged' | 'nothing';
}

/** Why a file cannot be committed. Lines and columns count from 1. */
export interface EditProblem {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly hint?: string;
}

export interface HandEdits {
  /** Blockers and parts before what waits for them, so that one commit may complete both. */
  readonly tasks: readonly TaskEdit[];
  /** Other files; null: deleted. */
  readonly files: ReadonlyMap<string, Uint8Array | null>;
  readonly ignored: readonly string[];
  readonly problems: readonly EditProblem[];
}

interface Sorting {
  readonly snapshot: Snapshot;
  readonly worktree: Worktree;
  readonly tasks: TaskEdit[];
  readonly files: Map<string, Uint8Array | null>;
  readonly ignored: string[];
  readonly problems: EditProblem[];
  /** Task files that are gone from where they were. */
  readonly deleted: Map<TaskId, FileEdit>;
}

/** Sorts the edits. Nothing is thrown for what is wrong with a file: it is among the problems. */
export function sortEdits(snapshot: Snapshot, worktree: Worktree, edits: readonly FileEdit[]): HandEdits {
  const sorting: Sorting = {
    snapshot,
    worktree,
    tasks: [],
    files: new Map(),
    ignored: [],
    problems: [],
    deleted: new Map(),
  };
  const places = edits.map((edit) => ({ edit, place: pathToTask(edit.path), data: readEdited(worktree, edit.path) }));
  for (const { edit, place, data } of places)
    if (place !== undefined && data === null) sorting.deleted.set(place.id, edit);
  const lists = listsOf(snapshot);
  for (const { edit, place, data } of places) {
    if (data === 'other') sorting.problems.push(problem(edit.path, 'is not a file'));
    else if (place !== undefined && data !== null) sortTask(sorting, { edit, place, data });
    else if (place === undefined) sortOther(sorting, { edit, data, lists });
  }
  const moved = new Set(sorting.tasks.map(({ task }) => task.id));
  for (const [id, edit] of sorting.deleted)
    if (!moved.has(id)) sorting.problems.push(deletedProblem(id, edit, worktree));
  return { ...sorting, tasks: dependenciesFirst(sorting.tasks) };
}

function sortTask(sorting: Sorting, { edit, place, data }: { edit: FileEdit; place: TaskPlace; data: Buffer }): void {
  const { snapshot, problems, deleted } = sorting;
  const { path } = edit;
  if (!isUtf8(data)) return void problems.push(problem(path, 'the file is not UTF-8'));
  // The branch's attributes say `eol=lf`, so this is what git would store.
  const text = data.toString('utf8').replaceAll('\r\n', '\n');
  const decoded = decodeTask(text, place);
  if (!decoded.ok) return void problems.push(...decoded.problems.map((found) => ({ path, ...found })));
  const old = snapshot.has(place.id) ? placeOf(snapshot, place.id) : undefined;
  const task = { path, task: decoded.task, text };
  if (old === undefined) {
    const was = snapshot.damaged.some((file) => file.path === path) ? 'damaged' : 'nothing';
    sorting.tasks.push({ ...task, head: edit.head, was });
  } else if (old === path || deleted.has(place.id)) {
    sorting.tasks.push({ ...task, head: old === path ? edit.head : deleted.get(place.id)?.head, was: 'task' });
  } else {
    problems.push(problem(path, `task ${place.id} is in ${old} already`));
  }
}

function placeOf({ table }: Snapshot, id: TaskId): string {
  return taskPath({ id, list: table.listOf(table.rowOf(id)) });
}

interface Other {
  readonly edit: FileEdit;
  readonly data: Buffer | null;
  readonly lists: ReadonlySet<string>;
}

function sortOther({ files, ignored, problems }: Sorting, { edit: { path, isTracked }, data, lists }: Other): void {
  if (path === FORMAT_FILE) {
    problems.push(problem(path, 'the format of a ledger is not changed by hand'));
  } else if (isMisplaced(path, (folder) => lists.has(folder))) {
    problems.push(misplaced(path));
  } else if (isTracked || OWN_FILES.test(path)) {
    problems.push(...templateProblems(path, data));
    files.set(path, data);
  } else {
    ignored.push(path);
  }
}

/** What makes a template unusable; nothing of any other file, or of one that was deleted. */
function templateProblems(path: string, data: Buffer | null): EditProblem[] {
  if (data === null || pathToTemplate(path) === undefined) return [];
  if (!isUtf8(data)) return [problem(path, 'the file is not UTF-8')];
  const decoded = decodeTemplate(data.toString('utf8'));
  return decoded.ok ? [] : decoded.problems.map((found) => ({ path, ...found }));
}

/** Files that belong to every ledger beside its tasks. */
const OWN_FILES = /^(?:README\.md|\.gitattributes|templates\/[^/]+\.yaml)$/;

function misplaced(path: string): EditProblem {
  const [list = ''] = path.split('/', 1);
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.ya?ml$/, '');
  const place = isTaskId(name) ? taskPath({ list, id: name }) : `${list}/X/Y/ID.yaml`;
  const hint = 'A new task gets its id and its place from: git tasks add';
  return { ...problem(path, `is not where a task can be: that is ${place}`), hint };
}

function deletedProblem(id: TaskId, { path }: FileEdit, { top }: Worktree): EditProblem {
  const hint = `Bring it back (git -C ${shellQuoted(top)} restore -SW ${shellQuoted(path)}) and run: git tasks cancel ${id}`;
  return { ...problem(path, 'was deleted, but tasks are cancelled, not deleted'), hint };
}

function problem(path: string, message: string): EditProblem {
  return { path, line: 1, column: 1, message };
}

function listsOf({ table }: Snapshot): ReadonlySet<string> {
  return new Set(Array.from({ length: table.size }, (_, row) => table.listOf(row)));
}

/** A walk that leaves a task after what it waits for: its blockers, and its parts. Circles are judged later. */
function dependenciesFirst(tasks: readonly TaskEdit[]): TaskEdit[] {
  const byId = new Map(tasks.map((edit) => [edit.task.id, edit]));
  const partsOf = new Map<TaskId | undefined, TaskEdit[]>();
  for (const edit of tasks) partsOf.set(edit.task.parent, [...(partsOf.get(edit.task.parent) ?? []), edit]);
  const seen = new Set<TaskEdit>();
  const sorted: TaskEdit[] = [];
  const visit = (edit: TaskEdit): void => {
    if (seen.has(edit)) return;
    seen.add(edit);
    for (const id of edit.task.blockedBy) if (byId.has(id)) visit(byId.get(id) ?? edit);
    for (const part of partsOf.get(edit.task.id) ?? []) visit(part);
    sorted.push(edit);
  };
  for (const edit of tasks) visit(edit);
  return sorted;
}

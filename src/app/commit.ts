/** `commit`: what a person edited in a worktree of the ledger becomes one change, judged by the same rules as any other. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { TasksError } from '../errors.ts';
import type { Worktree } from '../git/worktrees.ts';
import { readMark } from '../ledger/carry-mark.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import type { Task, TaskId } from '../task/types.ts';
import { answerTasks, makeChange, type TasksAnswer, type WriteOptions } from './change.ts';
import { type EditProblem, type HandEdits, sortEdits, type TaskEdit } from './hand-edits.ts';
import type { Session } from './session.ts';
import type { Workbench } from './workbench.ts';
import { chosenWorktree } from './worktree.ts';
import { readEdits } from './worktree-edits.ts';

export interface CommitInput {
  /** Subject of the commit; made from the edits when undefined. */
  readonly message?: string | undefined;
}

/** The answer of `commit`. */
export interface CommitAnswer extends TasksAnswer {
  /** The folder that was looked at. Absolute. */
  readonly worktree: string;
  /** Files of the change that hold no task. */
  readonly files: readonly string[];
  /** New files that are no tasks and were left alone. */
  readonly ignored: readonly string[];
}

/**
 * Commits the edits in the worktree that the session was opened in, or in the only one that has the ledger checked out.
 *
 * All of it or nothing: throws `invalid` with every problem of every file. The files stay as they are in any case.
 */
export async function commitEdits(
  session: Session,
  input: CommitInput = {},
  options: WriteOptions = {},
): Promise<CommitAnswer> {
  session.author();
  const snapshot = await session.read();
  const worktree = chosenWorktree(session);
  checkQuiet(worktree);
  const edits = sortEdits(snapshot, worktree, readEdits(session, worktree));
  if (edits.problems.length > 0) throw invalidEdits(worktree, edits.problems);
  const change = await makeChange(session, (bench) => planEdits(bench, edits), {
    ...options,
    title: input.message ?? titleOf(edits),
  });
  const { files, ignored } = edits;
  return { ...(await answerTasks(session, change)), worktree: worktree.top, files: [...files.keys()], ignored };
}

/** In these states the files say something else than what a person wants to commit. */
function checkQuiet({ top, gitDir }: Worktree): void {
  if (readMark(gitDir) !== undefined) {
    throw new TasksError('touched', `The files in ${top} are behind the ledger`, {
      hint: 'See why with: git tasks worktree',
    });
  }
  if (existsSync(join(gitDir, 'MERGE_HEAD'))) {
    throw new TasksError('conflict', `A merge is going on in ${top}`, {
      hint: 'Finish it with git commit, or: git merge --abort',
    });
  }
}

async function planEdits(bench: Workbench, { tasks, files }: HandEdits): Promise<TaskId[]> {
  for (const edit of tasks) {
    checkStillThere(bench.snapshot, edit);
    const { task } = edit;
    const { id } = task;
    // What can be read for the first time is taken as it is; what is new begins at the beginning, so that the rules
    // judge how far it has come; and the text that a person wrote is kept either way.
    if (edit.was === 'damaged') await bench.push({ op: 'adopt', id, task });
    if (edit.was === 'nothing') await bench.push({ op: 'create', id, task: unstarted(task) });
  }
  for (const { task, text } of tasks) await bench.push({ op: 'replace', id: task.id, task, text });
  for (const [path, data] of files) bench.files.set(path, data);
  return tasks.map(({ task }) => task.id);
}

function unstarted({ owner: _owner, claim: _claim, ...task }: Task): Task {
  return { ...task, status: 'pending' };
}

/** Between looking at the files and writing, another may have changed the same task. */
function checkStillThere(snapshot: Snapshot, { path, task: { id }, head }: TaskEdit): void {
  const damaged = snapshot.damaged.find((file) => file.path === path);
  const now = snapshot.has(id) ? snapshot.blob(id) : damaged?.blob;
  if (now === head) return;
  throw new TasksError('race', `${path} was changed by somebody else while you edited it`, {
    hint: `Your file is as it was. Look at the change with: git tasks log ${id}`,
    data: { path, id },
  });
}

function titleOf({ tasks, files }: HandEdits): string | undefined {
  const added = tasks.filter(({ was }) => was === 'nothing').length;
  const [only] = tasks;
  if (only !== undefined && tasks.length === 1)
    return `${added > 0 ? 'add' : 'edit'} ${only.task.id.slice(0, 4)}: ${only.task.subject}`;
  if (tasks.length === 0) return files.size === 0 ? undefined : `edit ${[...files.keys()].join(', ')}`;
  const edited = tasks.length - added;
  const parts = [edited > 0 ? `edit ${counted(edited)}` : '', added > 0 ? `add ${counted(added)}` : ''];
  return parts.filter(Boolean).join(', ');
}

function counted(tasks: number): string {
  return tasks === 1 ? '1 task' : `${tasks} tasks`;
}

function invalidEdits({ top }: Worktree, problems: readonly EditProblem[]): TasksError {
  const lines = problems.map(({ path, line, column, message }) => `${path}:${line}:${column} ${message}`);
  const found = problems.length === 1 ? '' : `${problems.length} problems: `;
  const { hint } = problems.find((problem) => problem.hint !== undefined) ?? {};
  return new TasksError('invalid', `Nothing was committed. ${found}${lines.join('; ')}`, {
    hint: hint ?? `Mend the files in ${top} and run it again`,
    data: { worktree: top, problems },
  });
}

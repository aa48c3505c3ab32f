/**
 * The library of git-tasks: what the command line does, as functions.
 *
 * @example
 * import { addTask, initLedger, openSession, processWorld } from 'git-tasks';
 *
 * const session = await openSession(processWorld(), { dir: '.', as: 'ada' });
 * await initLedger(session);
 * const { task } = await addTask(session, { subject: 'Write the schema' });
 */
export { type AddInput, addTask } from './app/add.ts';
export { type BatchAnswer, type BatchInput, runBatch } from './app/batch.ts';
export type { TaskAnswer, TasksAnswer, WriteOptions } from './app/change.ts';
export { type CommitAnswer, commitEdits, type CommitInput } from './app/commit.ts';
export { type DoctorAnswer, type DoctorInput, examine, type Finding } from './app/doctor/examine.ts';
export { type EditInput, editTask } from './app/edit.ts';
export { type ExportAnswer, type ExportFormat, exportTasks } from './app/export.ts';
export { collectGarbage, type GcAnswer, type GcInput } from './app/gc.ts';
export { type ImportAnswer, type ImportFormat, type ImportInput, importTasks } from './app/import.ts';
export { type InitAnswer, initLedger } from './app/init.ts';
export {
  type CancelInput,
  cancelTasks,
  type ClaimAnswer,
  type ClaimInput,
  claimTasks,
  completeTasks,
  type DoneInput,
  releaseTasks,
  renewTasks,
  reopenTasks,
} from './app/life.ts';
export { type LintAnswer, lintLedger, type LintProblem } from './app/lint.ts';
export { type ListAnswer, type ListInput, listTasks } from './app/list.ts';
export { type LogAnswer, type LogChange, logChanges, type LogInput } from './app/log.ts';
export { claimNext, type NextAnswer, type NextInput } from './app/next.ts';
export { type PlanAnswer, type PlanInput, planTasks } from './app/plan.ts';
export { openSession, type Session, type SessionOptions } from './app/session.ts';
export { addNote, type NoteInput, type SetInput, setTasks } from './app/set.ts';
export { explainTask, type ShowAnswer, showTask, type WhyAnswer, type WhyNode } from './app/show.ts';
export { countTasks, type StatsAnswer } from './app/stats.ts';
export type { TaskRow, TaskView } from './app/task-view.ts';
export { uninstall, type UninstallAnswer, type UninstallInput } from './app/uninstall.ts';
export type { Unpushed } from './app/unpushed.ts';
export {
  type AddedWorktree,
  addWorktree,
  listWorktrees,
  type WorktreesAnswer,
  type WorktreeView,
} from './app/worktree.ts';
export { BugError, type ErrorCode, TasksError } from './errors.ts';
export type { Claim, Conflict, JsonValue, Note, Status, Task, TaskId } from './task/types.ts';
export { type Output, processWorld, type World } from './world.ts';

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
export { addTasks, type NewTaskInput } from './app/add-many.ts';
export { type BatchAnswer, type BatchInput, runBatch } from './app/batch.ts';
export type { TaskAnswer, TasksAnswer, WriteOptions } from './app/change.ts';
export { addEvidence, type CheckAnswer, type CheckInput, checkTasks, type EvidenceInput } from './app/check.ts';
export type { CheckRun } from './app/checks/runs.ts';
export type { CheckWatcher } from './app/checks/watcher.ts';
export { type CommitAnswer, commitEdits, type CommitInput } from './app/commit.ts';
export { type DoctorAnswer, type DoctorInput, examine, type Finding } from './app/doctor/examine.ts';
export { type EachAnswer, type EachInput, type EachItem, itemsIn, makeForEach } from './app/each.ts';
export { type EditInput, editTask } from './app/edit.ts';
export { type ExportAnswer, type ExportFormat, exportTasks } from './app/export.ts';
export { collectGarbage, type GcAnswer, type GcInput } from './app/gc.ts';
export {
  closeGates,
  type GateListAnswer,
  type GatesAnswer,
  type GatesInput,
  type GateView,
  listGates,
  openGates,
} from './app/gate.ts';
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
  reopenTasks,
} from './app/life.ts';
export { type LintAnswer, lintLedger, type LintProblem } from './app/lint.ts';
export { type ListAnswer, type ListInput, listTasks } from './app/list.ts';
export { type LogAnswer, type LogChange, logChanges, type LogInput } from './app/log.ts';
export {
  type NewAnswer,
  newFromTemplate,
  type NewInput,
  type NewPreview,
  type PlannedTask,
  previewTemplate,
} from './app/new.ts';
export { brief, type BriefAnswer, type BriefInput } from './app/brief.ts';
export { prime, type PrimeAnswer, type PrimeInput } from './app/prime.ts';
export { claimNext, type NextAnswer, type NextInput } from './app/next.ts';
export { type PlanAnswer, type PlanInput, planTasks } from './app/plan.ts';
export { openSession, type Session, type SessionOptions } from './app/session.ts';
export { addNote, type NoteInput, type SetInput, setTasks } from './app/set.ts';
export { renewDue, type RenewDueInput, type RenewInput, renewTasks } from './app/renew.ts';
export { type ShowAnswer, showTask } from './app/show.ts';
export { countTasks, type StatsAnswer } from './app/stats.ts';
export type { TaskRow, TaskView } from './app/task-view.ts';
export { type TickInput, tickTask } from './app/tick.ts';
export {
  addTemplate,
  type AddTemplateInput,
  listTemplates,
  removeTemplate,
  showTemplate,
  type TemplateAnswer,
  type TemplateChange,
  type TemplateRow,
  type TemplatesAnswer,
} from './app/template.ts';
export { templateFrom } from './app/template-from.ts';
export { uninstall, type UninstallAnswer, type UninstallInput } from './app/uninstall.ts';
export type { Unpushed } from './app/unpushed.ts';
export {
  type VerifyAnswer,
  type VerifyCounts,
  type VerifyFinding,
  type VerifyInput,
  verifyLedger,
  type VerifyRule,
  type VerifyTransition,
} from './app/verify.ts';
export {
  type AddedWorktree,
  addWorktree,
  listWorktrees,
  type WorktreesAnswer,
  type WorktreeView,
} from './app/worktree.ts';
export { type UpdateAnswer, type UpdateInput, updateTask } from './app/update.ts';
export { BugError, type ErrorCode, TasksError } from './errors.ts';
export type {
  RunCounts,
  RunEnded,
  RunEvent,
  RunLine,
  RunOutcome,
  RunTask,
  RunWatcher,
  TryEnd,
  TryOutcome,
} from './runner/run-event.ts';
export { runFleet } from './runner/run-fleet.ts';
export type { OnFail, RunOptions, RunSummary, Until } from './runner/run-options.ts';
export type { Template, TemplateArgument, TemplateFields, TemplateTask } from './task/template.ts';
export type { Claim, Conflict, JsonValue, Note, Status, Task, TaskId } from './task/types.ts';
export { explainTask, type WhyAnswer, type WhyNode } from './app/why.ts';
export { type Output, processWorld, type World } from './world.ts';

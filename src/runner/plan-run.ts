/** `run --dry-run`: what a run would do, in an order in which it could. */
import { planTasks } from '../app/plan.ts';
import type { Session } from '../app/session.ts';
import { taskView } from '../app/task-view.ts';
import type { TaskId } from '../task/types.ts';
import { checkCommand, fillCommand } from './placeholders.ts';
import { taskBranch } from './worktrees.ts';

/** A task that would be run. */
export interface PlannedTask {
  readonly id: TaskId;
  readonly short: string;
  readonly subject: string;
  /** It could be started now. */
  readonly ready: boolean;
  /** What would be run, word by word. */
  readonly command: readonly string[];
}

/** The answer of a dry run. */
export interface RunPlan {
  readonly tasks: readonly PlannedTask[];
  readonly total: number;
  readonly shown: number;
  readonly tip: string;
}

/** Plans. Throws `usage` for a command that cannot be. */
export async function planRun(
  session: Session,
  { command, labels = [] }: { readonly command: readonly string[]; readonly labels?: readonly string[] | undefined },
): Promise<RunPlan> {
  checkCommand(command);
  const plan = await planTasks(session, { limit: 0 });
  const snapshot = await session.ledger.openAt(plan.tip);
  const tasks: PlannedTask[] = [];
  for (const row of plan.tasks) {
    if (!labels.every((label) => row.labels.includes(label))) continue;
    const { id, subject, list, ready } = row;
    const { description = '' } = await taskView(session, snapshot, id);
    const branch = taskBranch(session, id);
    const values = { id, subject, description, list, branch, 'json-file': `${id}.1.json` };
    tasks.push({ id, short: plan.shortIds[id] ?? id, subject, ready, command: fillCommand(command, values) });
  }
  return { tasks, total: tasks.length, shown: tasks.length, tip: plan.tip };
}

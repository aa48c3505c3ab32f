/** What lists, readiness and id look-up need of a task: everything but its long texts. */
import { aliasesOf } from './aliases.ts';
import type { Claim, DayOrInstant, Instant, Status, Task, TaskId } from './types.ts';

/** A task without its bodies. This is what the index keeps. */
export interface TaskSummary {
  readonly id: TaskId;
  readonly list: string;
  readonly subject: string;
  readonly status: Status;
  readonly priority: number;
  readonly created: Instant;
  readonly blockedBy: readonly TaskId[];
  /** Absent: an ordinary task. */
  readonly kind?: string;
  readonly reviews?: readonly TaskId[];
  readonly completedBy?: readonly string[];
  readonly parent?: TaskId;
  readonly owner?: string;
  readonly claim?: Claim;
  readonly labels?: readonly string[];
  readonly scope?: readonly string[];
  readonly due?: DayOrInstant;
  readonly defer?: DayOrInstant;
  /** Number of open conflicts, when there are any. */
  readonly conflicts?: number;
  /** Ids of the same task elsewhere (imports). */
  readonly aliases?: readonly string[];
}

/** What decides who may take the task, and whether anybody may. */
function roleOf({ kind, reviews, completedBy }: Task): Pick<TaskSummary, 'kind' | 'reviews' | 'completedBy'> {
  return {
    ...(kind !== undefined && { kind }),
    ...(reviews.length > 0 && { reviews }),
    ...(completedBy.length > 0 && { completedBy }),
  };
}

/** The summary of a task. Absent and empty fields are left out. */
export function summaryOf(task: Task): TaskSummary {
  const aliases = aliasesOf(task.metadata);
  return {
    id: task.id,
    list: task.list,
    subject: task.subject,
    status: task.status,
    priority: task.priority,
    created: task.created,
    blockedBy: task.blockedBy,
    ...roleOf(task),
    ...(task.parent !== undefined && { parent: task.parent }),
    ...(task.owner !== undefined && { owner: task.owner }),
    ...(task.claim !== undefined && { claim: task.claim }),
    ...(task.labels.length > 0 && { labels: task.labels }),
    ...(task.scope.length > 0 && { scope: task.scope }),
    ...(task.due !== undefined && { due: task.due }),
    ...(task.defer !== undefined && { defer: task.defer }),
    ...(task.conflicts.length > 0 && { conflicts: task.conflicts.length }),
    ...(aliases.length > 0 && { aliases }),
  };
}

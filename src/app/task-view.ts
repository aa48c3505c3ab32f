/** A task as every front end shows it: what the file says and what follows from the graph. */
import { dependencies, isBlocked, isReady, type Readiness } from '../graph/readiness.ts';
import { blockedRowsOfRow, childrenOfRow } from '../graph/walk.ts';
import { walkFile } from '../ledger/history.ts';
import { taskPath } from '../ledger/layout.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { toInstant } from '../task/instant.ts';
import type { TaskSummary } from '../task/summary.ts';
import type { Claim, Conflict, Evidence, Instant, JsonValue, Note, Status, Task, TaskId } from '../task/types.ts';
import { readinessFor } from './readiness-for.ts';
import type { Session } from './session.ts';
import { type Certainty, certaintyOf } from './shared-remote.ts';

/** A task in a list: no long texts. Absent means: not set. */
export interface TaskRow {
  readonly id: TaskId;
  readonly list: string;
  readonly subject: string;
  readonly status: Status;
  readonly ready: boolean;
  /** Open, and open work stands before it. */
  readonly blocked: boolean;
  readonly priority: number;
  readonly owner?: string;
  readonly claim?: Claim;
  /** How sure a live claim is; only where one task is looked at. */
  readonly certainty?: Certainty;
  readonly labels: readonly string[];
  readonly blockedBy: readonly TaskId[];
  /** The blockers that are not completed yet. */
  readonly openBlockers: readonly TaskId[];
  /** `gate`: what people or scripts open and close. Absent: a task. */
  readonly kind?: string;
  readonly reviews?: readonly TaskId[];
  readonly completedBy?: readonly string[];
  readonly parent?: TaskId;
  readonly scope?: readonly string[];
  readonly due?: string;
  readonly defer?: string;
  readonly created: Instant;
  /** Number of open conflicts, when there are any. */
  readonly conflictCount?: number;
}

/** A whole task. */
export interface TaskView extends Omit<TaskRow, 'conflictCount'> {
  readonly activeForm?: string;
  readonly blocks: readonly TaskId[];
  readonly children: readonly TaskId[];
  readonly acceptance: readonly string[];
  /** The lines of `acceptance` that are ticked. */
  readonly accepted: readonly string[];
  readonly checks: readonly string[];
  readonly description?: string;
  readonly result?: string;
  readonly evidence: readonly Evidence[];
  readonly notes: readonly Note[];
  readonly metadata: Readonly<Record<string, JsonValue>>;
  readonly createdBy?: string;
  readonly updated?: Instant;
  readonly updatedBy?: string;
  /** The last commit that changed it. */
  readonly commit?: string;
  readonly conflicts: readonly Conflict[];
  /** Fields that this version does not know. */
  readonly extra?: Readonly<Record<string, JsonValue>>;
}

/** The row of a task. */
export function rowView(readiness: Readiness, row: number): TaskRow {
  const { conflicts, aliases: _aliases, ...summary }: TaskSummary = readiness.table.summary(row);
  const openBlockers = [...dependencies(readiness, row)].flatMap((reason) =>
    reason.kind === 'blocker' || reason.kind === 'gate' ? reason.id : [],
  );
  return {
    ...summary,
    labels: summary.labels ?? [],
    ready: isReady(readiness, row),
    blocked: isBlocked(readiness, row),
    openBlockers,
    ...(conflicts !== undefined && { conflictCount: conflicts }),
  };
}

/** The whole view of a task, its last change from the index or the history. */
export async function taskView(session: Session, snapshot: Snapshot, id: TaskId): Promise<TaskView> {
  const readiness = readinessFor(session, snapshot.table);
  const row = snapshot.table.rowOf(id);
  const task = await snapshot.task(id);
  const { conflictCount: _count, ...summary } = rowView(readiness, row);
  const certainty = await certaintyOf(session, task.claim);
  const ids = (rows: readonly number[]): TaskId[] => rows.map((other) => snapshot.table.id(other)).sort();
  return {
    ...summary,
    ...(certainty !== undefined && { certainty }),
    ...bodies(task),
    blocks: ids(blockedRowsOfRow(snapshot.table, row)),
    children: ids(childrenOfRow(snapshot.table, row)),
    ...(await lastChange(session, snapshot, task)),
  };
}

function bodies(
  task: Task,
): Pick<TaskView, 'acceptance' | 'accepted' | 'checks' | 'evidence' | 'notes' | 'metadata' | 'conflicts'> {
  return {
    ...(task.activeForm !== undefined && { activeForm: task.activeForm }),
    acceptance: task.acceptance,
    accepted: task.accepted,
    checks: task.checks,
    ...(task.description !== undefined && { description: task.description }),
    ...(task.result !== undefined && { result: task.result }),
    evidence: task.evidence,
    notes: task.notes,
    metadata: task.metadata,
    ...(task.createdBy !== undefined && { createdBy: task.createdBy }),
    conflicts: task.conflicts,
    ...(Object.keys(task.extra).length > 0 && { extra: task.extra }),
  };
}

async function lastChange(
  { repository }: Session,
  snapshot: Snapshot,
  task: Task,
): Promise<Pick<TaskView, 'updated' | 'updatedBy' | 'commit'>> {
  const known = snapshot.knownChange(task.id);
  if (known !== undefined) return { updated: toInstant(known.at * 1000), updatedBy: known.by, commit: known.commit };
  for await (const { oid, author } of walkFile(repository.objects, snapshot.tip, taskPath(task))) {
    return { updated: toInstant(author.seconds * 1000), updatedBy: author.name, commit: oid };
  }
  return {};
}

/** `task_update`: the change of one task as the task tools of agents know it: fields, edges and status in one commit. */
import { TasksError } from '../errors.ts';
import { changedFields } from '../task/changes.ts';
import type { JsonValue, Status, Task, TaskId } from '../task/types.ts';
import { answerTask, makeChange, type PlanContext, type PlanVerb, type TaskAnswer } from './change.ts';
import type { ClaimOutcome } from './commit-claims.ts';
import { editOf, pushBlocks } from './fields-input.ts';
import { planCancel, planClaim, planDone, planRelease, planReopen, readyAfter } from './life.ts';
import { claimKindOf } from './set.ts';
import { actingAs, type Session } from './session.ts';
import type { Workbench } from './workbench.ts';

/** `deleted` gives a task up and lets what waits for it go on. Nothing is removed: the task is `cancelled`. */
export type UpdateStatus = 'pending' | 'in_progress' | 'completed' | 'deleted';

export interface UpdateInput {
  readonly id: string;
  readonly status?: UpdateStatus | undefined;
  readonly subject?: string | undefined;
  readonly description?: string | undefined;
  readonly activeForm?: string | undefined;
  /** Values by key; null deletes the key. */
  readonly metadata?: Readonly<Record<string, JsonValue>> | undefined;
  /** Tasks that are to wait for this one, or no longer. */
  readonly addBlocks?: readonly string[] | undefined;
  readonly removeBlocks?: readonly string[] | undefined;
  /** Tasks that this one is to wait for, or no longer. */
  readonly addBlockedBy?: readonly string[] | undefined;
  readonly removeBlockedBy?: readonly string[] | undefined;
  /** The name to act under: that of one agent among several of a session. */
  readonly owner?: string | undefined;
}

/** The answer of `updateTask`. */
export interface UpdateAnswer extends TaskAnswer {
  /** The status that it had before. */
  readonly before: Status;
  /** What differs now, by the tools' names of the fields. */
  readonly fields: readonly string[];
  /** Tasks that are ready now because of it. */
  readonly unblocked: readonly { readonly id: TaskId; readonly subject: string }[];
  /** How sure the claim is that it made. */
  readonly claimed?: ClaimOutcome;
}

/** Changes one task in one commit, all of it or nothing. */
export async function updateTask(session: Session, input: UpdateInput): Promise<UpdateAnswer> {
  const { actor, status } = await rolesOf(session, input);
  const plan: PlanVerb<{ id: TaskId; before: Task; after: Task }> = async (bench, context) => {
    const id = bench.find(input.id);
    const before = await bench.task(id);
    await planFields(bench, { ...input, id }, context);
    if (status !== undefined) await planStatus(bench, { id, status }, context);
    const after = await bench.task(id);
    return { id, before, after };
  };
  const change = await makeChange(actingAs(session, actor), plan, { claims: claimKindOf(status) });
  const { id, before, after } = change.result;
  const answer = await answerTask(session, { ...change, result: id });
  const isDone = change.changed && after.status === 'completed' && before.status !== 'completed';
  return {
    ...answer,
    before: before.status,
    fields: change.changed ? fieldNames(before, after, input) : [],
    unblocked: isDone ? readyAfter(change.snapshot, [id], session.world.now()) : [],
    ...(change.claimed !== undefined && { claimed: change.claimed }),
  };
}

/**
 * Who acts, and what becomes of the status.
 *
 * Several agents can share a session: what this session holds is changed in the name that holds it. A name in `owner`
 * acts for itself, and claims where nothing else is said. Nobody can be given a task that they have not started, because
 * an owner is who holds the lease.
 */
async function rolesOf(
  session: Session,
  input: UpdateInput,
): Promise<{ readonly actor: string; readonly status: UpdateStatus | undefined }> {
  const own = session.author();
  const snapshot = await session.read();
  const { owner, claim } = snapshot.table.summary(snapshot.table.rowOf(snapshot.find(input.id)));
  const isOurs = owner !== undefined && own.session !== undefined && claim?.session === own.session;
  const holder = isOurs ? owner : own.actor;
  const { owner: named, status } = input;
  if (named === undefined) return { actor: holder, status };
  if (named.trim() === '') throw noSuchOwner('An owner has a name', 'To give the task back: status pending');
  if (status === 'pending') {
    throw noSuchOwner('A pending task has no owner', 'Leave the owner out, or start the task with status in_progress');
  }
  if (status === undefined && named !== holder && named !== own.actor) {
    const name = JSON.stringify(named);
    throw noSuchOwner(
      `A task cannot be handed to ${name}: its owner is who works on it`,
      `Let ${name} claim it, or add status in_progress to start it here in that name`,
    );
  }
  return { actor: named, status: status ?? 'in_progress' };
}

function noSuchOwner(message: string, hint: string): TasksError {
  return new TasksError('invalid', message, { hint, data: { field: 'owner' } });
}

async function planFields(bench: Workbench, input: UpdateInput, context: PlanContext): Promise<void> {
  const { id, subject, description, activeForm, metadata, addBlockedBy, removeBlockedBy } = input;
  const fields = { subject, description, activeForm, metadata, blockedBy: addBlockedBy, unblock: removeBlockedBy };
  if (Object.values(fields).some((value) => value !== undefined)) {
    await bench.push({ op: 'edit', id, edit: editOf(bench, fields, context) });
  }
  await pushBlocks(bench, id, input.addBlocks);
  for (const name of input.removeBlocks ?? []) {
    await bench.push({ op: 'edit', id: bench.find(name), edit: { remove: { blockedBy: [id] } } });
  }
}

/** The verb that leads to a status. A closed task can be started again at once; a start is always a claim. */
async function planStatus(
  bench: Workbench,
  { id, status }: { readonly id: TaskId; readonly status: UpdateStatus },
  context: PlanContext,
): Promise<void> {
  const { status: before } = await bench.task(id);
  const isClosed = before === 'completed' || before === 'cancelled';
  const ids = [id];
  switch (status) {
    case 'in_progress':
      if (isClosed) await planReopen(bench, { ids });
      await planClaim(bench, { ids }, context);
      return;
    case 'pending':
      if (isClosed) await planReopen(bench, { ids });
      else if (before === 'in_progress') await planRelease(bench, { ids });
      return;
    case 'completed':
      await planDone(bench, { ids }, context);
      return;
    case 'deleted':
      await planCancel(bench, { ids, unblock: true });
      return;
  }
}

/** What changed, by the names that the tools have for it. */
function fieldNames(before: Task, after: Task, { addBlocks, removeBlocks }: UpdateInput): string[] {
  const known = ['subject', 'description', 'activeForm', 'blockedBy', 'metadata', 'owner', 'status'];
  const names = changedFields(before, after).map(({ field }) => field);
  const blocks = [...(addBlocks ?? []), ...(removeBlocks ?? [])].length > 0 ? ['blocks'] : [];
  return [...known.filter((name) => names.includes(name)), ...blocks].sort();
}

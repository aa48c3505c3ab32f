/** Judges what an agent is about to do to its own task list by the rules of the ledger. Nothing is written or run. */
import type { TasksError } from '../../errors.ts';
import { nativeList, type NativeList } from '../../interop/claude/locate.ts';
import { listSession } from '../../interop/claude/view.ts';
import { type Holder, nextClaim } from '../../lease/lease.ts';
import type { Operation } from '../../task/operations.ts';
import type { Task, TaskId } from '../../task/types.ts';
import { tame } from '../agent/fenced.ts';
import { ownSessions } from '../agent/own-sessions.ts';
import { type PlanContext, previewChange } from '../change.ts';
import { readState, stateFile } from '../mirror/state.ts';
import { createTrial } from '../mirror/trial.ts';
import type { Session } from '../session.ts';
import { explainTask } from '../why.ts';

/** What is about to happen to a native task. */
export interface NativeIntent {
  /** The number of the task in the native list. */
  readonly number: string;
  readonly status: 'in_progress' | 'completed';
  /** Whom the agent names as the owner. */
  readonly owner?: string | undefined;
}

/** Why it must not happen; undefined: it may, or the ledger knows nothing of this task. */
export async function guardNative(session: Session, intent: NativeIntent): Promise<string | undefined> {
  const list = nativeList(session.world.env);
  const id = list === undefined ? undefined : await ledgerTask(session, list, intent.number);
  if (list === undefined || id === undefined) return undefined;
  const task = await (await session.read()).task(id);
  if (task.status === intent.status) return undefined;
  const { result: error } = await previewChange(session, async (bench, context) => {
    const holder = holderFor(task, { list, owner: intent.owner, context });
    return createTrial(bench, { holder, now: context.now }).attempt([
      operationFor(task, intent.status, { holder, context }),
    ]);
  });
  return error === undefined ? undefined : await refusal(session, { id, intent }, error);
}

/** The task of the ledger that a native number stands for: by the memory of the mirror, else by the alias that it carries. */
async function ledgerTask(session: Session, { folder, id }: NativeList, number: string): Promise<TaskId | undefined> {
  const snapshot = await session.read();
  const pair = readState(stateFile(session, folder)).pairs.get(number);
  if (pair !== undefined && pair.isGone !== true) return snapshot.has(pair.id) ? pair.id : undefined;
  const named = snapshot.withAlias(`${id}/${number}`);
  return named.length === 1 ? named[0] : undefined;
}

interface Who {
  readonly list: NativeList;
  readonly owner: string | undefined;
  readonly context: PlanContext;
}

/** Who acts in the ledger when the mirror carries it over: whoever holds the task for the list, else whom the agent names. */
function holderFor(task: Task, { list, owner, context }: Who): Holder {
  const session = listSession(list.id);
  const isHeld = task.status === 'in_progress' && task.claim?.session === session;
  const named = owner === undefined || owner === '' ? context.author.actor : owner;
  return { actor: (isHeld ? task.owner : undefined) ?? named, session };
}

function operationFor(
  task: Task,
  status: NativeIntent['status'],
  { holder, context }: { readonly holder: Holder; readonly context: PlanContext },
): Operation {
  const { id } = task;
  if (status === 'completed') return { op: 'complete', id, by: holder.actor };
  return {
    op: 'claim',
    id,
    owner: holder.actor,
    claim: nextClaim(task.claim, holder, { lease: context.lease, now: context.now }),
  };
}

interface Refused {
  readonly id: TaskId;
  readonly intent: NativeIntent;
}

async function refusal(session: Session, { id, intent }: Refused, error: TasksError): Promise<string> {
  const snapshot = await session.read();
  const short = snapshot.short(id);
  const verb = intent.status === 'completed' ? 'completed' : 'started';
  const { claim } = snapshot.table.summary(snapshot.table.rowOf(id));
  const steps = error.code === 'blocked' ? (await explainTask(session, id)).next.map(({ text }) => text) : [];
  const isOwn = error.code === 'claimed' && claim?.session !== undefined && ownSessions(session).has(claim.session);
  const way = isOwn
    ? ` This session holds it by its own claim: use git tasks ${intent.status === 'completed' ? 'done' : 'renew'} ${short}.`
    : wayOut(error, short);
  const first = steps.length === 0 ? '' : ` First: ${tame(steps.join('; '))}.`;
  return `Task ${intent.number} (${short} in the task ledger) cannot be ${verb} now: ${tame(error.message)}.${first}${way}`;
}

function wayOut({ code }: TasksError, short: string): string {
  if (code === 'unmet')
    return ` Meet that, then: git tasks done ${short} (it runs the checks). See: git tasks show ${short}`;
  return ` See: git tasks why ${short}`;
}

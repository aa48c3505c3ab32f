/** The single steps of bringing a native task into the ledger: what each asks of the rules. */
import { createHash } from 'node:crypto';
import type { TasksError } from '../../errors.ts';
import { NONE } from '../../graph/table.ts';
import { blockedRowsOfRow } from '../../graph/walk.ts';
import { type IdPairs, intentOf, type Intent, mergedTask } from '../../interop/claude/reconcile.ts';
import type { NativeView } from '../../interop/claude/view.ts';
import { nextClaim, renewedClaim } from '../../lease/lease.ts';
import { sameJson } from '../../task/changes.ts';
import { toInstant } from '../../task/instant.ts';
import { newTask, type Operation } from '../../task/operations.ts';
import type { JsonValue, Task } from '../../task/types.ts';
import type { PlanContext } from '../change.ts';
import type { Trial } from './trial.ts';
import type { MirrorIssue, Work } from './job.ts';

/** A part of a work, and who does it. */
export interface Item {
  readonly work: Work;
  readonly part: 'create' | 'fields' | 'status' | 'delete' | 'renew';
  readonly actor: string;
  /** What was left as the ledger has it although the native side wanted something else. */
  kept?: readonly MirrorIssue[];
  /** Whether it led to an operation in the latest plan. */
  didChange?: boolean;
}

/** What an item may know. */
export interface ItemContext extends PlanContext {
  readonly ids: IdPairs;
  readonly listId: string;
}

/** Does an item, or gives the rule that forbids it. */
export async function applyItem(item: Item, trial: Trial, context: ItemContext): Promise<TasksError | undefined> {
  const { work, part } = item;
  item.kept = [];
  const task = await trial.bench.get(work.id);
  if (part === 'create') return task === undefined ? create(work, trial, context) : undefined;
  if (task === undefined) return undefined;
  if (part === 'fields') return applyFields(work, task, { trial, context });
  if (part === 'delete') return applyDelete(item, task, trial);
  if (part === 'renew') return applyRenewal(task, trial, context);
  return applyStatus(item, task, { trial, context });
}

async function create({ id, alias, seen }: Work, trial: Trial, context: ItemContext): Promise<TasksError | undefined> {
  if (seen === undefined) return undefined;
  const { subject, description, activeForm, owner, metadata } = seen.native;
  const claude: Readonly<Record<string, JsonValue>> = {
    id: alias,
    ...(owner !== '' && { owner }),
    ...(Object.keys(seen.fields).length > 0 && { fields: seen.fields }),
  };
  const fields = {
    subject,
    ...(description !== '' && { description }),
    ...(activeForm !== '' && { activeForm }),
    metadata: { ...metadata, claude },
    createdBy: context.author.actor,
  };
  const task = newTask({ id, list: context.list, created: toInstant(context.now) }, fields);
  return trial.attempt([{ op: 'create', id, task }]);
}

interface Workplace {
  readonly trial: Trial;
  readonly context: ItemContext;
}

async function applyFields({ seen }: Work, task: Task, { trial, context }: Workplace): Promise<TasksError | undefined> {
  if (seen === undefined) return undefined;
  const merged = mergedTask(task, seen, context.ids);
  if (merged === task) return undefined;
  const error = await trial.attempt(edited(merged));
  if (error?.code !== 'cycle') return error;
  // Edges that would close a circle stay out, one by one; all else goes in.
  const added = merged.blockedBy.filter((id) => !task.blockedBy.includes(id));
  const without = { ...merged, blockedBy: merged.blockedBy.filter((id) => !added.includes(id)) };
  if (!sameJson(without, task)) await trial.attempt(edited(without));
  let refused: TasksError | undefined;
  for (const edge of added) {
    refused = (await trial.attempt([{ op: 'edit', id: task.id, edit: { add: { blockedBy: [edge] } } }])) ?? refused;
  }
  return refused;
}

/** The empty edit asks the rules whether this task may be edited by whoever acts; the merge is taken over as it is. */
function edited(task: Task): Operation[] {
  return [
    { op: 'edit', id: task.id, edit: {} },
    { op: 'adopt', id: task.id, task },
  ];
}

async function applyStatus(item: Item, task: Task, { trial, context }: Workplace): Promise<TasksError | undefined> {
  const { work, actor } = item;
  const { seen, native, id } = work;
  if (seen === undefined) return undefined;
  const intent = intentOf(task.status, seen);
  if (intent === 'none') return undefined;
  if (intent === 'stay') {
    const message = `#${native} was set to ${seen.native.status} in the native list, but is ${task.status} here`;
    item.kept = [{ kind: 'kept', native, id, message }];
    return undefined;
  }
  const owner = intent === 'reassign' ? seen.native.owner || actor : actor;
  if (intent === 'reassign' && owner === task.owner) return undefined;
  return trial.attempt(operationsOf(intent, task, { owner, context }));
}

function operationsOf(
  intent: Exclude<Intent, 'none' | 'stay'>,
  task: Task,
  { owner, context }: { readonly owner: string; readonly context: ItemContext },
): Operation[] {
  const { id } = task;
  const claim = nextClaim(task.claim, context.author, { lease: context.lease, now: context.now });
  const start: Operation = { op: 'claim', id, owner, claim };
  switch (intent) {
    case 'start':
      return [start];
    case 'complete':
      return [{ op: 'complete', id, by: owner }];
    case 'pause':
      return [{ op: 'release', id }];
    case 'reopen':
      return [{ op: 'reopen', id }];
    case 'restart':
      return [{ op: 'reopen', id }, start];
    case 'reassign':
      return [{ op: 'release', id }, start];
  }
}

/** A native deletion gives the task up and lets go what waited for it. What is closed already is only tidied away there. */
async function applyDelete(item: Item, task: Task, trial: Trial): Promise<TasksError | undefined> {
  const { native, id, baseStatus } = item.work;
  if (task.status === 'completed' || task.status === 'cancelled') return undefined;
  if (task.status !== baseStatus) {
    item.kept = [
      { kind: 'kept', native, id, message: `#${native} was removed from the native list, but is ${task.status} here` },
    ];
    return undefined;
  }
  const { table } = trial;
  const row = table.rowOf(id);
  const waiters = row === NONE ? [] : blockedRowsOfRow(table, row).filter((other) => table.isOpen(other));
  const unblock = waiters.map((other): Operation => {
    return { op: 'edit', id: table.id(other), edit: { remove: { blockedBy: [id] } } };
  });
  return trial.attempt([{ op: 'cancel', id }, ...unblock]);
}

async function applyRenewal(task: Task, trial: Trial, context: ItemContext): Promise<TasksError | undefined> {
  if (task.claim === undefined || task.status !== 'in_progress') return undefined;
  const claim = renewedClaim(task.claim, { lease: context.lease, now: context.now });
  return trial.attempt([{ op: 'renew', id: task.id, claim }]);
}

/** The longest note about a refused change, in characters. */
const MAX_NOTE = 20_000;

/** Keeps what the native side wrote into a task that somebody else holds: as a note, which is always welcome. */
export async function noteRefused({ work, part }: Item, trial: Trial, context: ItemContext): Promise<void> {
  const { seen, id } = work;
  if (part !== 'fields' || seen?.base === undefined) return;
  const lines = changedTexts(seen.base, seen.native);
  if (lines.length === 0) return;
  const text = [`The list ${context.listId} of Claude Code wanted to change:`, ...lines].join('\n').slice(0, MAX_NOTE);
  // Named after its content, so that telling it again adds nothing.
  const name = createHash('sha256').update(`${id}\0${text}`).digest('hex').slice(0, 12);
  const task = await trial.bench.task(id);
  if (task.notes.some((note) => note.id === name)) return;
  const note = { id: name, at: toInstant(context.now), by: context.author.actor, text: text.toWellFormed() };
  await trial.attempt([{ op: 'note', id, note }]);
}

function changedTexts(base: NativeView, native: NativeView): string[] {
  const texts: (keyof NativeView)[] = ['subject', 'description', 'activeForm', 'metadata'];
  return texts.flatMap((name) => {
    const value = native[name];
    return sameJson(base[name], value) ? [] : [`${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`];
  });
}

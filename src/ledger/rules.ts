/**
 * The rules between tasks: what an operation may do to the ledger as it is.
 *
 * Every write of every front end passes here and nowhere else. A rule either holds, is broken (an error that names the
 * way out), or is overridden by somebody who gives a reason, which the commit then records.
 */
import { type ErrorDetails, TasksError } from '../errors.ts';
import { dependencies, type Readiness, readinessAt, type Reason, reasonsAgainst } from '../graph/readiness.ts';
import type { TaskTable } from '../graph/table.ts';
import { type Holder, isHolder, leaseState } from '../lease/lease.ts';
import type { Operation } from '../task/operations.ts';
import type { Task, TaskId } from '../task/types.ts';

/** Who asks, when, and whether they insist. */
export interface RuleContext {
  readonly holder: Holder;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Why rules may be overridden in this change; undefined: they may not. */
  readonly override?: string | undefined;
  /** Collects the rules that were overridden, each as a phrase for the commit message. */
  readonly overridden: string[];
  /** Abbreviates an id for a message. */
  readonly short: (id: TaskId) => string;
}

/** Judges one operation against the state that it would change. Throws `claimed`, `blocked` or `status`. */
export function checkOperation(
  table: TaskTable,
  { before, operation }: { readonly before: Task | undefined; readonly operation: Operation },
  context: RuleContext,
): void {
  if (before === undefined || operation.op === 'adopt') return;
  checkLease(before, operation, context);
  const name = context.short(before.id);
  switch (operation.op) {
    case 'claim':
      if (!isOpen(before)) throw wrongStatus(before, name, 'claimed');
      return checkReasons(startReasons(readinessAt(table, context.now), before.id), name, context);
    case 'complete':
      if (!isOpen(before)) throw wrongStatus(before, name, 'completed');
      return checkReasons([...dependencies(readinessAt(table, context.now), table.rowOf(before.id))], name, context);
    case 'cancel':
      if (!isOpen(before)) throw wrongStatus(before, name, 'cancelled');
      return undefined;
    case 'reopen':
      if (isOpen(before)) throw wrongStatus(before, name, 'reopened');
      return undefined;
    case 'release':
    case 'renew':
      if (before.status !== 'in_progress')
        throw wrongStatus(before, name, operation.op === 'renew' ? 'renewed' : 'released');
      return undefined;
    case 'replace':
      return checkHandEdit(table, { before, after: operation.task }, context);
    default:
      return undefined;
  }
}

/** A status that somebody typed into the file obeys the rule of the verb that it stands for. */
function checkHandEdit(table: TaskTable, change: { before: Task; after: Task }, context: RuleContext): void {
  const { before, after } = change;
  if (before.status === after.status || after.status === 'pending' || after.status === 'cancelled') return;
  const readiness = readinessAt(table, context.now);
  const row = table.rowOf(before.id);
  const reasons =
    after.status === 'in_progress' ? startReasons(readiness, before.id) : [...dependencies(readiness, row)];
  checkReasons(reasons, context.short(before.id), context);
}

function isOpen(task: Task): boolean {
  return task.status === 'pending' || task.status === 'in_progress';
}

function startReasons(readiness: Readiness, id: TaskId): Reason[] {
  const reasons = reasonsAgainst(readiness, readiness.table.rowOf(id));
  // The lease has been judged already; a task in progress without a live lease is there to be taken.
  return reasons.filter(({ kind }) => kind !== 'claimed' && kind !== 'status');
}

function checkReasons(reasons: readonly Reason[], name: string, context: RuleContext): void {
  if (reasons.length === 0) return;
  const phrases = reasons.map((reason) => phraseOf(reason, context.short));
  if (context.override !== undefined) {
    context.overridden.push(...phrases.map((phrase) => `${name} ${phrase}`));
    return;
  }
  throw new TasksError('blocked', `${name} ${phrases.join('; ')}`, {
    hint: `See why: git tasks why ${name}. Override with: --force --reason TEXT`,
    data: { id: name, reasons },
  });
}

/** A reason as the end of a sentence about the task. */
function phraseOf(reason: Reason, short: (id: TaskId) => string): string {
  switch (reason.kind) {
    case 'blocker':
      return `is blocked by ${short(reason.id)} (${reason.status})`;
    case 'child':
      return `has an open child ${short(reason.id)} (${reason.status})`;
    case 'deferred':
      return `is deferred until ${reason.until}`;
    case 'scope':
      return `would touch ${reason.mine} while ${short(reason.id)} works on ${reason.theirs}`;
    case 'claimed':
      return `is held by ${holderName(reason)}`;
    case 'status':
      return `is ${reason.status}`;
  }
}

/** `agent-b (session s1), term 2, until 2026-11-22T15:30:00Z`. */
function holderName(of: { readonly owner?: string | undefined; readonly claim?: Task['claim'] }): string {
  const { owner = 'somebody', claim } = of;
  const session = claim?.session === undefined ? '' : ` (session ${claim.session})`;
  const end = claim?.hold === true ? 'without an end' : `until ${claim?.expires ?? 'released'}`;
  return `${owner}${session}, term ${claim?.term ?? 0}, ${end}`;
}

function checkLease(task: Task, operation: Operation, context: RuleContext): void {
  // Notes are always welcome, from anyone.
  if (operation.op === 'note' || leaseState(task.claim, context.now) !== 'live') return;
  if (isHolder(task, context.holder)) return;
  const name = context.short(task.id);
  const phrase = `${name} is held by ${holderName(task)}`;
  if (context.override !== undefined) {
    context.overridden.push(phrase);
    return;
  }
  throw new TasksError('claimed', phrase, {
    hint: 'Wait for its release or the end of its lease, or override with: --force --reason TEXT',
    data: { id: task.id, owner: task.owner, claim: task.claim },
  });
}

function wrongStatus(task: Task, name: string, what: string): TasksError {
  const details: ErrorDetails = { data: { id: task.id, status: task.status } };
  if (task.status === 'completed' || task.status === 'cancelled') {
    const hint = `Open it again with: git tasks reopen ${name}`;
    return new TasksError('status', `${name} is ${task.status} and cannot be ${what}`, { ...details, hint });
  }
  return new TasksError('status', `${name} is ${task.status} and cannot be ${what}`, details);
}

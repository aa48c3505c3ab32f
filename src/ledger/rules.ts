/**
 * The rules between tasks: what an operation may do to the ledger as it is.
 *
 * Every write of every front end passes here and nowhere else. A rule either holds, is broken (an error that names the
 * way out), or is overridden by somebody who gives a reason, which the commit then records.
 */
import { type ErrorDetails, TasksError } from '../errors.ts';
import { completionReasons, type Readiness, readinessAt, type Reason, reasonsAgainst } from '../graph/readiness.ts';
import type { TaskTable } from '../graph/table.ts';
import { type Holder, isHolder, type LeaseSightings, leaseState } from '../lease/lease.ts';
import { GATE } from '../task/gates.ts';
import { inWords } from '../task/in-words.ts';
import { type Unmet, unmetOf } from '../task/completion.ts';
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
  /** Collects what completed tasks lack, for `assertMet`; undefined: that is not judged. */
  readonly unmet?: Unmet[];
  /** Collects tasks whose lease has ended by this clone's clock, but not as it is written: only the commit can tell. */
  readonly ended?: Set<TaskId>;
}

/** Judges one operation against the state that it would change. Throws `claimed`, `blocked`, `status` or `invalid`. */
export function checkOperation(
  table: TaskTable,
  { before, operation }: { readonly before: Task | undefined; readonly operation: Operation },
  context: RuleContext,
): void {
  if (before === undefined || operation.op === 'adopt') return;
  const name = context.short(before.id);
  const verb = verbFor(before, operation);
  checkLease({ before, operation }, context, table.sightings);
  checkStatus(before, verb, name);
  checkTerm(before, operation, name);
  if (verb !== 'claim' && verb !== 'complete') return;
  if (verb === 'claim' && before.kind !== undefined) throw notWork(before.kind, name);
  const readiness = readinessAt(table, context.now, context.holder.actor);
  const reasons =
    verb === 'claim' ? startReasons(readiness, before.id) : completionReasons(readiness, table.rowOf(before.id));
  checkReasons(reasons, name, context);
  if (verb === 'complete') checkMet(before, operation, context);
}

/**
 * Throws `unmet` for what was collected while the operations were judged. Comes last, because checks can take minutes: nobody
 * should wait for them only to hear of another rule then.
 */
export function assertMet(unmet: readonly Unmet[], short: (id: TaskId) => string): void {
  if (unmet.length === 0) return;
  const open = unmet.filter(({ acceptance }) => acceptance.length > 0);
  // What a tick is missing for does not get as far as its checks.
  const told = open.length > 0 ? open.map((lack) => ({ ...lack, checks: [] })) : unmet;
  const phrases = told.map((lack) => `${short(lack.id)} ${phraseOfLack(lack)}`);
  const id = short(told[0]?.id ?? '');
  const way =
    open.length > 0 ? `Tick what is true: git tasks tick ${id} NUMBER` : `Run them with: git tasks done ${id}`;
  throw new TasksError('unmet', phrases.join('; '), {
    hint: `${way}. Override with: --force --reason TEXT`,
    data: { unmet },
  });
}

/** A file has nothing of a run to show that could not have been typed, so what has checks is completed by a verb. */
function checkMet(before: Task, operation: Operation, { short, override, overridden, unmet }: RuleContext): void {
  const after = operation.op === 'replace' ? operation.task : before;
  const lack = unmetOf(after, operation.op === 'complete' ? (operation.evidence ?? []) : []);
  if (lack === undefined || unmet === undefined) return;
  const name = short(before.id);
  if (override !== undefined) {
    overridden.push(`${name} ${phraseOfLack(lack)}`);
  } else if (operation.op === 'replace' && lack.checks.length > 0) {
    throw new TasksError(
      'unmet',
      `${name} has checks (${lack.checks.join(', ')}), which run when a verb completes it`,
      {
        hint: `Leave its status as it was, and then: git tasks done ${name}`,
        data: { id: before.id, checks: lack.checks },
      },
    );
  } else unmet.push(lack);
}

/** What a task lacks, as the end of a sentence about it. */
function phraseOfLack({ checks, acceptance }: Unmet): string {
  const lines = acceptance.map((line) => JSON.stringify(line)).join(', ');
  return [
    ...(checks.length > 0 ? [`has no passing run of ${checks.join(', ')}`] : []),
    ...(acceptance.length > 0 ? [`has not been found to meet ${lines}`] : []),
  ].join(' and ');
}

type Verb = Operation['op'];

/** A status that somebody typed into the file obeys the rule of the verb that it stands for. */
function verbFor(before: Task, operation: Operation): Verb {
  if (operation.op !== 'replace' || operation.task.status === before.status) return operation.op;
  if (operation.task.status === 'pending') return before.status === 'in_progress' ? 'release' : 'reopen';
  return VERB_TO[operation.task.status];
}

const VERB_TO = { in_progress: 'claim', completed: 'complete', cancelled: 'cancel' } as const;

/** From which status each verb leads on; any other operation may be done in all. */
function checkStatus(before: Task, verb: Verb, name: string): void {
  const past = PAST[verb];
  if (past !== undefined && !isAllowed(before, verb)) throw wrongStatus(before, name, past);
}

function isAllowed(before: Task, verb: Verb): boolean {
  if (verb === 'reopen') return !isOpen(before);
  return verb === 'release' || verb === 'renew' ? before.status === 'in_progress' : isOpen(before);
}

const PAST: { readonly [Name in Verb]?: string } = {
  claim: 'claimed',
  complete: 'completed',
  cancel: 'cancelled',
  reopen: 'reopened',
  release: 'released',
  renew: 'renewed',
};

/** The term is what fences off late writers: one more with each claim, and the same until the next, in these hands. */
function checkTerm(before: Task, operation: Operation, name: string): void {
  const after = claimAfter(before, operation);
  if (after === undefined) return;
  const [old, now] = [termOf(before), termOf(after)];
  // A person may name an owner in a file whose task was never claimed.
  const isTaken = operation.op === 'claim' || (old > 0 && isInOtherHands(before, after));
  const isNext = now === old + 1 && operation.op !== 'renew';
  if (isNext || (now === old && !isTaken)) return;
  const what = now === old ? `it is taken within term ${now}` : `its term goes from ${old} to ${now}`;
  throw new TasksError('invalid', `The claim of ${name} cannot be written so: ${what}`, {
    hint: `Each claim has the term after that of the one before it. Claim it with: git tasks claim ${name}`,
    data: { id: before.id, field: 'claim.term' },
  });
}

function termOf({ claim }: Pick<Task, 'claim'>): number {
  return claim?.term ?? 0;
}

function isInOtherHands(before: Task, after: Pick<Task, 'owner' | 'claim'>): boolean {
  const isSame = after.owner === before.owner && after.claim?.session === before.claim?.session;
  return after.owner !== undefined && !isSame;
}

function claimAfter(before: Task, operation: Operation): Pick<Task, 'owner' | 'claim'> | undefined {
  if (operation.op === 'claim') return operation;
  if (operation.op === 'replace') return operation.task;
  return operation.op === 'renew' ? { ...before, claim: operation.claim } : undefined;
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
    case 'gate':
      return `waits for the gate ${inWords(reason.name)} (closed)`;
    case 'own-work':
      return `reviews ${short(reason.id)}, which ${inWords(reason.actor)} completed`;
    case 'not-work':
      return `is no task (${inWords(reason.of)})`;
    case 'child':
      return `has an open child ${short(reason.id)} (${reason.status})`;
    case 'deferred':
      return `is deferred until ${reason.until}`;
    case 'scope':
      return `would touch ${inWords(reason.mine)} while ${short(reason.id)} works on ${inWords(reason.theirs)}`;
    case 'claimed':
      return `is held by ${holderName(reason)}`;
    case 'status':
      return `is ${reason.status}`;
  }
}

/** `agent-b (session s1), term 2, until 2026-11-22T15:30:00Z`. */
export function holderName(of: { readonly owner?: string | undefined; readonly claim?: Task['claim'] }): string {
  const { owner = 'somebody', claim } = of;
  const session = claim?.session === undefined ? '' : ` (session ${inWords(claim.session)})`;
  const end = claim?.hold === true ? 'without an end' : `until ${claim?.expires ?? 'released'}`;
  return `${inWords(owner)}${session}, term ${claim?.term ?? 0}, ${end}`;
}

function checkLease(
  { before: task, operation }: { readonly before: Task; readonly operation: Operation },
  context: RuleContext,
  seen: LeaseSightings,
): void {
  // Notes are always welcome, from anyone.
  if (operation.op === 'note' || isHolder(task, context.holder)) return;
  if (leaseState(task.claim, context.now, seen) !== 'live') {
    if (leaseState(task.claim, context.now) === 'live') context.ended?.add(task.id);
    return;
  }
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

/** A hold that was asked for beside one's own lease, and not made, would be lost with the lease. */
export function noHoldOf(id: TaskId, name: string): TasksError {
  return new TasksError('status', `${name} is yours already, under a lease, which does not become a hold`, {
    hint: `Keep it for longer with: git tasks renew ${name} --lease 7d, or release it and claim it with --hold`,
    data: { id },
  });
}

function notWork(kind: string, name: string): TasksError {
  return new TasksError('status', `${name} is no task but of the kind ${inWords(kind)}, and cannot be claimed`, {
    ...(kind === GATE && { hint: 'A gate is opened, not worked on: git tasks gate open NAME' }),
    data: { id: name, kind },
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

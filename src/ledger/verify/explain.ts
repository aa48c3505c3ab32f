/** Finds the operations that lead from one state of a task to the next: what the files show, put back into verbs. Pure. */
import { type Holder, nextClaim } from '../../lease/lease.ts';
import { sameJson } from '../../task/changes.ts';
import { applyOperation, type Operation } from '../../task/operations.ts';
import type { Claim, Task } from '../../task/types.ts';
import { verbOf } from '../message.ts';

/** Who acted, when, and what they said they did step by step. */
export interface Actor {
  /** As the state after the change spells the name. */
  readonly holder: Holder;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly steps: readonly (readonly string[])[];
}

/** Operations that lead from one state to the other. Which of them are allowed is for the rules to say. */
export type Explanation = readonly Operation[];

/** Whether status, owner and claim are the same: what only the verbs of work change. */
export function sameLife(a: Task, b: Task): boolean {
  return a.status === b.status && a.owner === b.owner && sameJson(a.claim, b.claim);
}

/** The task with the life of another state of it. */
export function withLife(task: Task, { status, owner, claim, completedBy }: Task): Task {
  const { owner: _owner, claim: _claim, ...rest } = task;
  return { ...rest, status, completedBy, ...(owner !== undefined && { owner }), ...(claim !== undefined && { claim }) };
}

/** A new task before anybody has worked on it. */
export function unstarted({ owner: _owner, claim: _claim, ...task }: Task): Task {
  return { ...task, status: 'pending', completedBy: [] };
}

/** Every way to explain the change, the likelier before the others. There is always one: it was written by hand. */
export function explain(before: Task, after: Task, actor: Actor): Explanation[] {
  if (sameLife(before, after)) return [[touch(before, after)]];
  const single = steps(before, after, actor.holder)
    .filter((operation) => sameLife(applyOperation(before, operation), after))
    .map((operation) => [operation]);
  const several = actor.steps
    .map((verbs) => sequence({ before, after, actor }, verbs))
    .filter((operations) => sameLife(operations.reduce<Task>(applyOperation, before), after));
  const found = [...single, ...several];
  return found.length > 0 ? found : [[{ op: 'replace', id: after.id, task: after, text: '' }]];
}

/** A change that is none of a life: a note, which is always welcome, or an edit. */
function touch(before: Task, after: Task): Operation {
  const [note] = after.notes.slice(before.notes.length);
  const isNote = note !== undefined && sameJson({ ...after, notes: before.notes }, before);
  const { id } = after;
  return isNote && before.notes.every((old, i) => sameJson(old, after.notes[i]))
    ? { op: 'note', id, note }
    : { op: 'edit', id, edit: {} };
}

function steps(before: Task, after: Task, holder: Holder): Operation[] {
  const { id, owner, claim } = after;
  const ends: Operation[] = [
    completion(before, after, holder),
    { op: 'release', id },
    { op: 'reopen', id },
    { op: 'cancel', id },
  ];
  if (owner === undefined || claim === undefined) return ends;
  const taken: Operation[] = isClaimable(before, after, holder) ? [{ op: 'claim', id, owner, claim }] : [];
  const renewed: Operation = { op: 'renew', id, claim };
  return claim.term === before.claim?.term ? [renewed, ...taken] : [...taken, renewed];
}

function completion(before: Task, after: Task, { actor }: Holder): Operation {
  const evidence = after.evidence.filter((one) => !before.evidence.some((old) => sameJson(one, old)));
  return { op: 'complete', id: after.id, by: actor, evidence };
}

/** Everybody claims for themselves; only who settles a conflict about the holder names one of those it is about. */
function isClaimable(before: Task, after: Task, { actor, session }: Holder): boolean {
  if (after.owner === actor && after.claim?.session === session) return true;
  return before.conflicts.some(
    (conflict) =>
      (conflict.field === 'claim' || conflict.field === 'owner') &&
      !after.conflicts.some((left) => sameJson(left, conflict)),
  );
}

interface Ends {
  readonly before: Task;
  readonly after: Task;
  readonly actor: Actor;
}

const OPERATIONS = ['claim', 'renew', 'release', 'complete', 'reopen', 'cancel'] as const;

/** The operations that these verbs stand for; none where one of the words is no verb. */
function sequence({ before, after, actor }: Ends, verbs: readonly string[]): Operation[] {
  const operations: Operation[] = [];
  let task = before;
  for (const [i, verb] of verbs.entries()) {
    const op = OPERATIONS.find((name) => verbOf({ op: name }) === verb);
    if (op === undefined) return [];
    const isLast = !verbs.slice(i + 1).includes(verb);
    const operation = stepOperation(op, { task, after, isLast, actor });
    operations.push(operation);
    task = applyOperation(task, operation);
  }
  return operations;
}

interface Step {
  readonly task: Task;
  /** The state at the end. */
  readonly after: Task;
  /** Nothing of its kind follows: a claim or a renewal may show in the state at the end. */
  readonly isLast: boolean;
  readonly actor: Actor;
}

function stepOperation(op: (typeof OPERATIONS)[number], step: Step): Operation {
  const { task, after, actor } = step;
  const { id } = task;
  if (op === 'complete') return completion(task, after, actor.holder);
  if (op !== 'claim' && op !== 'renew') return { op, id };
  const { owner, claim } = heldAfter(step);
  if (op === 'claim') return { op, id, owner, claim };
  return { op, id, claim: claim.term === task.claim?.term ? claim : (task.claim ?? claim) };
}

/** Who holds the task after a claim or a renewal: as the state at the end shows it, or as it must have been. */
function heldAfter({ task, after, isLast, actor }: Step): { readonly owner: string; readonly claim: Claim } {
  const { owner, claim } = after;
  const isShown = isLast && after.status === 'in_progress';
  if (isShown && owner !== undefined && claim !== undefined) return { owner, claim };
  const { holder, now } = actor;
  return { owner: holder.actor, claim: nextClaim(task.claim, holder, { lease: 60_000, now }) };
}

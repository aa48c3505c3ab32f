/**
 * What can happen to a task, as data. Pure.
 *
 * An operation is an intent (claim, complete, edit) and not a map of new values, so that rules can judge it and the
 * commit message can name it. Applying one never looks at other tasks: rules between tasks are the ledger's.
 */
import { invariant } from '../errors.ts';
import { withEvidence } from './completion.ts';
import { SET_FIELDS, type SetField } from './fields.ts';
import { withoutConflicts, withValue } from './settle.ts';
import { sortedSet } from './text.ts';
import type { Claim, Conflict, Evidence, Instant, JsonValue, Note, Status, Task, TaskId } from './types.ts';

/** Fields that are set as a whole; null clears one. */
export type ScalarField = 'subject' | 'activeForm' | 'priority' | 'parent' | 'due' | 'defer' | 'description' | 'result';

/** A change of plain fields. Status and claim have operations of their own. */
export interface Edit {
  readonly set?: { readonly [Name in ScalarField]?: Task[Name] | null };
  readonly add?: { readonly [Name in SetField]?: readonly string[] };
  readonly remove?: { readonly [Name in SetField]?: readonly string[] };
  /** Values by key; null deletes the key. */
  readonly metadata?: Readonly<Record<string, JsonValue>>;
}

export type Operation =
  | { readonly op: 'create'; readonly id: TaskId; readonly task: Task }
  | { readonly op: 'edit'; readonly id: TaskId; readonly edit: Edit }
  | { readonly op: 'note'; readonly id: TaskId; readonly note: Note }
  | { readonly op: 'claim'; readonly id: TaskId; readonly owner: string; readonly claim: Claim }
  | { readonly op: 'renew'; readonly id: TaskId; readonly claim: Claim }
  | { readonly op: 'release'; readonly id: TaskId }
  | {
      readonly op: 'complete';
      readonly id: TaskId;
      readonly by: string;
      readonly result?: string;
      readonly evidence?: readonly Evidence[];
    }
  /** What was seen of the work: runs of checks, commits, ticked lines of `acceptance`. */
  | { readonly op: 'evidence'; readonly id: TaskId; readonly evidence: readonly Evidence[] }
  | { readonly op: 'reopen'; readonly id: TaskId }
  | { readonly op: 'cancel'; readonly id: TaskId }
  /** Conflicts are settled: they go, and `values` are what their fields hold from now on. */
  | {
      readonly op: 'resolve';
      readonly id: TaskId;
      readonly settled: readonly Conflict[];
      readonly values: readonly Settled[];
    }
  /** The whole task as a person wrote it in its file; `text` is stored as it is, with its comments. */
  | { readonly op: 'replace'; readonly id: TaskId; readonly task: Task; readonly text: string }
  /** A state that was decided elsewhere (an import): the rules about who may do what do not judge it. */
  | { readonly op: 'adopt'; readonly id: TaskId; readonly task: Task };

/** A value for a field by its name in a conflict (see `task/settle.ts`); null clears it. */
export interface Settled {
  readonly field: string;
  readonly value: JsonValue;
}

/** The task after the operation. `before` is undefined only for `create`, and for an `adopt` of what is new here. */
export function applyOperation(before: Task | undefined, operation: Operation): Task {
  if (operation.op === 'create') {
    invariant(before === undefined, `task ${operation.id} is created once`);
    return operation.task;
  }
  if (operation.op === 'replace' || operation.op === 'adopt') return operation.task;
  invariant(before !== undefined, `task ${operation.id} exists before it changes`);
  switch (operation.op) {
    case 'edit':
      return applyEdit(before, operation.edit);
    case 'note':
      return { ...before, notes: [...before.notes, operation.note] };
    case 'claim':
      return { ...before, status: 'in_progress', owner: operation.owner, claim: operation.claim };
    case 'renew':
      return { ...before, claim: operation.claim };
    case 'release':
      return ended(before, 'pending');
    case 'reopen':
      return ended(before, 'pending');
    case 'cancel':
      return ended(before, 'cancelled');
    case 'resolve':
      return operation.values.reduce(withValue, withoutConflicts(before, operation.settled));
    case 'evidence':
      return { ...before, evidence: withEvidence(before.evidence, operation.evidence) };
    case 'complete':
      return {
        ...ended(before, 'completed'),
        completedBy: [operation.by],
        evidence: withEvidence(before.evidence, operation.evidence ?? []),
        ...(operation.result !== undefined && { result: operation.result }),
      };
  }
}

/** The task in a status that nobody works in: no owner, and of the claim only the term. */
function ended(task: Task, status: Status): Task {
  const { owner: _owner, claim, ...rest } = task;
  return { ...rest, status, completedBy: [], ...(claim !== undefined && { claim: { term: claim.term } }) };
}

function applyEdit(task: Task, edit: Edit): Task {
  const next: Record<string, unknown> = { ...task };
  for (const [name, value] of Object.entries(edit.set ?? {})) {
    if (value === null) delete next[name];
    else if (value !== undefined) next[name] = value;
  }
  Object.assign(next, editedSets(task, edit));
  next['accepted'] = ticksAmong(task, { after: next as unknown as Task, given: edit.add?.accepted });
  if (edit.remove?.blockedBy !== undefined) next['reviews'] = reviewsAmong(next as unknown as Task);
  if (edit.metadata !== undefined) next['metadata'] = editedMap(task.metadata, edit.metadata);
  return next as unknown as Task;
}

function editedSets(task: Task, { add, remove }: Edit): Pick<Task, SetField> {
  // What a task reviews it waits for, so either edge brings or takes the other along.
  const blockedBy = [...(add?.blockedBy ?? []), ...(add?.reviews ?? [])];
  const added = { ...add, blockedBy };
  const sets = SET_FIELDS.map((name) => {
    const removed = new Set(remove?.[name]);
    return [name, sortedSet([...task[name].filter((member) => !removed.has(member)), ...(added[name] ?? [])])];
  });
  return Object.fromEntries(sets) as Pick<Task, SetField>;
}

/** What a task reviews, without what it does not wait for: only blockers can be reviewed. */
export function reviewsAmong({ reviews, blockedBy }: Pick<Task, 'reviews' | 'blockedBy'>): readonly TaskId[] {
  const blockers = new Set(blockedBy);
  return reviews.every((id) => blockers.has(id)) ? reviews : reviews.filter((id) => blockers.has(id));
}

/** A line that goes takes its tick along; one that comes, or comes back, is not ticked. */
function ticksAmong(
  before: Task,
  { after, given = [] }: { readonly after: Task; readonly given?: readonly string[] | undefined },
): string[] {
  const lasting = new Set([...given, ...before.acceptance.filter((line) => before.accepted.includes(line))]);
  return after.accepted.filter((line) => lasting.has(line) && after.acceptance.includes(line));
}

function editedMap(
  map: Readonly<Record<string, JsonValue>>,
  edit: Readonly<Record<string, JsonValue>>,
): Record<string, JsonValue> {
  const merged = { ...map, ...edit };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}

/** A new task with the defaults filled in. */
export function newTask(
  identity: { readonly id: TaskId; readonly list: string; readonly created: Instant },
  fields: Partial<Omit<Task, 'id' | 'list' | 'created'>> & { readonly subject: string },
): Task {
  return {
    status: 'pending',
    priority: 2,
    completedBy: [],
    labels: [],
    blockedBy: [],
    reviews: [],
    scope: [],
    acceptance: [],
    accepted: [],
    checks: [],
    evidence: [],
    notes: [],
    metadata: {},
    conflicts: [],
    extra: {},
    ...fields,
    ...identity,
  };
}

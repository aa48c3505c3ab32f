/** `resolve`: what a merge could not decide, and the word of whoever decides it. */
import { TasksError } from '../errors.ts';
import { FLAG } from '../graph/table.ts';
import { nextClaim } from '../lease/lease.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { sameJson } from '../task/changes.ts';
import { FIELD_BY_NAME, SET_FIELDS } from '../task/fields.ts';
import { isListName } from '../task/ids.ts';
import type { Settled } from '../task/operations.ts';
import { valueOfField, withValue } from '../task/settle.ts';
import { STATUSES, fieldProblems } from '../task/validate.ts';
import type { Conflict, JsonValue, Status, Task, TaskId } from '../task/types.ts';
import { answerTasks, makeChange, type PlanContext, type TasksAnswer, type WriteOptions } from './change.ts';
import type { Session } from './session.ts';
import { planStatus } from './set.ts';
import type { Workbench } from './workbench.ts';

/** An open conflict, with the task that it is in. */
export interface OpenConflict extends Conflict {
  readonly id: TaskId;
  readonly subject: string;
  /** What the field holds now, null when nothing. Differs from `kept` when somebody has written it since. */
  readonly now: JsonValue;
}

/** The answer of `resolve` without a choice. */
export interface ConflictsAnswer {
  readonly conflicts: readonly OpenConflict[];
  readonly tip: string;
  /** The shortest safe prefix of every id in the answer. */
  readonly shortIds: Readonly<Record<TaskId, string>>;
}

/** Which conflicts are meant. */
export interface ConflictsInput {
  /** One task; undefined: all of them. */
  readonly id?: string | undefined;
  /** One field of it. */
  readonly field?: string | undefined;
}

/** What a field is to hold: what it holds, what the conflict kept aside, or a value of its own. */
export type Choice = 'kept' | 'other' | { readonly value: JsonValue };

/** The answer of `resolve` with a choice. */
export interface ResolveAnswer extends TasksAnswer {
  readonly settled: readonly (Conflict & { readonly id: TaskId })[];
}

/** Lists open conflicts, in the order of the ids. */
export async function listConflicts(session: Session, input: ConflictsInput = {}): Promise<ConflictsAnswer> {
  const snapshot = await session.read();
  const conflicts: OpenConflict[] = [];
  for (const task of await snapshot.tasks(idsOf(snapshot, input, session.onlyList))) {
    const { id, subject } = task;
    const own = task.conflicts.filter(({ field }) => input.field === undefined || field === input.field);
    conflicts.push(...own.map((one) => ({ id, subject, ...one, now: valueOfField(task, one.field) ?? null })));
  }
  const shortIds = Object.fromEntries(conflicts.map(({ id }) => [id, snapshot.short(id)]));
  return { conflicts, tip: snapshot.tip, shortIds };
}

/**
 * Settles conflicts, all in one commit. Throws `nothing` when there is none, `ambiguous` when several other values of one
 * field could be meant, and what the rules of the field throw.
 */
export async function resolveConflicts(
  session: Session,
  input: ConflictsInput & { readonly choice: Choice },
  options: WriteOptions = {},
): Promise<ResolveAnswer> {
  let settled: (Conflict & { readonly id: TaskId })[] = [];
  const plan = async (bench: Workbench, context: PlanContext): Promise<TaskId[]> => {
    settled = [];
    for (const id of idsOf(bench.snapshot, input, session.onlyList)) {
      const found = await planResolve(bench, { ...input, id }, context);
      settled.push(...found.map((conflict) => ({ id, ...conflict })));
    }
    if (settled.length === 0) throw nothingOpen(input);
    return [...new Set(settled.map(({ id }) => id))];
  };
  const answer = await answerTasks(session, await makeChange(session, plan, { ...options, claims: 'claim' }));
  return { ...answer, settled };
}

interface TaskChoice extends ConflictsInput {
  readonly id: TaskId;
  readonly choice: Choice;
}

/** Plans the settling of one task's conflicts and gives them. */
async function planResolve(bench: Workbench, input: TaskChoice, context: PlanContext): Promise<readonly Conflict[]> {
  const { id, choice } = input;
  const task = await bench.task(id);
  const settled = task.conflicts.filter(({ field }) => input.field === undefined || field === input.field);
  const values: Settled[] = [];
  const lived: Conflict[] = [];
  for (const field of new Set(settled.map((conflict) => conflict.field))) {
    const chosen = valuesFor(
      settled.filter((conflict) => conflict.field === field),
      choice,
      bench.snapshot.short(id),
    );
    if (isLife(field)) lived.push(...chosen.map((other) => ({ field, kept: null, other })));
    else values.push(...chosen.map((value) => ({ field, value: checkedValue(task, field, value) })));
  }
  // Before the verbs: they may give the task to somebody else. The claim goes first, since only its holder may end it.
  if (settled.length > 0) await bench.push({ op: 'resolve', id, settled, values });
  for (const { field, other } of lived.sort((a, b) => (a.field < b.field ? -1 : 1))) {
    if (field === 'status') await planStatus(bench, { id, status: checkedStatus(other) }, context);
    else await planOwner(bench, { id, value: other }, context);
  }
  return settled;
}

/** Status, owner and claim say one thing together, and change by the verbs only. */
function isLife(field: string): boolean {
  return field === 'status' || field === 'claim' || field === 'owner';
}

/** The values that the field is to take on, one after the other; none: it stays as it is. */
function valuesFor(conflicts: readonly Conflict[], choice: Choice, name: string): JsonValue[] {
  if (choice === 'kept') return [];
  if (typeof choice === 'object') return [choice.value];
  const others = conflicts.map(({ other }) => other);
  const distinct = others.filter((other, i) => others.findIndex((one) => sameJson(one, other)) === i);
  const field = conflicts[0]?.field ?? '';
  const isMembers = (SET_FIELDS as readonly string[]).includes(field) && distinct.every((one) => !Array.isArray(one));
  if (distinct.length < 2 || isMembers) return distinct;
  throw new TasksError('ambiguous', `${name} has ${distinct.length} other values of ${field}`, {
    hint: `Say which one with: git tasks resolve ${name} ${field} --value TEXT`,
    data: { field, others: distinct },
  });
}

/** The value, when the field can hold it. Throws `invalid`. */
function checkedValue(task: Task, field: string, value: JsonValue): JsonValue {
  const after = valueOfField(withValue(task, { field, value }), field);
  const declared = FIELD_BY_NAME.get(field);
  const [problem] = after === undefined || declared === undefined ? [] : fieldProblems(field, after);
  if (problem !== undefined) throw invalidValue(field, problem.message);
  if (field === 'list' && !(typeof value === 'string' && isListName(value)))
    throw invalidValue(field, 'must name a list');
  if (after === undefined && declared?.required === true) throw invalidValue(field, 'must not be empty');
  if (declared?.merge === 'fixed') throw invalidValue(field, 'never changes; take kept');
  return value;
}

function checkedStatus(value: JsonValue): Status {
  if (typeof value === 'string' && STATUSES.includes(value)) return value as Status;
  throw invalidValue('status', `must be one of ${STATUSES.join(', ')}`);
}

/** Gives the task to the holder whom a conflict names, under a new term. */
async function planOwner(
  bench: Workbench,
  { id, value }: { readonly id: TaskId; readonly value: JsonValue },
  context: PlanContext,
): Promise<void> {
  const { claim } = await bench.task(id);
  if (value === null) return bench.push({ op: 'release', id });
  const named = typeof value === 'string' ? { owner: value } : (value as { owner?: unknown; session?: unknown });
  if (typeof named.owner !== 'string') throw invalidValue('claim', 'names nobody who could hold the task');
  const holder = { actor: named.owner, ...(typeof named.session === 'string' && { session: named.session }) };
  const { claims, lease, now } = context;
  const unique = claims?.idFor(id, (claim?.term ?? 0) + 1) ?? bench.freshId();
  const next = nextClaim(claim, holder, { lease, now, id: unique, provisional: claims?.way === 'provisional' });
  if (claims !== undefined) claims.waits = true;
  return bench.push({ op: 'claim', id, owner: holder.actor, claim: next });
}

function idsOf(snapshot: Snapshot, { id }: ConflictsInput, list: string | undefined): TaskId[] {
  if (id !== undefined) return [snapshot.find(id)];
  const { table } = snapshot;
  const rows = Array.from({ length: table.size }, (_, row) => row).filter((row) => table.has(row, FLAG.conflicts));
  return rows
    .filter((row) => list === undefined || table.listOf(row) === list)
    .map((row) => table.id(row))
    .sort();
}

function invalidValue(field: string, message: string): TasksError {
  return new TasksError('invalid', `${field} ${message}`, { data: { field } });
}

function nothingOpen({ id, field }: ConflictsInput): TasksError {
  const where = id === undefined ? '' : ` of ${id}`;
  return new TasksError('nothing', `No conflict${field === undefined ? '' : ` about ${field}`}${where} is open`, {
    hint: 'See what is open with: git tasks resolve',
  });
}

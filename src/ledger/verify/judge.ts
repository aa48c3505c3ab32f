/**
 * Judges what one commit did to tasks, by the rules that every writer passes (`../rules.ts`, `../invariants.ts`).
 *
 * A commit does not say in which order it did things, so what is refused is tried again after the rest: a change is legal
 * when there is an order in which its parts are.
 */
import { TasksError } from '../../errors.ts';
import type { TaskTable } from '../../graph/table.ts';
import { isHolder, leaseKey, leaseState } from '../../lease/lease.ts';
import type { Unmet } from '../../task/completion.ts';
import { applyOperation } from '../../task/operations.ts';
import { summaryOf } from '../../task/summary.ts';
import type { Task, TaskId } from '../../task/types.ts';
import { checkResult } from '../invariants.ts';
import { type TaskChange, verbOf } from '../message.ts';
import { assertMet, checkOperation } from '../rules.ts';
import { explain, type Explanation, sameLife, unstarted, withLife } from './explain.ts';
import { holderIn, type Statement } from './statement.ts';
import type { Broken, VerifyRule } from './types.ts';

/** What is known of the commit. */
export interface JudgeContext {
  readonly statement: Statement;
  /** When it was made, by the clock of whoever made it. Milliseconds since 1970. */
  readonly now: number;
  readonly short: (id: TaskId) => string;
}

/** What a commit did to the life of one task. */
export interface LifeStep {
  readonly change: TaskChange;
  readonly verbs: readonly string[];
  readonly isTakeover: boolean;
}

/** What the rules say of a commit. */
export interface Judgement {
  readonly broken: readonly Broken[];
  readonly overridden: number;
  readonly steps: readonly LifeStep[];
}

interface Judging {
  readonly table: TaskTable;
  readonly context: JudgeContext;
  readonly overridden: Set<string>;
  readonly steps: LifeStep[];
}

interface Refused {
  readonly change: TaskChange;
  readonly error: TasksError;
}

/** Judges the changes of a commit. The table is at the state before it, and is moved to the state after it. */
export function judgeChanges(table: TaskTable, changes: readonly TaskChange[], context: JudgeContext): Judgement {
  const { statement } = context;
  const judging: Judging = { table, context, overridden: new Set(), steps: [] };
  table.sightings = sightingsOf(changes, context);
  table.reserve(changes.map(({ after }) => after.id));
  const broken = statement.exempt === undefined ? judgeAll(judging, changes) : [];
  table.upsertAll(changes.map(({ after }) => summaryOf(after)));
  if (statement.exempt !== undefined) judging.steps.push(...changes.flatMap((change) => lifeStep(change, [])));
  broken.push(...resultProblems(judging, changes), ...overrideProblems(judging));
  return { broken, overridden: judging.overridden.size, steps: judging.steps };
}

/** What must be true after any change; what is not may have been overridden. */
function resultProblems({ table, context, overridden }: Judging, changes: readonly TaskChange[]): Broken[] {
  const { statement, short } = context;
  const adopted = new Set(statement.exempt === 'import' ? changes.map(({ after }) => after.id) : []);
  const overrides = [undefined, ...(statement.overrides.length > 0 ? [statement.reason ?? ''] : [])];
  let broken: Broken[] = [];
  for (const override of overrides) {
    const phrases: string[] = [];
    const rules = { short, isMend: statement.exempt === 'repair', adopted, override, overridden: phrases };
    try {
      checkResult(table, changes, rules);
      for (const phrase of phrases) overridden.add(phrase);
      return [];
    } catch (error) {
      broken = [brokenBy(error)];
    }
  }
  return broken;
}

/** Whoever overrides a rule says which, and why. */
function overrideProblems({ overridden, context: { statement } }: Judging): Broken[] {
  if (overridden.size === 0) return [];
  const said = new Set(statement.overrides).size;
  const message = `It overrides ${overridden.size} rules and names ${said}: ${[...overridden].join('; ')}`;
  return [
    ...(statement.reason === undefined
      ? [{ rule: 'override', message: 'It overrides a rule and gives no reason' } as const]
      : []),
    ...(overridden.size > said ? [{ rule: 'override', message } as const] : []),
  ];
}

/** Clocks differ: what the writer's own has told of a lease is what it says of it. */
function sightingsOf(changes: readonly TaskChange[], { statement, now }: JudgeContext): TaskTable['sightings'] {
  const ended = changes.filter(({ after }) => statement.ended.includes(after.id));
  const claims = ended.flatMap(({ before }) => (before?.claim === undefined ? [] : [before.claim]));
  return new Map(claims.map((claim) => [leaseKey(claim), { from: 0, until: now }]));
}

function judgeAll(judging: Judging, changes: readonly TaskChange[]): Broken[] {
  let left = settle(judging, changes, undefined);
  if (left.length > 0 && judging.context.statement.overrides.length > 0) left = settleForced(judging, changes);
  return left.map(({ change, error }) => refusal(judging, change, error));
}

/** What needed an override came after what did not, or before it: in the order that needs fewer of them. */
function settleForced(judging: Judging, changes: readonly TaskChange[]): Refused[] {
  const reason = judging.context.statement.reason ?? '';
  const orders = [
    () => settle(judging, changes, reason),
    () => {
      const stuck = settle(judging, changes, undefined);
      return settle(
        judging,
        stuck.map(({ change }) => change),
        reason,
      );
    },
  ];
  const costs = orders.map((order) => {
    reset(judging, changes);
    return order().length * MANY + judging.overridden.size;
  });
  reset(judging, changes);
  return orders[costs.indexOf(Math.min(...costs))]?.() ?? [];
}

/** Something refused weighs more than any number of overrides. */
const MANY = 1e6;

/** Back to the state before the commit; new tasks stay, without anything that others could wait for. */
function reset({ table, overridden, steps }: Judging, changes: readonly TaskChange[]): void {
  for (const { before, after } of changes) {
    const { parent: _parent, ...alone } = unstarted(after);
    table.upsertAll([summaryOf(before ?? { ...alone, blockedBy: [], reviews: [], scope: [] })]);
  }
  overridden.clear();
  steps.length = 0;
}

/** Judges what it can, again and again, until nothing is left or nothing moves. */
function settle(judging: Judging, changes: readonly TaskChange[], override: string | undefined): Refused[] {
  let left = changes;
  for (;;) {
    const refused = left.flatMap((change): Refused[] => {
      const error = attempt(judging, change, override);
      return error === undefined ? [] : [{ change, error }];
    });
    if (refused.length === 0 || refused.length === left.length) return refused;
    left = refused.map(({ change }) => change);
  }
}

/** Tries every explanation of a change. Undefined: one holds, and the table has the task as it is now. */
function attempt(judging: Judging, change: TaskChange, override: string | undefined): TasksError | undefined {
  const { table, context } = judging;
  const { after } = change;
  const before = change.before ?? unstarted(after);
  const holder = holderIn(context.statement, after);
  const ways = explain(before, after, { holder, now: context.now, steps: context.statement.steps });
  let first: TasksError | undefined;
  // What else the commit changed of the task came before its steps or after them.
  const starts = sameLife(before, after) ? [before] : [withLife(after, before), before];
  for (const start of starts) {
    for (const way of ways) {
      const outcome = follow(judging, { start, way, override });
      if (outcome instanceof TasksError) {
        first ??= outcome;
        continue;
      }
      table.upsertAll([summaryOf(after)]);
      for (const phrase of outcome.overridden) judging.overridden.add(phrase);
      judging.steps.push(...lifeStep(change, way, outcome.isTakeover));
      return undefined;
    }
  }
  table.upsertAll([summaryOf(before)]);
  return first;
}

interface Way {
  readonly start: Task;
  readonly way: Explanation;
  readonly override: string | undefined;
}

/** Goes one way from a state; the rule that stands against it, where one does. */
function follow(
  { table, context }: Judging,
  { start, way, override }: Way,
): { readonly overridden: readonly string[]; readonly isTakeover: boolean } | TasksError {
  const { statement, now, short } = context;
  const overridden: string[] = [];
  const unmet: Unmet[] = [];
  let task = start;
  let isTakeover = false;
  try {
    for (const operation of way) {
      table.upsertAll([summaryOf(task)]);
      const holder = holderIn(statement, task);
      checkOperation(table, { before: task, operation }, { holder, now, override, overridden, short, unmet });
      const hasEnded = leaseState(task.claim, now, table.sightings) === 'expired';
      isTakeover ||= operation.op === 'claim' && hasEnded && !isHolder(task, holder);
      task = applyOperation(task, operation);
    }
    assertMet(unmet, short);
    return { overridden, isTakeover };
  } catch (error) {
    if (error instanceof TasksError) return error;
    throw error;
  }
}

function lifeStep(change: TaskChange, way: Explanation, isTakeover: boolean = false): LifeStep[] {
  const { before, after } = change;
  if (before !== undefined && sameLife(before, after)) return [];
  const verbs = way.map(verbOf).filter((verb) => verb !== 'set' && verb !== 'note');
  return [{ change, verbs: before === undefined ? ['add', ...verbs] : verbs, isTakeover }];
}

/** A change that no rule allows takes place all the same: what follows it is judged by what is there. */
function refusal({ table, steps }: Judging, change: TaskChange, error: TasksError): Broken {
  table.upsertAll([summaryOf(change.after)]);
  steps.push(...lifeStep(change, []));
  return { ...brokenBy(error), id: change.after.id };
}

const RULE_BY_CODE: Readonly<Record<string, VerifyRule>> = {
  status: 'status',
  claimed: 'lease',
  blocked: 'blocked',
  cycle: 'graph',
  'not-found': 'graph',
  unmet: 'unmet',
};

function brokenBy(error: unknown): Broken {
  if (!(error instanceof TasksError)) throw error;
  const { code, message, data } = error;
  const rule = data['field'] === 'claim.term' ? 'term' : (RULE_BY_CODE[code] ?? 'fields');
  return { rule, message, ...(typeof data['id'] === 'string' && { id: data['id'] }) };
}

/** Runs a verb's plan as one change of the ledger. */
import { isSystemFault, TasksError } from '../errors.ts';
import { FLAG, NONE } from '../graph/table.ts';
import { isHolder } from '../lease/lease.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import type { Author } from '../ledger/transact.ts';
import { checkKey } from '../task/completion.ts';
import type { TaskId } from '../task/types.ts';
import type { Renew } from './checks/keep-leases.ts';
import { type CheckRun, type CheckRuns, missingRuns, NO_RUNS } from './checks/runs.ts';
import { inCallersWords } from './callers-words.ts';
import { ClaimMarks } from './claim-marks.ts';
import type { ClaimKind, ClaimOutcome, ClaimWork, CommittedClaims } from './commit-claims.ts';
import type { Session } from './session.ts';
import { type TaskView, taskView } from './task-view.ts';
import { Workbench } from './workbench.ts';

/** What every writing verb can be told. */
export interface WriteOptions {
  /** Overrides the rules that can be overridden; needs a reason. */
  readonly force?: boolean | undefined;
  /** Goes into the commit message. */
  readonly reason?: string | undefined;
  /** The subject line of the commit, instead of the one that the operations give. */
  readonly title?: string | undefined;
  /** When it happened, for imported history: milliseconds since 1970. Now when undefined. */
  readonly at?: number | undefined;
  /** What it may do about claims, which on a shared ledger concerns others at once (docs/claims.md). */
  readonly claims?: ClaimKind | undefined;
}

/** What a plan may know beside the state. */
export interface PlanContext {
  readonly author: Author;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Length of a new lease in milliseconds. */
  readonly lease: number;
  /** The list that new tasks go to. */
  readonly list: string;
  readonly random: (length: number) => Uint8Array;
  /** Runs of checks that belong to this change, by `checkKey`. */
  readonly runs: CheckRuns;
  /** How claims of this change are made; undefined: here alone. */
  readonly claims?: ClaimMarks;
}

/** Prepares operations on a workbench; may run more than once, so it has no other effect. */
export type PlanVerb<Result> = (bench: Workbench, context: PlanContext) => Promise<Result>;

/** A change that was made (or was not needed), and what the plan returned. */
export interface Changed<Result> {
  readonly result: Result;
  readonly commit: string;
  /** False: nothing differed, no commit was made. */
  readonly changed: boolean;
  readonly snapshot: Snapshot;
  /** How sure the claims are that it made. */
  readonly claimed?: ClaimOutcome;
}

/** Makes one change of the ledger. */
export async function makeChange<Result>(
  session: Session,
  plan: PlanVerb<Result>,
  options: WriteOptions = {},
): Promise<Changed<Result>> {
  const [made] = await makeChanges(session, [plan], options);
  if (made === undefined) throw new RangeError('BUG: one plan makes one change');
  return made;
}

/**
 * Makes a series of changes, a commit each, all or none.
 *
 * Where a task that it completes has checks, they are run, outside of every transaction, and all is tried again with what
 * they gave: other rules are judged before that, and once more after it. Throws `unmet` when a check does not pass.
 */
export async function makeChanges<Result>(
  session: Session,
  plans: readonly PlanVerb<Result>[],
  options: WriteOptions = {},
): Promise<Changed<Result>[]> {
  const runs = new Map<string, CheckRun>();
  for (;;) {
    const benches: Workbench[] = [];
    try {
      return await attempt(session, plans, { options, runs, benches });
    } catch (error) {
      const wanted = missingRuns(error, runs);
      if (wanted === undefined) throw inCallersWords(error, benches);
      const { meetChecks } = await import('./checks/meet.ts');
      const write = async (plan: PlanVerb<void>): Promise<void> => {
        await attempt(session, [plan], { options: {}, runs: NO_RUNS, benches: [] });
      };
      const renew: Renew = async (ids) => (await import('./renew.ts')).renewDue(session, { ids });
      for (const run of await meetChecks(session, wanted, { write, renew })) runs.set(checkKey(run.name), run);
    }
  }
}

interface Attempt {
  readonly options: WriteOptions;
  readonly runs: CheckRuns;
  /** Where it leaves what was prepared, also when it fails. */
  readonly benches: Workbench[];
}

async function attempt<Result>(
  session: Session,
  plans: readonly PlanVerb<Result>[],
  { options, runs, benches }: Attempt,
): Promise<Changed<Result>[]> {
  if (options.force === true && (options.reason ?? '').trim() === '') {
    throw new TasksError('usage', 'Overriding a rule needs a reason', { hint: 'Add: --reason TEXT' });
  }
  const { world } = session;
  const random = (length: number): Uint8Array => world.random(length);
  const author = session.author();
  const results: Result[] = [];
  const marks = new ClaimMarks(random);
  const builds = plans.map((plan, i) => async (snapshot: Snapshot) => {
    const bench = new Workbench(snapshot, random);
    benches[i] = bench;
    const now = options.at ?? world.now();
    if (i === 0) marks.begin();
    const context = { author, now, lease: session.lease(), list: session.list, random, runs, claims: marks };
    results[i] = await plan(bench, context);
    if (endsOwnClaim(bench, author)) marks.waits = true;
    return {
      operations: bench.operations,
      files: bench.files,
      reason: options.reason,
      ...(options.force === true && { force: true }),
      ...(options.title !== undefined && { title: options.title }),
      ...(options.at !== undefined && { at: options.at }),
    };
  });
  const { changes, outcome } = await commitAs(options.claims, session, { author, builds, marks });
  if (changes.some(({ changed, commit }) => changed && isTimeToLook(commit))) {
    await tidyNow(session);
  }
  return changes.map(({ commit, changed, snapshot }, i) => ({
    result: results[i] as Result,
    commit,
    changed,
    snapshot,
    ...(outcome !== undefined && { claimed: outcome }),
  }));
}

/** Whether it ends a claim of the author's: who waits for that, or takes over what runs out, is to know at once. */
function endsOwnClaim({ operations, snapshot: { table } }: Workbench, author: Author): boolean {
  return operations.some(({ op, id }) => {
    if (op !== 'complete' && op !== 'release' && op !== 'cancel') return false;
    const row = table.rowOf(id);
    return row !== NONE && table.has(row, FLAG.claim) && isHolder(table.summary(row), author);
  });
}

async function commitAs(
  kind: WriteOptions['claims'],
  session: Session,
  work: Pick<ClaimWork, 'author' | 'builds' | 'marks'>,
): Promise<CommittedClaims> {
  if (kind === undefined) return { changes: await session.ledger.transactAll(work.author, work.builds) };
  const { commitClaims } = await import('./commit-claims.ts');
  return commitClaims(session, { ...work, kind });
}

/** What a plan comes to on the state of now. Nothing is written. */
export async function previewChange<Result>(
  session: Session,
  plan: PlanVerb<Result>,
): Promise<{ readonly result: Result; readonly commit: string }> {
  const { world, list } = session;
  const random = (length: number): Uint8Array => world.random(length);
  const snapshot = await session.read();
  const context = { author: session.author(), now: world.now(), lease: session.lease(), list, random, runs: NO_RUNS };
  return { result: await plan(new Workbench(snapshot, random), context), commit: snapshot.tip };
}

/** The change is made: what goes wrong with tidying is said, and makes no failure of it. */
async function tidyNow(session: Session): Promise<void> {
  const { startGc } = await import('./gc-auto.ts');
  try {
    startGc(session);
  } catch (error) {
    if (!isSystemFault(error)) throw error;
    session.warn(`The change is made, but the ledger could not be tidied: ${error.message}`);
  }
}

/** One change in 64, by its id: whether to tidy must be asked now and then, and may not cost each change anything. */
function isTimeToLook(commit: string): boolean {
  return Number.parseInt(commit.slice(-2), 16) < 4;
}

/** What a verb answers that changed one task. */
export interface TaskAnswer {
  readonly task: TaskView;
  readonly commit: string;
  readonly changed: boolean;
  /** The shortest safe prefix of the task's id and of what it waits for. */
  readonly shortIds: Readonly<Record<TaskId, string>>;
}

/** What a verb answers that changed several tasks. */
export interface TasksAnswer {
  readonly tasks: readonly TaskView[];
  readonly commit: string;
  readonly changed: boolean;
  /** The shortest safe prefix of each task's id and of what it waits for. */
  readonly shortIds: Readonly<Record<TaskId, string>>;
}

/** The answer about these tasks as the change left them. */
export async function answerTasks(session: Session, change: Changed<readonly TaskId[]>): Promise<TasksAnswer> {
  const { snapshot, commit, changed } = change;
  const tasks: TaskView[] = [];
  for (const id of change.result) tasks.push(await taskView(session, snapshot, id));
  return { tasks, commit, changed, shortIds: shortIdsOf(snapshot, tasks) };
}

/** The answer about one task as the change left it. */
export async function answerTask(session: Session, change: Changed<TaskId>): Promise<TaskAnswer> {
  const { snapshot, commit, changed, result } = change;
  const task = await taskView(session, snapshot, result);
  return { task, commit, changed, shortIds: shortIdsOf(snapshot, [task]) };
}

function shortIdsOf(snapshot: Snapshot, tasks: readonly TaskView[]): Readonly<Record<TaskId, string>> {
  const ids = new Set(tasks.flatMap((task) => [task.id, ...task.openBlockers]));
  return Object.fromEntries([...ids].map((id) => [id, snapshot.has(id) ? snapshot.short(id) : id]));
}

/** `check` and `evidence`: record what is seen of the work, without completing anything. */
import { TasksError } from '../errors.ts';
import { checkOperation } from '../ledger/rules.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import type { TaskId } from '../task/types.ts';
import { answerTask, answerTasks, makeChange, type TaskAnswer, type TasksAnswer, type WriteOptions } from './change.ts';
import { keepLeases } from './checks/keep-leases.ts';
import { evidenceOf, planProofs } from './checks/plan-proofs.ts';
import { runChecks } from './checks/run-checks.ts';
import { type CheckRun, wantedChecks } from './checks/runs.ts';
import { findProofs } from './proofs.ts';
import { renewDue } from './renew.ts';
import type { Session } from './session.ts';

export interface CheckInput {
  readonly ids: readonly string[];
}

/** The answer of `check`. */
export interface CheckAnswer extends TasksAnswer {
  /** Each check once, whether it has passed or not. */
  readonly runs: readonly CheckRun[];
}

/** Runs the checks of tasks and records the runs in one change. Throws `nothing` when the tasks have no checks. */
export async function checkTasks(
  session: Session,
  input: CheckInput,
  options: WriteOptions = {},
): Promise<CheckAnswer> {
  const snapshot = await session.read();
  const ids = [...new Set(input.ids.map((name) => snapshot.find(name)))];
  const tasks = await Promise.all(ids.map((id) => snapshot.task(id)));
  for (const id of ids) await judge(session, { snapshot, id, options });
  const wanted = wantedChecks(tasks);
  if (wanted.length === 0) {
    throw new TasksError('nothing', `${ids.map((id) => snapshot.short(id)).join(', ')} has no checks`, {
      hint: 'Name one with: git tasks set ID --check NAME',
    });
  }
  const runs = await keepLeases(session, { ids, renew: (held) => renewDue(session, { ids: held }) }, () =>
    runChecks(session, wanted),
  );
  const change = await makeChange(
    session,
    async (bench, context): Promise<TaskId[]> => {
      await planProofs(bench, { wanted, runs }, context);
      return ids;
    },
    options,
  );
  return { ...(await answerTasks(session, change)), runs };
}

export interface EvidenceInput {
  readonly id: string;
  /** Commits, addresses and files that show what was done. */
  readonly evidence: readonly string[];
  /** The folder that paths of files start from; the current one when undefined. Absolute. */
  readonly folder?: string | undefined;
}

/** Records commits, addresses and files in a task. */
export async function addEvidence(
  session: Session,
  input: EvidenceInput,
  options: WriteOptions = {},
): Promise<TaskAnswer> {
  const proofs = await findProofs(session, input);
  const change = await makeChange(
    session,
    async (bench, context): Promise<TaskId> => {
      const id = bench.find(input.id);
      await bench.push({ op: 'evidence', id, evidence: evidenceOf(bench, proofs, context) });
      return id;
    },
    options,
  );
  return answerTask(session, change);
}

/** Nobody should wait for checks to be told that their runs cannot be recorded. */
async function judge(
  session: Session,
  { snapshot, id, options }: { readonly snapshot: Snapshot; readonly id: TaskId; readonly options: WriteOptions },
): Promise<void> {
  const operation = { op: 'evidence', id, evidence: [] } as const;
  const override = options.force === true ? options.reason : undefined;
  const context = {
    holder: session.author(),
    now: session.world.now(),
    override,
    overridden: [],
    short: (of: TaskId): string => snapshot.short(of),
  };
  checkOperation(snapshot.table, { before: await snapshot.task(id), operation }, context);
}

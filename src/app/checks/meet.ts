/** Runs what stands between a task and its completion, and records what was seen where that was not good enough. */
import { TasksError } from '../../errors.ts';
import { isPass } from '../../task/completion.ts';
import type { TaskId } from '../../task/types.ts';
import type { Session } from '../session.ts';
import type { PlanVerb } from '../change.ts';
import { keepLeases, type Renew } from './keep-leases.ts';
import { planProofs } from './plan-proofs.ts';
import { runChecks } from './run-checks.ts';
import { type CheckRun, type WantedCheck } from './runs.ts';

/** Makes one change of the ledger. */
export type Write = (plan: PlanVerb<void>) => Promise<void>;

/** Runs the checks and gives their runs when all have passed. Throws `unmet` when one has not; its run is in the tasks then. */
export async function meetChecks(
  session: Session,
  wanted: readonly WantedCheck[],
  { write, renew }: { readonly write: Write; readonly renew: Renew },
): Promise<readonly CheckRun[]> {
  const ids = [...new Set(wanted.flatMap((check) => check.ids))];
  const runs = await keepLeases(session, { ids, renew }, () => runChecks(session, wanted));
  const failed = runs.filter((run) => !isPass(run));
  if (failed.length === 0) return runs;
  const isRecorded = await record(wanted, { runs, write });
  throw failure(await namesOf(session, ids), { failed, isRecorded });
}

/** Who reviews the task wants to know of failures, too; but what cannot be recorded must not hide what has failed. */
async function record(
  wanted: readonly WantedCheck[],
  { runs, write }: { readonly runs: readonly CheckRun[]; readonly write: Write },
): Promise<boolean> {
  try {
    await write((bench, context) => planProofs(bench, { wanted, runs }, context));
    return true;
  } catch (error) {
    if (error instanceof TasksError) return false;
    throw error;
  }
}

async function namesOf(session: Session, ids: readonly TaskId[]): Promise<string[]> {
  const snapshot = await session.read();
  return ids.map((id) => (snapshot.has(id) ? snapshot.short(id) : id));
}

function failure(
  names: readonly string[],
  { failed, isRecorded }: { readonly failed: readonly CheckRun[]; readonly isRecorded: boolean },
): TasksError {
  const phrases = failed.map(({ name, exit }) => `${name} failed (exit ${exit})`);
  const [name = 'ID'] = names;
  return new TasksError('unmet', `${names.join(', ')} cannot be completed: ${phrases.join(', ')}`, {
    hint: `${isRecorded ? `See what it said: git tasks show ${name} --output. ` : ''}Override with: --force --reason TEXT`,
    data: { checks: failed, recorded: isRecorded },
  });
}

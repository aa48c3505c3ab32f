/** Puts what was seen into tasks. */
import { checkKey } from '../../task/completion.ts';
import { toInstant } from '../../task/instant.ts';
import type { Evidence, Task } from '../../task/types.ts';
import type { PlanContext } from '../change.ts';
import type { Workbench } from '../workbench.ts';
import type { CheckRun, Proof, WantedCheck } from './runs.ts';

/** The proofs as records of a task: each with an id, its time, and who says so. */
export function evidenceOf(bench: Workbench, proofs: readonly Proof[], { author, now }: PlanContext): Evidence[] {
  return proofs.map((proof) => ({ id: bench.freshId(), at: toInstant(now), by: author.actor, ...proof }));
}

/** The runs of this change that the task asks for, by the names that it gives them. */
export function runsFor({ checks }: Pick<Task, 'checks'>, { runs }: PlanContext): CheckRun[] {
  return checks.flatMap((name) => {
    const run = runs.get(checkKey(name));
    return run === undefined ? [] : [{ ...run, name }];
  });
}

/** Plans evidence for each task that wants one of the runs. Tasks that are not there (a batch adds them) have nothing. */
export async function planProofs(
  bench: Workbench,
  { wanted, runs }: { readonly wanted: readonly WantedCheck[]; readonly runs: readonly CheckRun[] },
  context: PlanContext,
): Promise<void> {
  const byKey = new Map(runs.map((run) => [checkKey(run.name), run]));
  for (const id of new Set(wanted.flatMap(({ ids }) => ids))) {
    const task = await bench.get(id);
    if (task === undefined) continue;
    const own = wanted.filter(({ ids }) => ids.includes(id)).map(({ name }) => checkKey(name));
    const checks = task.checks.filter((name) => own.includes(checkKey(name)));
    const evidence = evidenceOf(bench, runsFor({ checks }, { ...context, runs: byKey }), context);
    if (evidence.length > 0) await bench.push({ op: 'evidence', id, evidence });
  }
}

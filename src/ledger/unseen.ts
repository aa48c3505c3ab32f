/** Keeps a change from writing over what its author cannot have seen. Pure. */
import { TasksError } from '../errors.ts';
import { changedFields } from '../task/changes.ts';
import { applyOperation, type Operation } from '../task/operations.ts';
import type { Mend } from './join/recheck.ts';
import type { Snapshot } from './snapshot.ts';
import type { Build } from './transact.ts';

/** What never replaces a value that somebody gave: it adds, or it is judged by who holds the task. */
const HARMLESS: ReadonlySet<Operation['op']> = new Set(['create', 'note', 'evidence', 'claim', 'renew', 'release']);

/**
 * The same builds, for a state that has just got back what a merge made without us had lost. Whoever means to change one of
 * those fields looked at the task without that value: such a plan throws `race`, once, because the next one finds it there.
 */
export function refuseUnseen(builds: readonly Build[], mends: readonly Mend[]): readonly Build[] {
  if (mends.length === 0) return builds;
  return builds.map((build) => async (snapshot) => {
    const plan = await build(snapshot);
    if (plan.mends === true) return plan;
    for (const operation of plan.operations) await refuseOver(snapshot, operation, mends);
    return plan;
  });
}

async function refuseOver(snapshot: Snapshot, operation: Operation, mends: readonly Mend[]): Promise<void> {
  const { op, id } = operation;
  const restored = mends.flatMap(({ fields }) => fields.get(id) ?? []);
  if (HARMLESS.has(op) || restored.length === 0) return;
  const task = await snapshot.task(id);
  const hit = changedFields(task, applyOperation(task, operation)).find(({ field }) => restored.includes(field));
  if (hit === undefined) return;
  const short = snapshot.short(id);
  throw new TasksError(
    'race',
    `The ${hit.field} of ${short} has just come back: a merge made without git-tasks had lost it`,
    {
      hint: `Nothing was overwritten. Look at it with: git tasks show ${short}; then run the command again`,
      data: { task: id, field: hit.field },
    },
  );
}

/** Runs of checks, and what a refused completion wants of them. */
import { TasksError } from '../../errors.ts';
import { checkKey, type Unmet } from '../../task/completion.ts';
import type { Evidence, TaskId } from '../../task/types.ts';

/** A piece of evidence that nobody has put into a task yet: without an id, and without who did so. */
export type Proof = Omit<Evidence, 'id' | 'by' | 'at'>;

/** A check that was run. */
export interface CheckRun extends Proof {
  readonly kind: 'check';
  /** Exit code; 124 when it took too long, 128 and the signal's number when it was killed, as in a shell. */
  readonly exit: number;
  readonly seconds: number;
}

/** Runs by `checkKey`. */
export type CheckRuns = ReadonlyMap<string, CheckRun>;

/** No runs. */
export const NO_RUNS: CheckRuns = new Map();

/** A check that is to run, and the tasks that want it. */
export interface WantedCheck {
  readonly name: string;
  readonly ids: readonly TaskId[];
}

/**
 * The checks whose runs would change a refusal: none (undefined) when something else was refused too, and when all have
 * been run.
 */
export function missingRuns(error: unknown, runs: CheckRuns): readonly WantedCheck[] | undefined {
  if (!(error instanceof TasksError) || error.code !== 'unmet') return undefined;
  const unmet = (error.data['unmet'] ?? []) as readonly Unmet[];
  if (unmet.some(({ acceptance }) => acceptance.length > 0)) return undefined;
  const missing = wantedChecks(unmet).filter(({ name }) => !runs.has(checkKey(name)));
  return missing.length === 0 ? undefined : missing;
}

/** Each check once, under the first name that a task gives it. */
export function wantedChecks(
  tasks: readonly { readonly id: TaskId; readonly checks: readonly string[] }[],
): WantedCheck[] {
  const byKey = new Map<string, { readonly name: string; readonly ids: Set<TaskId> }>();
  for (const { id, checks } of tasks) {
    for (const name of checks) {
      const known = byKey.get(checkKey(name));
      if (known === undefined) byKey.set(checkKey(name), { name, ids: new Set([id]) });
      else known.ids.add(id);
    }
  }
  return [...byKey.values()].map(({ name, ids }) => ({ name, ids: [...ids] }));
}

/** Tries operations one intent at a time: what the rules refuse is a value, and the rest of the change goes on. */
import { TasksError } from '../../errors.ts';
import type { TaskTable } from '../../graph/table.ts';
import type { Holder } from '../../lease/lease.ts';
import { checkResult } from '../../ledger/invariants.ts';
import { assertMet, checkOperation } from '../../ledger/rules.ts';
import { applyOperation, type Operation } from '../../task/operations.ts';
import { summaryOf } from '../../task/summary.ts';
import type { Task, TaskId } from '../../task/types.ts';
import type { Workbench } from '../workbench.ts';

/** A workbench on which an intent either goes through whole or leaves nothing behind. */
export interface Trial {
  readonly bench: Workbench;
  /** The state as the operations so far leave it. */
  readonly table: TaskTable;
  /** Does the operations, or gives the rule that they break. */
  attempt(operations: readonly Operation[]): Promise<TasksError | undefined>;
}

/** Starts a trial for one holder. `now`: milliseconds since 1970. */
export function createTrial(bench: Workbench, who: { readonly holder: Holder; readonly now: number }): Trial {
  const { snapshot } = bench;
  const table = snapshot.table.clone();
  const short = (id: TaskId): string => (snapshot.has(id) ? snapshot.short(id) : id);
  const run = async (operations: readonly Operation[], originals: Map<TaskId, Task | undefined>): Promise<void> => {
    const tasks = new Map<TaskId, Task>();
    const rules = { ...who, overridden: [], unmet: [], short };
    for (const operation of operations) {
      const { id } = operation;
      if (!originals.has(id)) originals.set(id, await bench.get(id));
      const before = tasks.get(id) ?? originals.get(id);
      checkOperation(table, { before, operation }, rules);
      const after = applyOperation(before, operation);
      tasks.set(id, after);
      table.upsertAll([summaryOf(after)]);
    }
    const changes = [...tasks].map(([id, after]) => ({ before: originals.get(id), after }));
    assertMet(rules.unmet, short);
    checkResult(table, changes, { short, isMend: false, adopted: new Set(), overridden: [] });
  };
  return {
    bench,
    table,
    attempt: async (operations) => {
      const originals = new Map<TaskId, Task | undefined>();
      try {
        await run(operations, originals);
      } catch (error) {
        if (!(error instanceof TasksError)) throw error;
        table.upsertAll([...originals.values()].flatMap((task) => (task === undefined ? [] : [summaryOf(task)])));
        return error;
      }
      for (const operation of operations) await bench.push(operation);
      return undefined;
    },
  };
}

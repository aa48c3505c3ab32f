/** Task summaries for tests of the pure rules: only what a test says differs from the defaults. */
import fc from 'fast-check';
import type { TaskSummary } from '../../src/task/summary.ts';
import { TaskTable } from '../../src/graph/table.ts';

/** A pending task with this id. */
export function summary(id: string, fields: Partial<TaskSummary> = {}): TaskSummary {
  return {
    id,
    list: 'main',
    subject: `Task ${id}`,
    status: 'pending',
    priority: 2,
    created: '2026-01-01T00:00:00Z',
    blockedBy: [],
    ...fields,
  };
}

/** A table with these tasks. */
export function tableOf(...summaries: TaskSummary[]): TaskTable {
  const table = new TaskTable();
  table.upsertAll(summaries);
  return table;
}

/** The nth id: `aaaa0000`, `aaaa0001` … */
function nthId(n: number): string {
  return `aaaa${n.toString().padStart(4, '0')}`;
}

/** A random plan whose edges lead anywhere, cycles and missing tasks included. */
export function arbitraryPlan(size = 12): fc.Arbitrary<TaskSummary[]> {
  const id = fc.integer({ min: 0, max: size }).map(nthId);
  const fields = fc.record({
    status: fc.constantFrom('pending', 'in_progress', 'completed', 'cancelled') as fc.Arbitrary<TaskSummary['status']>,
    priority: fc.integer({ min: 0, max: 4 }),
    created: fc.integer({ min: 10, max: 28 }).map((day) => `2026-01-${day}T00:00:00Z`),
    blockedBy: fc.uniqueArray(id, { maxLength: 3 }).map((ids) => ids.sort()),
    parent: fc.option(id, { nil: undefined, freq: 3 }),
    defer: fc.option(fc.constantFrom('2026-01-01', '2027-01-01'), { nil: undefined }),
  });
  return fc.array(fields, { maxLength: size }).map((all) =>
    all.map(({ parent, defer, ...rest }, n) =>
      summary(nthId(n), {
        ...rest,
        ...(parent !== undefined && { parent }),
        ...(defer !== undefined && { defer }),
      }),
    ),
  );
}

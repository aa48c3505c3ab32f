import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { urgency } from '../../src/graph/order.ts';
import { dependencies, isBlocked, isReady, readinessAt, readyRows } from '../../src/graph/readiness.ts';
import { NONE, type TaskTable, TaskTable as Table } from '../../src/graph/table.ts';
import { chainLengths } from '../../src/graph/chains.ts';
import {
  blockedRowsOf,
  blockedRowsOfRow,
  childrenOf,
  childrenOfRow,
  findCycle,
  neighbours,
  topologicalOrder,
} from '../../src/graph/walk.ts';
import type { TaskSummary } from '../../src/task/summary.ts';
import { arbitraryPlan, summary, tableOf } from '../support/summaries.ts';

const NOW = Date.parse('2026-06-01T12:00:00Z');

/** Whom each task waits for, the slow and obvious way. */
function waitsFor(plan: readonly TaskSummary[], id: string): string[] {
  const blockers = plan.find((task) => task.id === id)?.blockedBy ?? [];
  const all = [...blockers, ...plan.filter((task) => task.parent === id).map((task) => task.id)];
  // A missing task blocks, but waits for nobody.
  return all.filter((other) => plan.some((task) => task.id === other));
}

function reaches(plan: readonly TaskSummary[], from: string, to: string): boolean {
  const seen = new Set<string>();
  const queue = waitsFor(plan, from);
  for (const id of queue) {
    if (id === to) return true;
    if (!seen.has(id)) queue.push(...waitsFor(plan, id));
    seen.add(id);
  }
  return false;
}

function naiveReady(plan: readonly TaskSummary[]): string[] {
  const done = new Set(plan.filter(({ status }) => status === 'completed').map(({ id }) => id));
  const open = (status: string): boolean => status === 'pending' || status === 'in_progress';
  return plan
    .filter(({ status }) => status === 'pending')
    .filter(({ defer }) => defer === undefined || Date.parse(defer) <= NOW)
    .filter(({ blockedBy }) => blockedBy.every((id) => done.has(id)))
    .filter(({ id }) => !plan.some(({ parent, status }) => parent === id && open(status)))
    .map(({ id }) => id)
    .sort();
}

function rows(table: TaskTable): number[] {
  return Array.from({ length: table.size }, (_, row) => row);
}

/** The plan without the edges that close a cycle. */
function acyclic(plan: readonly TaskSummary[]): TaskSummary[] {
  return plan.map((task) => {
    const { parent: _parent, ...rest } = task;
    return { ...rest, blockedBy: task.blockedBy.filter((id) => id < task.id && plan.some((other) => other.id === id)) };
  });
}

describe('the graph of any plan', () => {
  it('has the ready tasks that a naive search finds', () => {
    fc.assert(
      fc.property(arbitraryPlan(), (plan) => {
        const table = tableOf(...plan);
        const readiness = readinessAt(table, NOW);
        const ready = rows(table)
          .filter((row) => isReady(readiness, row))
          .map((row) => table.id(row))
          .sort();
        expect(ready).toEqual(naiveReady(plan));
        expect(
          readyRows(readiness)
            .map((row) => table.id(row))
            .sort(),
        ).toEqual(ready);
      }),
      { numRuns: 2000 },
    );
  });

  it('answers for one task what it answers for all, also after changes', () => {
    fc.assert(
      fc.property(arbitraryPlan(), arbitraryPlan(), (first, second) => {
        const table = tableOf(...first);
        table.upsertAll(second);
        const readiness = readinessAt(table, NOW);
        for (const row of rows(table)) {
          expect(childrenOfRow(table, row)).toEqual([...neighbours(childrenOf(table), row)]);
          expect(blockedRowsOfRow(table, row)).toEqual([...neighbours(blockedRowsOf(table), row)]);
          expect(isBlocked(readiness, row)).toBe(table.isOpen(row) && [...dependencies(readiness, row)].length > 0);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('has a cycle exactly when some task waits for itself, and the path found is one', () => {
    fc.assert(
      fc.property(arbitraryPlan(), (plan) => {
        const table = tableOf(...plan);
        const cycle = findCycle(table, rows(table))?.map((row) => table.id(row));
        expect(cycle !== undefined).toBe(plan.some(({ id }) => reaches(plan, id, id)));
        cycle?.forEach((id, i) => expect(waitsFor(plan, id)).toContain(cycle[(i + 1) % cycle.length]));
      }),
      { numRuns: 2000 },
    );
  });

  it('is the same table whether its tasks came at once, one by one, or were changed later', () => {
    fc.assert(
      fc.property(arbitraryPlan(), arbitraryPlan(), (first, second) => {
        const once = tableOf(...second, ...first.slice(second.length));
        const stepwise = new Table();
        for (const task of [...first, ...second]) stepwise.upsertAll([task]);
        const view = (table: TaskTable): unknown[] =>
          rows(table)
            .map((row) => ({
              id: table.id(row),
              status: table.status(row),
              blockers: [...table.blockers(row)].map((other) => table.id(other)),
              parent: table.parent(row) === NONE ? undefined : table.id(table.parent(row)),
            }))
            .sort((a, b) => (a.id < b.id ? -1 : 1));
        expect(view(stepwise)).toEqual(view(once));
      }),
      { numRuns: 500 },
    );
  });

  it('orders open tasks so that each comes after what it waits for', () => {
    fc.assert(
      fc.property(arbitraryPlan(), (plan) => {
        const table = tableOf(...acyclic(plan));
        const open = rows(table).filter((row) => table.isOpen(row));
        const order = topologicalOrder(table, open, urgency(table));
        expect(new Set(order)).toEqual(new Set(open));
        expect(order).toHaveLength(open.length);
        order.forEach((row, at) => {
          for (const blocker of table.blockers(row)) {
            if (blocker >= 0 && table.isOpen(blocker)) expect(order.indexOf(blocker)).toBeLessThan(at);
          }
        });
      }),
      { numRuns: 500 },
    );
  });

  it('counts the longest chain of open work behind each task', () => {
    fc.assert(
      fc.property(arbitraryPlan(), (plan) => {
        const tasks = acyclic(plan);
        const open = (id: string): boolean =>
          ['pending', 'in_progress'].includes(tasks.find((t) => t.id === id)?.status ?? '');
        const chain = (id: string): number =>
          Math.max(0, ...tasks.filter((t) => open(t.id) && t.blockedBy.includes(id)).map((t) => 1 + chain(t.id)));
        const table = tableOf(...tasks);
        const lengths = chainLengths(table);
        for (const row of rows(table)) if (table.isOpen(row)) expect(lengths[row]).toBe(chain(table.id(row)));
      }),
      { numRuns: 500 },
    );
  });

  it('is walked without recursion: a chain of 100,000 tasks is ordered and searched', () => {
    const size = 100_000;
    const id = (n: number): string =>
      n
        .toString(16)
        .padStart(8, '0')
        .replaceAll(/[ilou]/g, 'z');
    const chain = Array.from({ length: size }, (_, n) => summary(id(n), n === 0 ? {} : { blockedBy: [id(n - 1)] }));
    const table = tableOf(...chain);
    expect(findCycle(table, [size - 1])).toBeUndefined();
    expect(chainLengths(table)[0]).toBe(size - 1);
  });
});

describe('the length of a short id', () => {
  it('is what tells an id from all others, in whatever order they came', () => {
    const id = fc.stringMatching(/^[ab][abc]{2,7}$/);
    const ids = fc.uniqueArray(id, { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(ids, ids, (first, more) => {
        const table = tableOf(...first.map((one) => summary(one)));
        // Asked in between, so that what was remembered has to keep up.
        table.sharedPrefix(first[0] ?? '');
        table.upsertAll(more.map((one) => summary(one)));
        const all = [...new Set([...first, ...more])];
        for (const one of all) {
          const rivals = all.filter((other) => other !== one);
          const shared = (length: number): boolean => rivals.some((other) => other.startsWith(one.slice(0, length)));
          let longest = 0;
          while (longest < one.length && shared(longest + 1)) longest++;
          expect(table.sharedPrefix(one)).toBe(longest);
        }
      }),
    );
  });
});

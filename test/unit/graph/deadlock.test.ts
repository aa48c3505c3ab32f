import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findDeadlock, nextMove } from '../../../src/graph/deadlock.ts';
import { isReady, isRunning, isWork, readinessAt, reasonsAgainst } from '../../../src/graph/readiness.ts';
import type { TaskSummary } from '../../../src/task/summary.ts';
import { arbitraryPlan, summary, tableOf } from '../../support/summaries.ts';

const NOW = Date.parse('2026-06-01T12:00:00Z');
const [A, B, C, D] = ['aaaa0001', 'aaaa0002', 'aaaa0003', 'aaaa0004'] as const;

function judge(...tasks: TaskSummary[]): ReturnType<typeof findDeadlock> {
  return findDeadlock(readinessAt(tableOf(...tasks), NOW));
}

const gate = (id: string, fields: Partial<TaskSummary> = {}): TaskSummary =>
  summary(id, { kind: 'gate', subject: 'release', ...fields });

describe('a plan stands still', () => {
  it('for what was cancelled, with everything behind it', () => {
    const found = judge(
      summary(A, { status: 'cancelled' }),
      summary(B, { blockedBy: [A] }),
      summary(C, { blockedBy: [B] }),
    );
    expect(found).toEqual({ open: 2, causes: [{ kind: 'cancelled', id: A, holdsUp: 2 }] });
  });

  it('for a closed gate, until it is opened', () => {
    expect(judge(gate(A), summary(B, { blockedBy: [A] }))).toEqual({
      open: 1,
      causes: [{ kind: 'gate', id: A, name: 'release', holdsUp: 1 }],
    });
    expect(judge(gate(A, { status: 'completed' }), summary(B, { blockedBy: [A] }))).toBeUndefined();
  });

  it('for a gate that is a part of a task', () => {
    expect(judge(summary(B), gate(A, { parent: B }))?.causes).toMatchObject([{ kind: 'gate', holdsUp: 1 }]);
  });

  it('for a missing task, and says when its file is there and damaged', () => {
    const readiness = readinessAt(tableOf(summary(B, { blockedBy: [A] })), NOW);
    expect(findDeadlock(readiness)?.causes).toEqual([{ kind: 'missing', id: A, holdsUp: 1 }]);
    expect(findDeadlock(readiness, { damaged: new Set([A]) })?.causes).toMatchObject([{ damaged: true }]);
  });

  it('for a kind of task that this version does not know', () => {
    expect(judge(summary(A, { kind: 'milestone' }), summary(B, { blockedBy: [A] }))?.causes).toMatchObject([
      { kind: 'not-work', of: 'milestone', holdsUp: 1 },
    ]);
  });

  it('for tasks that wait for each other, and those behind them', () => {
    const found = judge(summary(A, { blockedBy: [B] }), summary(B, { blockedBy: [A] }), summary(C, { blockedBy: [B] }));
    expect(found).toMatchObject({
      open: 3,
      causes: [{ kind: 'cycle', ids: expect.arrayContaining([A, B]), holdsUp: 3 }],
    });
  });

  it('not while work in another list only holds off the files of a task', () => {
    const working = summary(A, { status: 'in_progress', scope: ['src/**'] });
    const held = summary(B, { list: 'two', scope: ['src/x.ts'] });
    const behind = summary(C, { list: 'two', blockedBy: [B] });
    const judged = (...tasks: TaskSummary[]): ReturnType<typeof findDeadlock> =>
      findDeadlock(readinessAt(tableOf(...tasks), NOW), { list: 'two' });
    expect(judged(working, held, behind)).toBeUndefined();
    expect(judged({ ...working, status: 'cancelled' }, { ...held, blockedBy: [A] }, behind)).toMatchObject({ open: 2 });
  });

  it('for a task that is a part of what it waits for', () => {
    expect(judge(summary(A), summary(B, { parent: A, blockedBy: [A] }))?.causes).toMatchObject([{ kind: 'cycle' }]);
  });

  it('for several causes, the one that holds up most first', () => {
    const found = judge(
      gate(A),
      summary(B, { status: 'cancelled' }),
      summary(C, { blockedBy: [B] }),
      summary(D, { blockedBy: [A, B] }),
    );
    expect(found?.causes.map(({ kind, holdsUp }) => [kind, holdsUp])).toEqual([
      ['cancelled', 2],
      ['gate', 1],
    ]);
  });

  it('in one list, also where another list goes on', () => {
    const table = tableOf(
      summary(A, { list: 'web', blockedBy: [B] }),
      summary(B, { list: 'web', status: 'cancelled' }),
      summary(C),
    );
    const readiness = readinessAt(table, NOW);
    expect(findDeadlock(readiness)).toBeUndefined();
    expect(findDeadlock(readiness, { list: 'web' })).toMatchObject({ open: 1 });
    expect(findDeadlock(readiness, { list: 'main' })).toBeUndefined();
  });

  it.each<[string, TaskSummary[]]>([
    ['nothing remains', [summary(A, { status: 'completed' }), gate(B)]],
    ['a task is ready', [summary(A), summary(B, { blockedBy: [C] })]],
    ['somebody works', [summary(A, { status: 'in_progress' }), summary(B, { blockedBy: [A] })]],
    ['a task is only deferred', [summary(A, { defer: '2026-07-01' }), summary(B, { blockedBy: [A] })]],
    ['its work waits for another list, which goes on', [summary(A, { list: 'web' }), summary(B, { blockedBy: [A] })]],
    [
      'only a review is left, of the work of whoever asks',
      [summary(A, { status: 'completed', completedBy: ['ada'] }), summary(B, { blockedBy: [A], reviews: [A] })],
    ],
  ])('no: %s', (_why, tasks) => {
    const readiness = readinessAt(tableOf(...tasks), NOW, 'ada');
    expect(findDeadlock(readiness)).toBeUndefined();
    expect(findDeadlock(readiness, { list: 'main' })).toBeUndefined();
  });

  it('with a deferral that would not help', () => {
    expect(judge(summary(A, { defer: '2026-07-01', blockedBy: [B] }))).toMatchObject({ open: 1 });
  });
});

describe('a plan that waits', () => {
  it('moves when the first deferral or lease ends', () => {
    const claim = { term: 1, expires: '2026-06-01T12:30:00Z' };
    const table = tableOf(
      summary(A, { status: 'in_progress', owner: 'ada', claim }),
      summary(B, { defer: '2026-07-01' }),
      summary(C, { defer: '2026-06-01T12:10:00Z', blockedBy: [A] }),
    );
    const readiness = readinessAt(table, NOW);
    expect(nextMove(readiness)).toEqual({ at: Date.parse('2026-06-01T12:30:00Z'), id: A, kind: 'lease' });
    expect(nextMove(readinessAt(tableOf(summary(B, { defer: '2026-07-01' })), NOW))).toMatchObject({
      kind: 'deferred',
    });
    expect(nextMove(readinessAt(tableOf(summary(B)), NOW))).toBeUndefined();
  });
});

describe('any plan', () => {
  it('stands still exactly when nothing is ready, running or only deferred, and every open task has a cause', () => {
    fc.assert(
      fc.property(arbitraryPlan(), fc.func(fc.boolean()), (plan, isGate) => {
        const tasks = plan.map((task) => (isGate(task.id) ? { ...task, kind: 'gate' } : task));
        const table = tableOf(...tasks);
        const readiness = readinessAt(table, NOW);
        const rows = tasks.map(({ id }) => table.rowOf(id)).filter((row) => table.isOpen(row) && isWork(table, row));
        const moves = (row: number): boolean =>
          isReady(readiness, row) ||
          isRunning(table, row, NOW) ||
          reasonsAgainst(readiness, row).every(({ kind }) => kind === 'deferred');
        const found = findDeadlock(readiness);
        expect(found !== undefined).toBe(rows.length > 0 && !rows.some(moves));
        if (found === undefined) return;
        expect(found.open).toBe(rows.length);
        expect(found.causes.length).toBeGreaterThan(0);
        // Each open task is held up by at least one cause.
        expect(found.causes.reduce((sum, { holdsUp }) => sum + holdsUp, 0)).toBeGreaterThanOrEqual(rows.length);
      }),
      { numRuns: 2000 },
    );
  });

  it('of 20,000 tasks behind one gate is explained in time', () => {
    const many = Array.from({ length: 20_000 }, (_, i) =>
      summary(`b${String(i).padStart(7, '0')}`, { blockedBy: [i === 0 ? A : `b${String(i - 1).padStart(7, '0')}`] }),
    );
    const readiness = readinessAt(tableOf(gate(A), ...many), NOW);
    const started = performance.now();
    expect(findDeadlock(readiness)).toMatchObject({ causes: [{ holdsUp: 20_000 }] });
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

import { describe, expect, it } from 'vitest';
import { isBlocked, isReady, readinessAt, reasonsAgainst } from '../../../src/graph/readiness.ts';
import { summary, tableOf } from '../../support/summaries.ts';

const NOW = Date.parse('2026-06-01T12:00:00Z');
const A = 'aaaa0001';
const B = 'aaaa0002';
const C = 'aaaa0003';

function judge(...tasks: Parameters<typeof tableOf>): { ready: boolean; blocked: boolean; reasons: string[] } {
  const table = tableOf(...tasks);
  const readiness = readinessAt(table, NOW);
  const row = table.rowOf(A);
  const reasons = reasonsAgainst(readiness, row).map(({ kind }) => kind);
  return { ready: isReady(readiness, row), blocked: isBlocked(readiness, row), reasons };
}

describe('readiness', () => {
  it('is given to a pending task that waits for nothing', () => {
    expect(judge(summary(A))).toEqual({ ready: true, blocked: false, reasons: [] });
  });

  it.each(['pending', 'in_progress', 'cancelled'] as const)('is refused while a blocker is %s', (status) => {
    const verdict = judge(summary(A, { blockedBy: [B] }), summary(B, { status }));
    expect(verdict).toEqual({ ready: false, blocked: true, reasons: ['blocker'] });
  });

  it('is given once every blocker is completed', () => {
    expect(judge(summary(A, { blockedBy: [B] }), summary(B, { status: 'completed' })).ready).toBe(true);
  });

  it('counts a missing blocker as not done', () => {
    expect(judge(summary(A, { blockedBy: [B] }))).toEqual({ ready: false, blocked: true, reasons: ['blocker'] });
  });

  it('makes a parent wait for its open children only', () => {
    expect(judge(summary(A), summary(B, { parent: A })).reasons).toEqual(['child']);
    expect(judge(summary(A), summary(B, { parent: A, status: 'cancelled' })).ready).toBe(true);
  });

  it('is refused before the day of a deferral, and given from it on', () => {
    expect(judge(summary(A, { defer: '2026-06-02' })).reasons).toEqual(['deferred']);
    expect(judge(summary(A, { defer: '2026-06-01' })).ready).toBe(true);
  });

  it('is refused to a task that somebody holds, and given back when the lease has run out', () => {
    const held = (expires: string): ReturnType<typeof judge> =>
      judge(summary(A, { status: 'in_progress', owner: 'ada', claim: { term: 1, expires } }));
    expect(held('2026-06-01T12:00:01Z')).toEqual({ ready: false, blocked: false, reasons: ['claimed'] });
    expect(held('2026-06-01T12:00:00Z')).toEqual({ ready: true, blocked: false, reasons: [] });
  });

  it('is refused for ever to a task that a person holds without an end', () => {
    const claim = { term: 1, hold: true };
    expect(judge(summary(A, { status: 'in_progress', owner: 'ada', claim })).reasons).toEqual(['claimed']);
  });

  it('is refused to a task in progress that nobody has a lease on: somebody works outside the ledger', () => {
    expect(judge(summary(A, { status: 'in_progress' })).reasons).toEqual(['status']);
  });

  it('keeps a task back whose scope meets that of a running one', () => {
    const running = { status: 'in_progress', claim: { term: 1, hold: true }, scope: ['src/api/**'] } as const;
    expect(judge(summary(A, { scope: ['src/api/login.ts'] }), summary(B, running)).reasons).toEqual(['scope']);
    expect(judge(summary(A, { scope: ['src/web/**'] }), summary(B, running)).ready).toBe(true);
  });

  it('names all reasons at once', () => {
    const verdict = judge(summary(A, { blockedBy: [B], defer: '2027-01-01' }), summary(B), summary(C, { parent: A }));
    expect(verdict.reasons).toEqual(['deferred', 'blocker', 'child']);
  });

  it('names a closed gate, and an open one not; a given-up gate is a cancelled blocker', () => {
    const gate = (status: 'pending' | 'completed' | 'cancelled'): ReturnType<typeof summary> =>
      summary(B, { kind: 'gate', subject: 'release', status });
    const task = summary(A, { blockedBy: [B] });
    expect(judge(task, gate('pending'))).toEqual({ ready: false, blocked: true, reasons: ['gate'] });
    expect(judge(task, gate('completed'))).toEqual({ ready: true, blocked: false, reasons: [] });
    expect(judge(task, gate('cancelled')).reasons).toEqual(['blocker']);
  });

  it.each(['gate', 'milestone'])('is never given to a %s', (kind) => {
    expect(judge(summary(A, { kind }))).toEqual({ ready: false, blocked: false, reasons: ['not-work'] });
  });

  it('is refused to who completed what it reviews, also where the edge is missing, and given to others', () => {
    const table = tableOf(
      summary(A, { reviews: [B] }),
      summary(B, { status: 'completed', completedBy: ['ada', 'bob'] }),
    );
    const ready = (actor?: string): boolean => isReady(readinessAt(table, NOW, actor), table.rowOf(A));
    expect([ready('ada'), ready('bob'), ready('eve'), ready()]).toEqual([false, false, true, true]);
  });
});

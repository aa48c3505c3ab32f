/** `why`: what stands before a task, as a tree, and what would make it ready. */
import { isBlocked, isRunning, isWork, type Readiness, type Reason, reasonsAgainst } from '../graph/readiness.ts';
import { NONE } from '../graph/table.ts';
import { neighbours } from '../graph/walk.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { toInstant } from '../task/instant.ts';
import type { Instant, TaskId } from '../task/types.ts';
import { readinessFor } from './readiness-for.ts';
import type { Session } from './session.ts';
import { type NextStep, stepsFor } from './why-steps.ts';

/** How many tasks the tree explains, those nearest to the question, and how many reasons it gives for each. */
const MAX_EXPLAINED = 60;
const MAX_REASONS = 20;

/** A task and the reasons why it cannot be started, with what stands behind each. */
export interface WhyNode {
  readonly id: TaskId;
  readonly short: string;
  readonly subject: string;
  readonly status: string;
  /** `gate`, or a kind that this version does not know. Absent: a task. */
  readonly kind?: string;
  readonly ready: boolean;
  readonly reasons: readonly WhyReason[];
  /** How many of its reasons are not shown here. */
  readonly more?: number;
  /** This task was explained further up. */
  readonly seen?: true;
}

/** A reason, with the task that it names. */
export type WhyReason = Reason & {
  readonly because?: WhyNode;
  /** Of a gate: who changed it last, and when. */
  readonly by?: string;
  readonly at?: Instant;
};

/** The answer of `why`. */
export interface WhyAnswer {
  readonly why: WhyNode;
  /** How many open tasks stand before it, directly or behind one another. */
  readonly before: number;
  /** What would make it ready, nearest first: the first few, and how many there are. */
  readonly next: readonly NextStep[];
  readonly nextTotal: number;
  /** Who asked: a review of their own work is not ready for them. */
  readonly asker?: string;
  readonly tip: string;
}

/** Explains a task as a tree: each reason, and below it what stands behind it. */
export async function explainTask(session: Session, name: string): Promise<WhyAnswer> {
  const snapshot = await session.read();
  const { table } = snapshot;
  const readiness = readinessFor(session, table);
  const row = table.rowOf(snapshot.find(name));
  const nearest = rowsBefore(readiness, row);
  const search: Search = { snapshot, readiness, explained: new Set(nearest.slice(0, MAX_EXPLAINED)), seen: new Set() };
  const { steps, total } = stepsFor(snapshot, readiness, nearest);
  return {
    why: explain(search, row),
    before: nearest.filter((other) => other !== row && table.isOpen(other) && isWork(table, other)).length,
    next: steps,
    nextTotal: total,
    ...(readiness.actor !== undefined && { asker: readiness.actor }),
    tip: snapshot.tip,
  };
}

/** The row, and all open rows that it waits for, the nearest first. */
function rowsBefore({ table, children }: Readiness, row: number): number[] {
  const found = new Set([row]);
  for (const waiting of found) {
    if (!table.isOpen(waiting)) continue;
    for (const other of [...table.blockers(waiting), ...neighbours(children, waiting)]) {
      if (other >= 0 && table.isOpen(other)) found.add(other);
    }
  }
  return [...found];
}

interface Search {
  readonly snapshot: Snapshot;
  readonly readiness: Readiness;
  /** The rows that the tree has room to explain. */
  readonly explained: ReadonlySet<number>;
  readonly seen: Set<number>;
}

function explain(search: Search, row: number): WhyNode {
  const { snapshot, readiness, explained, seen } = search;
  const { id, subject, status, kind } = snapshot.table.summary(row);
  const reasons = reasonsOf(readiness, row);
  const node = {
    id,
    short: snapshot.short(id),
    subject,
    status,
    ...(kind !== undefined && { kind }),
    ready: reasons.length === 0 && kind === undefined,
  };
  if (reasons.length === 0) return { ...node, reasons: [] };
  if (seen.has(row)) return { ...node, reasons: [], seen: true };
  // What a running task is held by is one line, and never explained elsewhere.
  const isLeaf = !isBlocked(readiness, row);
  if (!explained.has(row) && !isLeaf) return { ...node, reasons: [], more: reasons.length };
  seen.add(row);
  const shown = reasons.slice(0, MAX_REASONS).map((reason) => withCause(search, reason));
  const more = reasons.length - shown.length;
  return { ...node, reasons: shown, ...(more > 0 && { more }) };
}

/** The reasons for a row; that a gate is no work is no reason for whoever waits for it. */
function reasonsOf(readiness: Readiness, row: number): Reason[] {
  return reasonsAgainst(readiness, row).filter(({ kind }) => kind !== 'not-work');
}

function withCause(search: Search, reason: Reason): WhyReason {
  const { snapshot, readiness } = search;
  if (!('id' in reason)) return reason;
  const row = snapshot.table.rowOf(reason.id);
  if (row === NONE) return reason;
  // A task that works on the same files is told with who holds it; what it waits for itself is another question.
  const isNamed = reason.kind === 'scope' || reason.kind === 'own-work';
  const because = isNamed ? holding(search, row) : explain(search, row);
  if (reason.kind !== 'gate') return { ...reason, because };
  const change = snapshot.knownChange(readiness.table.id(row));
  return { ...reason, because, ...(change !== undefined && { by: change.by, at: toInstant(change.at * 1000) }) };
}

function holding({ snapshot, readiness }: Search, row: number): WhyNode {
  const { id, subject, status } = snapshot.table.summary(row);
  const isLive = isRunning(readiness.table, row, readiness.now);
  const reasons = isLive ? reasonsAgainst(readiness, row).filter(({ kind }) => kind === 'claimed') : [];
  return { id, short: snapshot.short(id), subject, status, ready: false, reasons };
}

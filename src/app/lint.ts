/** `lint`: whether the ledger is in order. For CI, hooks and people who merged by hand. */
import { readinessAt, scopeReasons } from '../graph/readiness.ts';
import { FLAG, NONE } from '../graph/table.ts';
import { findCycle } from '../graph/walk.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { isBroken } from './standstill.ts';
import { countTasks } from './stats.ts';
import type { Session } from './session.ts';
import { readTemplates } from './template.ts';

/** Something that is not in order. An `error` breaks a promise of the format, or stops all work; a `warning` deserves a look. */
export interface LintProblem {
  readonly code:
    | 'damaged'
    | 'template'
    | 'missing-blocker'
    | 'missing-parent'
    | 'cycle'
    | 'conflict'
    | 'cancelled-blocker'
    | 'overlap'
    | 'stuck'
    | 'foreign-merge';
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly id?: string;
  readonly path?: string;
  readonly line?: number;
  readonly column?: number;
}

/** The answer of `lint`. */
export interface LintAnswer {
  readonly problems: readonly LintProblem[];
  /** How many tasks were looked at. */
  readonly checked: number;
  readonly tip: string;
}

/** Checks every task of the ledger. */
export async function lintLedger(session: Session): Promise<LintAnswer> {
  const snapshot = await session.read();
  const problems = [
    ...damagedFiles(snapshot),
    ...(await templateProblems(snapshot)),
    ...danglingEdges(snapshot, session.world.now()),
    ...cycles(snapshot),
    ...conflicts(snapshot),
    ...overlaps(snapshot, session.world.now()),
    ...(await deadlock(session)),
    ...(session.isPast ? [] : await foreignMerges(session)),
  ];
  return { problems, checked: snapshot.table.size, tip: snapshot.tip };
}

function damagedFiles({ damaged }: Snapshot): LintProblem[] {
  return damaged.flatMap(({ path, problems }) =>
    problems.map(({ message, line, column }): LintProblem => {
      return { code: 'damaged', severity: 'error', message: `${path}: ${message}`, path, line, column };
    }),
  );
}

async function templateProblems(snapshot: Snapshot): Promise<LintProblem[]> {
  const templates = await readTemplates(snapshot);
  return templates.flatMap(({ path, problems }) =>
    problems.map(({ message, line, column }): LintProblem => {
      return { code: 'template', severity: 'error', message: `${path}: ${message}`, path, line, column };
    }),
  );
}

function danglingEdges(snapshot: Snapshot, now: number): LintProblem[] {
  const { table } = readinessAt(snapshot.table, now);
  const problems: LintProblem[] = [];
  for (let row = 0; row < table.size; row++) {
    const id = table.id(row);
    const name = snapshot.short(id);
    for (const blocker of table.blockers(row)) {
      if (blocker < NONE) {
        const message = `${name} waits for ${table.id(blocker)}, and no task has that id`;
        problems.push({ code: 'missing-blocker', severity: 'error', id, message });
      } else if (table.isOpen(row) && table.status(blocker) === 'cancelled') {
        const message = `${name} waits for ${snapshot.short(table.id(blocker))}, which is cancelled`;
        problems.push({ code: 'cancelled-blocker', severity: 'warning', id, message });
      }
    }
    const parent = table.parent(row);
    if (parent < NONE) {
      const message = `${name} is a part of ${table.id(parent)}, and no task has that id`;
      problems.push({ code: 'missing-parent', severity: 'error', id, message });
    }
  }
  return problems;
}

function cycles(snapshot: Snapshot): LintProblem[] {
  const { table } = snapshot;
  const cycle = findCycle(
    table,
    Array.from({ length: table.size }, (_, row) => row),
  );
  if (cycle === undefined) return [];
  const names = [...cycle, cycle[0] ?? 0].map((row) => snapshot.short(table.id(row)));
  const id = table.id(cycle[0] ?? 0);
  return [{ code: 'cycle', severity: 'error', id, message: `These tasks wait for each other: ${names.join(' -> ')}` }];
}

function conflicts(snapshot: Snapshot): LintProblem[] {
  const { table } = snapshot;
  const problems: LintProblem[] = [];
  for (let row = 0; row < table.size; row++) {
    if (!table.has(row, FLAG.conflicts)) continue;
    const id = table.id(row);
    const message = `${snapshot.short(id)} has ${table.summary(row).conflicts ?? 0} open conflict(s); see: git tasks resolve ${snapshot.short(id)}`;
    problems.push({ code: 'conflict', severity: 'warning', id, message });
  }
  return problems;
}

/** Running tasks that may touch the same files: nobody may start them so, but two clones can. */
function overlaps(snapshot: Snapshot, now: number): LintProblem[] {
  const readiness = readinessAt(snapshot.table, now);
  return readiness.runningScopes.flatMap((row) =>
    scopeReasons(readiness, row).flatMap(({ id: other, mine, theirs }): LintProblem[] => {
      const id = snapshot.table.id(row);
      if (id > other) return [];
      const message = `${snapshot.short(id)} (${mine}) and ${snapshot.short(other)} (${theirs}) are in progress and may touch the same files`;
      return [{ code: 'overlap', severity: 'warning', id, message }];
    }),
  );
}

/** An error where the plan is broken; a closed gate is as it should be, and only worth a word. */
async function deadlock(session: Session): Promise<LintProblem[]> {
  const { standstill } = await countTasks(session);
  if (standstill === undefined) return [];
  const { open, causes, total } = standstill;
  const reasons = causes.map(({ message, holdsUp }) => `${message} (holds up ${holdsUp})`);
  const more = total > causes.length ? `; and ${total - causes.length} more` : '';
  const message = `Nothing is ready and nobody is working, but ${open} task(s) are open: ${reasons.join('; ')}${more}`;
  return [{ code: 'stuck', severity: isBroken(standstill) ? 'error' : 'warning', message }];
}

async function foreignMerges({ ledger }: Session): Promise<LintProblem[]> {
  return (await ledger.unmended()).map(({ merge, tasks }): LintProblem => {
    const message = `The merge ${merge.slice(0, 12)} was made without git-tasks and lost changes of ${tasks.length} task(s); the next sync or change mends it`;
    return { code: 'foreign-merge', severity: 'warning', message };
  });
}

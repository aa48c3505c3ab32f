/** Circles of tasks that wait for each other. Commands refuse to make one, so somebody wrote it by hand. */
import { type Adjacency, childrenOf, findCycle, neighbours } from '../../graph/walk.ts';
import { NONE, type TaskTable } from '../../graph/table.ts';
import { breakCycles, type DroppedEdge } from '../../interop/break-cycles.ts';
import type { Conflict, Task, TaskId } from '../../task/types.ts';
import type { Check, Diagnosis, State } from './diagnosis.ts';
import type { Finding } from './finding.ts';
import { withConflicts } from './keep-both.ts';

/**
 * Breaks each circle at one edge, chosen by the ids alone (see `breakCycles`), so that every clone chooses the same. The
 * edge stays as a conflict of its task until a person has settled it.
 */
export const cycles: Check = {
  title: 'break circles of tasks that wait for each other',
  run: async (state) => {
    const { table } = state.snapshot;
    const rows = Array.from({ length: table.size }, (_, row) => row);
    if (findCycle(table, rows) === undefined) return [];
    const nodes = rows.map((row) => ({ key: table.id(row), ...table.summary(row) }));
    const children = childrenOf(table);
    const diagnoses: Diagnosis[] = [];
    for (const [id, edges] of edgesByTask(breakCycles(nodes).dropped)) {
      const task = withoutEdges(await state.snapshot.task(id), edges);
      const operations = [{ op: 'adopt', id, task }] as const;
      diagnoses.push(...edges.map((edge) => ({ finding: findingOf(state, edge, children), operations })));
    }
    return diagnoses;
  },
};

function edgesByTask(edges: readonly DroppedEdge[]): Map<TaskId, DroppedEdge[]> {
  const byTask = new Map<TaskId, DroppedEdge[]>();
  for (const edge of edges) byTask.set(edge.from, [...(byTask.get(edge.from) ?? []), edge]);
  return byTask;
}

function withoutEdges(task: Task, edges: readonly DroppedEdge[]): Task {
  const blockers = new Set(edges.filter(({ kind }) => kind === 'blockedBy').map(({ to }) => to));
  const blockedBy = task.blockedBy.filter((id) => !blockers.has(id));
  const conflicts: Conflict[] =
    blockers.size > 0 ? [{ field: 'blockedBy', kept: blockedBy, other: task.blockedBy }] : [];
  const { parent, ...rest } = task;
  const isOrphaned = edges.some(({ kind }) => kind === 'parent');
  if (isOrphaned) conflicts.push({ field: 'parent', kept: null, other: parent ?? null });
  const reviews = task.reviews.filter((id) => !blockers.has(id));
  const kept = { ...rest, blockedBy, reviews, ...(!isOrphaned && parent !== undefined && { parent }) };
  return withConflicts(kept, conflicts);
}

function findingOf({ snapshot }: State, edge: DroppedEdge, children: Adjacency): Finding {
  const { table } = snapshot;
  const waits = edge.kind === 'parent' ? [edge.to, edge.from] : [edge.from, edge.to];
  const [first, second] = waits.map((id) => table.rowOf(id));
  const way = wayBetween(table, children, { from: second ?? NONE, to: first ?? NONE });
  const names = [first ?? NONE, ...way].map((row) => snapshot.short(table.id(row)));
  const short = snapshot.short(edge.from);
  const drop =
    edge.kind === 'parent' ? `the parent of ${short}` : `${snapshot.short(edge.to)} among the blockers of ${short}`;
  return {
    code: 'cycle',
    severity: 'error',
    id: edge.from,
    message: `These tasks wait for each other: ${names.join(' -> ')}`,
    hint: `Drop ${drop}, and keep that as a conflict to settle, with: git tasks doctor --fix`,
  };
}

/** The shortest way along what rows wait for, both ends included. */
function wayBetween(
  table: TaskTable,
  children: Adjacency,
  ends: { readonly from: number; readonly to: number },
): number[] {
  const cameFrom = new Map<number, number>([[ends.from, NONE]]);
  for (const row of cameFrom.keys()) {
    if (row === ends.to) break;
    for (const next of [...table.blockers(row), ...neighbours(children, row)]) {
      if (next >= 0 && !cameFrom.has(next)) cameFrom.set(next, row);
    }
  }
  const way: number[] = [];
  for (let row: number | undefined = ends.to; row !== undefined && row !== NONE; row = cameFrom.get(row))
    way.unshift(row);
  return way;
}

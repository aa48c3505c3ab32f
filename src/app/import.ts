/**
 * `import`: tasks from another system, in one commit.
 *
 * A foreign id always leads to the same task: the one that carries it as an alias, else a new one whose id is a hash of
 * it. What was imported before and has not changed at its source is left alone, so that a second run changes nothing
 * and work done here since is not undone by it.
 */
import { createHash } from 'node:crypto';
import { invariant, TasksError } from '../errors.ts';
import { NONE } from '../graph/table.ts';
import { findCycle } from '../graph/walk.ts';
import { breakCycles, type DroppedEdge } from '../interop/break-cycles.ts';
import { decodeBeads } from '../interop/beads.ts';
import { decodeJsonl } from '../interop/jsonl.ts';
import type { ImportedTask, ImportIssue } from '../interop/types.ts';
import { leaseState } from '../lease/lease.ts';
import { sameJson } from '../task/changes.ts';
import { newTask } from '../task/operations.ts';
import { summaryOf } from '../task/summary.ts';
import { sortedSet } from '../task/text.ts';
import type { JsonValue, Task, TaskId } from '../task/types.ts';
import { keyedId } from './add.ts';
import { makeChange, type PlanContext, type WriteOptions } from './change.ts';
import type { Session } from './session.ts';
import { Workbench } from './workbench.ts';

export type ImportFormat = 'beads' | 'jsonl';

export interface ImportInput {
  readonly format: ImportFormat;
  readonly text: string;
  /** Tells what would happen and writes nothing. */
  readonly dryRun?: boolean | undefined;
}

/** What an import did. */
export interface ImportAnswer {
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  /** Tasks that the source holds. */
  readonly total: number;
  readonly commit: string;
  /** What could not be carried over as it was, and why. */
  readonly issues: readonly ImportIssue[];
}

/** Imports a text. Nothing is written when nothing differs. */
export async function importTasks(
  session: Session,
  input: ImportInput,
  options: WriteOptions = {},
): Promise<ImportAnswer> {
  const plan = async (bench: Workbench, context: PlanContext): Promise<Counts> =>
    PLANS[input.format](bench, input.text, context);
  if (input.dryRun === true) return previewImport(session, plan);
  const title = options.title ?? `import ${input.format}`;
  const { result, commit } = await makeChange(session, plan, { ...options, title });
  return { ...result, commit };
}

type Counts = Omit<ImportAnswer, 'commit'>;
type ImportPlan = (bench: Workbench, text: string, context: PlanContext) => Promise<Counts>;

const PLANS: Readonly<Record<ImportFormat, ImportPlan>> = { beads: planBeads, jsonl: planJsonl };

async function previewImport(
  session: Session,
  plan: (bench: Workbench, context: PlanContext) => Promise<Counts>,
): Promise<ImportAnswer> {
  const snapshot = await session.read();
  const { world } = session;
  const random = (length: number): Uint8Array => world.random(length);
  const context = { author: session.author(), now: world.now(), lease: session.lease(), list: session.list, random };
  return { ...(await plan(new Workbench(snapshot, random), context)), commit: snapshot.tip };
}

async function planJsonl(bench: Workbench, text: string): Promise<Counts> {
  const { tasks, issues } = decodeJsonl(text);
  const counts = { created: 0, changed: 0, unchanged: 0 };
  for (const task of tasks) counts[await adopt(bench, task)]++;
  return { ...counts, total: tasks.length, issues };
}

async function planBeads(bench: Workbench, text: string, context: PlanContext): Promise<Counts> {
  const { snapshot } = bench;
  const decoded = decodeBeads(text, (key) => snapshot.withAlias(key).length > 0);
  const ids = new Map<string, TaskId>();
  for (const { key } of decoded.tasks) ids.set(key, idOf(bench, key, context.list));
  const idFor = (key: string): TaskId => ids.get(key) ?? idOf(bench, key, context.list);
  // Read together: one by one they cost several times as much.
  await snapshot.tasks([...ids.values()].filter((id) => snapshot.has(id)));
  const counts = { created: 0, changed: 0, unchanged: 0 };
  const changed: Task[] = [];
  for (const task of decoded.tasks) {
    const id = idFor(task.key);
    const before = await bench.get(id);
    const after = importedTask(task, before, { id, idFor, context });
    if (after === undefined) counts.unchanged++;
    else changed.push(after);
  }
  const { tasks, issues } = withoutCycles(bench, changed);
  for (const task of tasks) counts[await adopt(bench, task)]++;
  return { ...counts, total: decoded.tasks.length, issues: [...decoded.issues, ...issues] };
}

async function adopt(bench: Workbench, task: Task): Promise<'created' | 'changed' | 'unchanged'> {
  const before = await bench.get(task.id);
  if (before !== undefined && sameJson(before, task)) return 'unchanged';
  await bench.push({ op: before === undefined ? 'create' : 'adopt', id: task.id, task });
  return before === undefined ? 'created' : 'changed';
}

/** The task that carries the foreign id, else the id that every machine gives it. */
function idOf({ snapshot }: Workbench, key: string, list: string): TaskId {
  const known = snapshot.withAlias(key);
  if (known.length > 1) {
    throw new TasksError(
      'ambiguous',
      `${known.length} tasks carry the id ${JSON.stringify(key)}: ${known.join(', ')}`,
      {
        hint: 'Remove it from all but one: git tasks edit ID',
        data: { key, candidates: known },
      },
    );
  }
  return known[0] ?? keyedId(list, `beads\0${key}`);
}

interface Place {
  readonly id: TaskId;
  readonly idFor: (key: string) => TaskId;
  readonly context: PlanContext;
}

/** The task as its source has it now, joined with what is only known here; undefined when the source did not change. */
function importedTask(source: ImportedTask, before: Task | undefined, { id, idFor, context }: Place): Task | undefined {
  const seen = createHash('sha256').update(JSON.stringify(source)).digest('hex').slice(0, 12);
  const { metadata, ...fields } = source.fields;
  const entry = { ...(metadata['beads'] as Record<string, JsonValue>), seen };
  const old = before?.metadata['beads'] as { readonly seen?: string } | undefined;
  if (before !== undefined && old?.seen === seen) return undefined;
  const edges = {
    blockedBy: sortedSet(source.blockedBy.map(idFor)),
    ...(source.parent !== undefined && { parent: idFor(source.parent) }),
  };
  const task = newTask({ id, list: before?.list ?? context.list, created: fields.created }, { ...fields, ...edges });
  const joined = { ...task, metadata: { ...before?.metadata, ...metadata, beads: entry } };
  return before === undefined ? joined : { ...joined, ...keptHere(before, task, context.now) };
}

/** What an import must not take away: notes, a running claim with its status, fields of newer versions. */
function keptHere(before: Task, task: Task, now: number): Partial<Task> {
  const ids = new Set(task.notes.map((note) => note.id));
  const held = leaseState(before.claim, now) === 'live';
  return {
    notes: [...task.notes, ...before.notes.filter((note) => !ids.has(note.id))],
    conflicts: before.conflicts,
    extra: before.extra,
    ...(before.claim !== undefined && { claim: before.claim }),
    ...(held && { status: before.status, ...(before.owner !== undefined && { owner: before.owner }) }),
  };
}

/**
 * Drops the edges that would close circles, here or with what the ledger holds, and says which. Only edges of imported
 * tasks go: what the ledger holds was free of circles before.
 */
function withoutCycles({ snapshot }: Workbench, tasks: readonly Task[]): { tasks: Task[]; issues: ImportIssue[] } {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const issues: ImportIssue[] = [];
  const drop = (edge: DroppedEdge): Task => {
    const task = byId.get(edge.from);
    invariant(task !== undefined, `${edge.from}, which loses an edge, is imported`);
    const next = withoutEdge(task, edge);
    byId.set(next.id, next);
    const what = edge.kind === 'parent' ? 'being a part of' : 'waiting for';
    issues.push({
      key: edge.from,
      message: `${edge.from} ${what} ${edge.to} would close a circle`,
      kind: 'dropped-edge',
    });
    return next;
  };
  const nodes = tasks.map(({ id, blockedBy, parent }) => ({
    key: id,
    blockedBy,
    ...(parent !== undefined && { parent }),
  }));
  for (const edge of breakCycles(nodes).dropped) drop(edge);
  const table = snapshot.table.clone();
  table.upsertAll([...byId.values()].map(summaryOf));
  const search = (): number[] | undefined => {
    const ids = [...byId.values()].flatMap(({ id, parent }) => (parent === undefined ? [id] : [id, parent]));
    return findCycle(
      table,
      ids.map((id) => table.rowOf(id)).filter((row) => row !== NONE),
    );
  };
  for (let cycle = search(); cycle !== undefined; cycle = search()) {
    const edge = importedEdge(
      cycle.map((row) => table.id(row)),
      byId,
    );
    if (edge === undefined) break;
    table.upsertAll([summaryOf(drop(edge))]);
  }
  return { tasks: [...byId.values()], issues };
}

function withoutEdge(task: Task, { to, kind }: DroppedEdge): Task {
  if (kind === 'blockedBy') return { ...task, blockedBy: task.blockedBy.filter((id) => id !== to) };
  const { parent: _parent, ...rest } = task;
  return rest;
}

/** An edge of a circle (each task waits for the next) that an imported task has; a parent only if there is no other. */
function importedEdge(circle: readonly TaskId[], imported: ReadonlyMap<TaskId, Task>): DroppedEdge | undefined {
  const edges = circle.flatMap((waiter, i): DroppedEdge[] => {
    const target = circle[(i + 1) % circle.length] ?? waiter;
    if (imported.get(waiter)?.blockedBy.includes(target) === true)
      return [{ from: waiter, to: target, kind: 'blockedBy' }];
    return imported.get(target)?.parent === waiter ? [{ from: target, to: waiter, kind: 'parent' }] : [];
  });
  return edges.find(({ kind }) => kind === 'blockedBy') ?? edges[0];
}

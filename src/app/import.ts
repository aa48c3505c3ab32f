/**
 * `import`: tasks from another system, in one commit.
 *
 * A foreign id always leads to the same task: the one that carries it as an alias, else a new one whose id is a hash of
 * it. What was imported before and has not changed at its source is left alone, so that a second run changes nothing
 * and work done here since is not undone by it.
 */
import { invariant, TasksError } from '../errors.ts';
import { NONE } from '../graph/table.ts';
import { findCycle } from '../graph/walk.ts';
import { breakCycles, type DroppedEdge } from '../interop/break-cycles.ts';
import { decodeBeads } from '../interop/beads.ts';
import { decodeJsonl } from '../interop/jsonl.ts';
import { decodeMarkdown, type FormerItem, withFormerKeys } from '../interop/markdown.ts';
import { decodeTodos } from '../interop/todos.ts';
import type { Decoded, ImportIssue } from '../interop/types.ts';
import { sameJson } from '../task/changes.ts';
import { toInstant } from '../task/instant.ts';
import { summaryOf } from '../task/summary.ts';
import type { JsonValue, Task, TaskId } from '../task/types.ts';
import { makeChange, type PlanContext, previewChange, type WriteOptions } from './change.ts';
import { importedTask } from './imported-task.ts';
import { keyedId } from './key.ts';
import type { Session } from './session.ts';
import type { Workbench } from './workbench.ts';

export type ImportFormat = 'beads' | 'jsonl' | 'markdown' | 'todos';

export interface ImportInput {
  readonly format: ImportFormat;
  readonly text: string;
  /** Name of the file, which tells the items of one checklist from those of another. */
  readonly file?: string | undefined;
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
  const plan: ImportPlan = async (bench, context) => PLANS[input.format](bench, context, input);
  return runImport(session, { ...input, plan }, options);
}

/** Runs what an import has planned: as one commit, or as a rehearsal. */
export async function runImport(
  session: Session,
  {
    format,
    dryRun,
    plan,
  }: { readonly format: string; readonly dryRun?: boolean | undefined; readonly plan: ImportPlan },
  options: WriteOptions,
): Promise<ImportAnswer> {
  if (dryRun === true) {
    const { result, commit } = await previewChange(session, plan);
    return { ...result, commit };
  }
  const title = options.title ?? `import ${format}`;
  const { result, commit } = await makeChange(session, plan, { ...options, title });
  return { ...result, commit };
}

type Counts = Omit<ImportAnswer, 'commit'>;
/** Prepares an import on a workbench. */
export type ImportPlan = (bench: Workbench, context: PlanContext) => Promise<Counts>;
type TextPlan = (bench: Workbench, context: PlanContext, input: ImportInput) => Promise<Counts>;

const PLANS: Readonly<Record<ImportFormat, TextPlan>> = {
  beads: async (bench, context, { text }) => {
    const decoded = decodeBeads(text, (key) => bench.snapshot.withAlias(key).length > 0);
    return planForeign(bench, context, { entry: 'beads', decoded });
  },
  jsonl: async (bench, _context, { text }) => planJsonl(bench, text),
  markdown: async (bench, context, { text, file = 'checklist' }) => {
    const { tasks, issues } = decodeMarkdown(text, { file, created: toInstant(context.now) });
    const former = await formerItems(bench, file);
    return planForeign(bench, context, {
      entry: 'markdown',
      decoded: { tasks: withFormerKeys(tasks, former), issues },
    });
  },
  todos: async (bench, context, { text }) =>
    planForeign(bench, context, { entry: 'todos', decoded: decodeTodos(text, toInstant(context.now)) }),
};

/** What earlier imports of this file have made. */
async function formerItems({ snapshot }: Workbench, file: string): Promise<FormerItem[]> {
  const { table } = snapshot;
  const tasks = await snapshot.tasks(Array.from({ length: table.size }, (_, row) => table.id(row)));
  return tasks.flatMap(({ metadata, subject }) => {
    const key = (metadata['markdown'] as { readonly id?: JsonValue } | undefined)?.id;
    return typeof key === 'string' && key.startsWith(`${file}#`) ? [{ key, subject }] : [];
  });
}

async function planJsonl(bench: Workbench, text: string): Promise<Counts> {
  const { tasks, issues } = decodeJsonl(text);
  const counts = { created: 0, changed: 0, unchanged: 0 };
  for (const task of tasks) counts[await adopt(bench, task)]++;
  return { ...counts, total: tasks.length, issues };
}

/** What a source holds, and the entry of `metadata` that remembers it. */
interface ForeignSource {
  readonly entry: string;
  readonly decoded: Decoded;
  /** Tasks of this ledger that the source holds under a key: they are left as they are. */
  readonly own?: ReadonlyMap<string, TaskId>;
}

/** Plans the import of the tasks of a foreign source. */
export async function planForeign(
  bench: Workbench,
  context: PlanContext,
  { entry, decoded, own = new Map() }: ForeignSource,
): Promise<Counts> {
  const { snapshot } = bench;
  const ids = new Map<string, TaskId>();
  for (const { key } of decoded.tasks) ids.set(key, idOf(bench, `${entry}\0${key}`, context.list));
  const idFor = (key: string): TaskId => own.get(key) ?? ids.get(key) ?? idOf(bench, `${entry}\0${key}`, context.list);
  // Read together: one by one they cost several times as much.
  await snapshot.tasks([...ids.values()].filter((id) => snapshot.has(id)));
  const counts = { created: 0, changed: 0, unchanged: 0 };
  const changed: Task[] = [];
  for (const task of decoded.tasks) {
    const id = idFor(task.key);
    const before = await bench.get(id);
    const after = importedTask(task, before, { id, idFor, context, entry });
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
  await bench.push({ op: 'adopt', id: task.id, task });
  return before === undefined ? 'created' : 'changed';
}

/** The task that carries the foreign id, else the id that every machine gives it. */
function idOf({ snapshot }: Workbench, source: string, list: string): TaskId {
  const key = source.slice(source.indexOf('\0') + 1);
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
  return known[0] ?? keyedId(list, source);
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
  const without = (ids: readonly TaskId[]): TaskId[] => ids.filter((id) => id !== to);
  if (kind === 'blockedBy') return { ...task, blockedBy: without(task.blockedBy), reviews: without(task.reviews) };
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

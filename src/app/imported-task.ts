/** Joins a task as its source has it with what is only known here. Pure. */
import { createHash } from 'node:crypto';
import type { ImportedTask } from '../interop/types.ts';
import { leaseState } from '../lease/lease.ts';
import { applyOperation, newTask } from '../task/operations.ts';
import { sortedSet } from '../task/text.ts';
import type { JsonValue, Status, Task, TaskId } from '../task/types.ts';
import type { PlanContext } from './change.ts';

/** Where an imported task goes. */
export interface Place {
  readonly id: TaskId;
  readonly idFor: (key: string) => TaskId;
  readonly context: PlanContext;
  /** The entry of `metadata` that remembers the source. */
  readonly entry: string;
}

/** What is remembered of a source: a digest of what it said, and the status that it gave. */
interface Memory {
  readonly seen?: string;
  readonly was?: Status;
}

/** The task as its source has it now, joined with what is only known here; undefined when the source did not change. */
export function importedTask(source: ImportedTask, before: Task | undefined, place: Place): Task | undefined {
  const { id, idFor, context, entry } = place;
  const isWhole = entry === 'beads';
  const seen = digestOf(source, isWhole);
  const { metadata, ...fields } = source.fields;
  const old = before?.metadata[entry] as Memory | undefined;
  if (before !== undefined && old?.seen === seen) return undefined;
  const own = metadata[entry] as Record<string, JsonValue>;
  const memory = { ...own, seen, ...(!isWhole && { was: fields.status }) };
  const edges = {
    blockedBy: sortedSet(source.blockedBy.map(idFor)),
    ...(source.parent !== undefined && { parent: idFor(source.parent) }),
  };
  const task = newTask({ id, list: before?.list ?? context.list, created: fields.created }, { ...fields, ...edges });
  const joined = { ...task, metadata: { ...before?.metadata, ...metadata, [entry]: memory } };
  if (before === undefined) return joined;
  return isWhole ? { ...joined, ...keptHere(before, task, context.now) } : updated(before, joined, { old, context });
}

/** A source without times of its own says nothing by the moment at which it was read. */
function digestOf(source: ImportedTask, isWhole: boolean): string {
  const { created: _created, ...timeless } = source.fields;
  const said = isWhole ? source : { ...source, fields: timeless };
  return createHash('sha256').update(JSON.stringify(said)).digest('hex').slice(0, 12);
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
 * A plain source knows a few fields only: those follow it, the rest is as it was. The status follows where the source has
 * moved on since the last import and nobody works on the task here.
 */
function updated(
  before: Task,
  source: Task,
  { old, context }: { readonly old: Memory | undefined; readonly context: PlanContext },
): Task {
  const { activeForm, description, parent } = source;
  const next: Task = {
    ...before,
    subject: source.subject,
    ...(activeForm !== undefined && { activeForm }),
    ...(description !== undefined && { description }),
    ...(parent !== undefined && { parent }),
    blockedBy: sortedSet([...before.blockedBy, ...source.blockedBy]),
    metadata: source.metadata,
  };
  const isHeld = leaseState(before.claim, context.now) === 'live';
  if (isHeld || old?.was === source.status || before.status === source.status) return next;
  return inStatus(next, source, context.author.actor);
}

function inStatus(task: Task, { status, owner }: Task, actor: string): Task {
  const { id } = task;
  if (status === 'completed') return applyOperation(task, { op: 'complete', id, by: actor });
  if (status === 'cancelled') return applyOperation(task, { op: 'cancel', id });
  const open = applyOperation(task, { op: 'reopen', id });
  return status === 'pending' ? open : { ...open, status, ...(owner !== undefined && { owner }) };
}

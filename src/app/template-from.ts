/** `template add --from`: makes a template of a task and its parts, as they are now. */
import { invariant } from '../errors.ts';
import { childrenOfRow } from '../graph/walk.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { escapeFields, type TemplateFields, type TemplateTask } from '../task/template.ts';
import type { JsonValue, Task, TaskId } from '../task/types.ts';
import { isMap } from '../task/validate.ts';
import { encodeTemplate } from '../yaml/template.ts';
import type { Session } from './session.ts';

/**
 * The text of a template that makes a task, its parts and theirs again. Dollars in their texts stay dollars. Edges to
 * tasks outside go, and so does what belongs to the life of a task: its status, claim, result, notes, dates and key.
 */
export async function templateFrom(session: Session, { id: name }: { readonly id: string }): Promise<string> {
  const snapshot = await session.read();
  const top = snapshot.find(name);
  const ids = [top, ...partsOf(snapshot, top)];
  const tasks = await snapshot.tasks(ids);
  const names = namesOf(tasks);
  const made = tasks.map((task): TemplateTask => ({ name: nameIn(names, task.id), fields: fieldsOf(task, names) }));
  return encodeTemplate({ arguments: [], tasks: made });
}

/** All parts below a task, each once, those of one task in the order of their creation. */
function partsOf(snapshot: Snapshot, id: TaskId): TaskId[] {
  const { table } = snapshot;
  const found: number[] = [];
  const queue = [table.rowOf(id)];
  for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
    const children = childrenOfRow(table, row).filter((child) => !found.includes(child));
    found.push(...children);
    queue.push(...children);
  }
  return found.map((row) => table.id(row));
}

/** A name for each task: the letters and digits of its subject, with a number where that is taken. */
function namesOf(tasks: readonly Task[]): ReadonlyMap<TaskId, string> {
  const names = new Map<TaskId, string>();
  const taken = new Set<string>();
  for (const { id, subject } of tasks) {
    const words = subject.toLowerCase().match(/[a-z0-9]+/g) ?? ['task'];
    const base = words.join('-').slice(0, 40).replace(/-+$/, '');
    let name = base;
    for (let number = 2; taken.has(name); number++) name = `${base}-${number}`;
    taken.add(name);
    names.set(id, name);
  }
  return names;
}

function fieldsOf(task: Task, names: ReadonlyMap<TaskId, string>): TemplateFields {
  // An entry with an `id` says who this very task is elsewhere: a copy would answer to the same name.
  const metadata = Object.fromEntries(Object.entries(task.metadata).filter(([, entry]) => !isIdentity(entry)));
  const inside = (ids: readonly TaskId[]): string[] => ids.flatMap((id) => names.get(id) ?? []);
  const reviews = inside(task.reviews);
  const blockedBy = inside(task.blockedBy).filter((name) => !reviews.includes(name));
  const parent = task.parent === undefined ? undefined : names.get(task.parent);
  const texts = escapeFields({
    subject: task.subject,
    ...(task.activeForm !== undefined && { activeForm: task.activeForm }),
    ...(task.priority !== 2 && { priority: task.priority }),
    ...some({ labels: task.labels, scope: task.scope, acceptance: task.acceptance, checks: task.checks }),
    ...(task.description !== undefined && { description: task.description }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
  });
  return { ...texts, ...some({ blockedBy, reviews }), ...(parent !== undefined && { parent }) };
}

function isIdentity(entry: JsonValue): boolean {
  return isMap(entry) && Object.hasOwn(entry, 'id');
}

function some(sets: Readonly<Record<string, readonly string[]>>): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(Object.entries(sets).filter(([, members]) => members.length > 0));
}

function nameIn(names: ReadonlyMap<TaskId, string>, id: TaskId): string {
  const name = names.get(id);
  invariant(name !== undefined, `${id} has a name in its template`);
  return name;
}

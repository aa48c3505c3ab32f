/** Which gates tasks wait for: from names to ids, making gates that are new. */
import { TasksError } from '../errors.ts';
import { GATE, gateKey } from '../task/gates.ts';
import { toInstant } from '../task/instant.ts';
import { type Edit, newTask } from '../task/operations.ts';
import { normalizeLine, sortedSet } from '../task/text.ts';
import type { Task, TaskId } from '../task/types.ts';
import type { PlanContext } from './change.ts';
import { keyedId } from './key.ts';
import type { Workbench } from './workbench.ts';

/** The gates of an edit, by name, and the list whose gates they are. */
export interface GateNames {
  readonly gates?: readonly string[] | undefined;
  readonly ungate?: readonly string[] | undefined;
  readonly list: string;
  readonly context: PlanContext;
}

/** The edit with edges to these gates, and without those to others. */
export async function withGates(bench: Workbench, edit: Edit, names: GateNames): Promise<Edit> {
  const { gates = [], ungate = [], list, context } = names;
  const added: TaskId[] = [...(edit.add?.blockedBy ?? [])];
  const removed: TaskId[] = [...(edit.remove?.blockedBy ?? [])];
  for (const name of gates) added.push(await ensureGate(bench, { name, list }, context));
  for (const name of ungate) removed.push((await mustGetGate(bench, { name, list, elsewhere: true })).id);
  return {
    ...edit,
    ...(gates.length > 0 && { add: { ...edit.add, blockedBy: sortedSet(added) } }),
    ...(ungate.length > 0 && { remove: { ...edit.remove, blockedBy: sortedSet(removed) } }),
  };
}

/** A gate by the name that people use, in a list. */
export interface GateName {
  readonly name: string;
  readonly list: string;
  /** Take the gate of another list where this one has none of the name. */
  readonly elsewhere?: boolean;
}

/** The id of the gate, which is made where there is none: closed, and the same in every clone. */
export async function ensureGate(bench: Workbench, { name, list }: GateName, context: PlanContext): Promise<TaskId> {
  const known = await gateOf(bench, { name, list });
  if (known !== undefined) return known.id;
  const subject = normalizeLine(name);
  if (subject === '') throw new TasksError('invalid', 'A gate needs a name', { hint: 'git tasks gate close NAME' });
  const key = gateKey(subject);
  const id = keyedId(list, key);
  if ((await bench.get(id)) !== undefined) {
    throw new TasksError('exists', `The key ${JSON.stringify(key)} was used for ${id}, which is no gate`, {
      hint: 'Choose another name',
      data: { id, key },
    });
  }
  const identity = { id, list, created: toInstant(context.now) };
  // An entry with an `id` is an alias: `gate:NAME` finds the gate wherever an id can be given.
  const fields = { subject, kind: GATE, createdBy: context.author.actor, metadata: { key: { id: key } } };
  await bench.push({ op: 'create', id, task: newTask(identity, fields) });
  return id;
}

/** The gate that is meant: by its name in the list, by its id, or by its name elsewhere. */
export async function findGate(bench: Workbench, { name, list, elsewhere }: GateName): Promise<Task | undefined> {
  const known = await gateOf(bench, { name, list });
  if (known !== undefined) return known;
  for (const other of elsewhere === true ? [name, gateKey(normalizeLine(name))] : [name]) {
    const id = tryFind(bench, other);
    const task = id === undefined ? undefined : await bench.get(id);
    if (task?.kind === GATE) return task;
  }
  return undefined;
}

/** The gate that is meant. Throws `not-found`. */
export async function mustGetGate(bench: Workbench, gate: GateName): Promise<Task> {
  const found = await findGate(bench, gate);
  if (found !== undefined) return found;
  const { name } = gate;
  throw new TasksError('not-found', `No gate ${JSON.stringify(name)} in this ledger`, {
    hint: `See: git tasks gate list. Make it with: git tasks gate close ${JSON.stringify(name)}`,
    data: { gate: name },
  });
}

async function gateOf(bench: Workbench, { name, list }: GateName): Promise<Task | undefined> {
  const task = await bench.get(keyedId(list, gateKey(normalizeLine(name))));
  return task?.kind === GATE ? task : undefined;
}

function tryFind(bench: Workbench, name: string): TaskId | undefined {
  try {
    return bench.find(name);
  } catch (error) {
    if (error instanceof TasksError && error.code === 'not-found') return undefined;
    throw error;
  }
}

/** Creates many tasks in one commit, with edges among them in any direction. */
import { TasksError } from '../errors.ts';
import type { TaskId } from '../task/types.ts';
import { type AddInput, planAdd } from './add.ts';
import { answerTasks, makeChange, type PlanContext, type TasksAnswer, type WriteOptions } from './change.ts';
import { editOf, pushBlocks } from './fields-input.ts';
import type { Session } from './session.ts';
import type { Workbench } from './workbench.ts';

/** A task of the many. Wherever an id may stand, `@name` means the task of this call that has that name. */
export interface NewTaskInput extends AddInput {
  readonly name?: string | undefined;
}

/** Creates the tasks in their order, all or none. */
export async function addTasks(
  session: Session,
  inputs: readonly NewTaskInput[],
  options: WriteOptions = {},
): Promise<TasksAnswer> {
  if (inputs.length === 0) throw new TasksError('usage', 'No task to create', { hint: 'Give at least one' });
  const title = options.title ?? (inputs.length > 1 ? `add ${inputs.length} tasks` : undefined);
  const change = await makeChange(session, (bench, context) => planAddMany(bench, inputs, context), {
    ...options,
    title,
  });
  return answerTasks(session, change);
}

/** Plans the creations, then the edges that lead to tasks further down. */
async function planAddMany(bench: Workbench, inputs: readonly NewTaskInput[], context: PlanContext): Promise<TaskId[]> {
  const ids: TaskId[] = [];
  const later: (() => Promise<void>)[] = [];
  const unnamed = new Set(inputs.flatMap(({ name }) => (name === undefined ? [] : [`@${name}`])));
  for (const [i, { name, ...input }] of inputs.entries()) {
    const { now, rest } = splitEdges(input, (other) => unnamed.has(other));
    const id = await about(i, () => planAdd(bench, now, context));
    ids.push(id);
    bench.call(id, { words: `task ${i + 1}`, place: { task: i } });
    if (name !== undefined) {
      await about(i, async () => bench.name(name, id));
      unnamed.delete(`@${name}`);
    }
    if (rest !== undefined) later.push(() => about(i, () => planEdges(bench, { ...rest, id }, context)));
  }
  for (const plan of later) await plan();
  return ids;
}

type Edges = Pick<NewTaskInput, 'blockedBy' | 'blocks' | 'parent'>;

/** What can be said at once, and the edges to tasks that do not exist yet. */
function splitEdges(
  input: AddInput,
  isLater: (name: string) => boolean,
): { readonly now: AddInput; readonly rest: Edges | undefined } {
  const { blockedBy = [], blocks = [], parent } = input;
  const waits = [...blockedBy, ...blocks, ...(typeof parent === 'string' ? [parent] : [])].some(isLater);
  if (!waits) return { now: input, rest: undefined };
  const isNow = (name: string): boolean => !isLater(name);
  const isParentLater = typeof parent === 'string' && isLater(parent);
  return {
    now: {
      ...input,
      blockedBy: blockedBy.filter(isNow),
      blocks: blocks.filter(isNow),
      parent: isParentLater ? undefined : parent,
    },
    rest: {
      blockedBy: blockedBy.filter(isLater),
      blocks: blocks.filter(isLater),
      parent: isParentLater ? parent : undefined,
    },
  };
}

async function planEdges(
  bench: Workbench,
  edges: Edges & { readonly id: TaskId },
  context: PlanContext,
): Promise<void> {
  const { id, blocks, ...fields } = edges;
  await bench.push({ op: 'edit', id, edit: editOf(bench, fields, context) });
  await pushBlocks(bench, id, blocks);
}

/** Names the entry that a refusal is about. */
async function about<T>(i: number, plan: () => Promise<T>): Promise<T> {
  try {
    return await plan();
  } catch (error) {
    if (!(error instanceof TasksError)) throw error;
    const { code, hint, data } = error;
    const details = { data: { ...data, task: i }, cause: error, ...(hint !== undefined && { hint }) };
    throw new TasksError(code, `Task ${i + 1}: ${error.message}`, details);
  }
}

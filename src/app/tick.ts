/** `tick`: says of lines of `acceptance` that they were found to be true. */
import { TasksError } from '../errors.ts';
import { normalizeLine } from '../task/text.ts';
import type { Task, TaskId } from '../task/types.ts';
import { answerTask, makeChange, type TaskAnswer, type WriteOptions } from './change.ts';
import type { Session } from './session.ts';
import type { Workbench } from './workbench.ts';

export interface TickInput {
  readonly id: string;
  /** Lines of `acceptance`, or their numbers as `show` gives them, from 1. */
  readonly items?: readonly string[] | undefined;
  /** All lines. */
  readonly all?: boolean | undefined;
  /** Takes the ticks away. */
  readonly undo?: boolean | undefined;
}

/** Ticks lines of a task, or takes their ticks away. A line that is edited is another line, and not ticked. */
export async function tickTask(session: Session, input: TickInput, options: WriteOptions = {}): Promise<TaskAnswer> {
  // Numbers mean the lines as they are now: others may come in between while the change waits for its turn.
  const snapshot = await session.read();
  const id = snapshot.find(input.id);
  const lines = chosenLines(await snapshot.task(id), input);
  const plan = (bench: Workbench): Promise<TaskId> => planTick(bench, { id, items: lines, undo: input.undo });
  return answerTask(session, await makeChange(session, plan, options));
}

/** Plans the ticks and gives the task's id. */
export async function planTick(bench: Workbench, input: TickInput): Promise<TaskId> {
  const id = bench.find(input.id);
  const accepted = chosenLines(await bench.task(id), input);
  const edit = input.undo === true ? { remove: { accepted } } : { add: { accepted } };
  await bench.push({ op: 'edit', id, edit });
  return id;
}

function chosenLines(task: Task, { items = [], all }: TickInput): readonly string[] {
  const hint = `git tasks tick ${task.id} 1, or --all. See the lines with: git tasks show ${task.id}`;
  if ((all === true) === items.length > 0) {
    throw new TasksError('usage', all === true ? '--all ticks every line' : 'No line named', { hint });
  }
  return all === true ? task.acceptance : items.map((item) => lineOf(task, item));
}

/** A text that is a line stands for itself, also where it is a number. */
function lineOf({ id, acceptance }: Task, item: string): string {
  const text = normalizeLine(item);
  if (acceptance.includes(text)) return text;
  const line = /^[1-9]\d{0,5}$/.test(text) ? acceptance[Number(text) - 1] : undefined;
  if (line !== undefined) return line;
  const count = acceptance.length === 1 ? '1 line' : `${acceptance.length} lines`;
  throw new TasksError('not-found', `${JSON.stringify(item)} is none of the ${count} of acceptance that ${id} has`, {
    hint: `See them with: git tasks show ${id}`,
    data: { id, acceptance },
  });
}

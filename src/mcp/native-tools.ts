/** The four task tools that agents know, with their fields and their meaning. Beyond them: removing edges, filter, offset. */
import * as z from 'zod';
import type { Session } from '../app/session.ts';
import type { UpdateInput } from '../app/update.ts';
import type { JsonValue } from '../task/types.ts';
import { taskAnswer } from './task-answer.ts';
import { listAnswer } from './list-answer.ts';
import { type Answer, quoted, visible } from './answer.ts';
import type { Tool } from './tool.ts';
import { updateAnswer } from './update-answer.ts';

const text = z.string();
const ids = z.array(text);
const metadata = z.looseObject({});
// A refinement is not shown in the schema, which every session pays for.
const offset = z.number().refine((n) => Number.isSafeInteger(n) && n >= 0, 'must be a whole number from 0');

type Metadata = Readonly<Record<string, JsonValue>> | undefined;

const create: Tool = {
  name: 'task_create',
  description: 'Create a task: pending, without owner.',
  input: z.strictObject({
    subject: text.describe('Imperative title'),
    description: text.describe('What to do, and when it is done'),
    activeForm: text.optional().describe('Shown while in progress: "Running tests"'),
    metadata: metadata.optional(),
  }),
  output: ['task'],
  elsewhere: { key: 'task_batch takes a key' },
  run: async (session: Session, input: CreateInput): Promise<Answer> => {
    const { addTask } = await import('../app/add.ts');
    const { task, commit } = await addTask(session, { ...input, metadata: input.metadata as Metadata });
    const { id, subject } = task;
    return {
      text: `Task ${id} created: ${quoted(subject)}`,
      structured: { task: visible({ id, subject }), commit },
    };
  },
};

interface CreateInput {
  readonly subject: string;
  readonly description: string;
  readonly activeForm?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

const get: Tool = {
  name: 'task_get',
  description: 'Get a task in full: description, edges, result, notes, metadata.',
  isReading: true,
  input: z.strictObject({ taskId: text.describe('Id or unique prefix') }),
  output: ['task'],
  run: async (session: Session, { taskId }: { readonly taskId: string }): Promise<Answer> => {
    const { showTask } = await import('../app/show.ts');
    const { task } = await showTask(session, taskId);
    return taskAnswer(task, `Task ${task.id}`);
  },
};

const list: Tool = {
  name: 'task_list',
  description: 'List tasks, most urgent first: open ones unless filter says otherwise. Long lists come in parts.',
  isReading: true,
  input: z.strictObject({
    filter: z.enum(['open', 'ready', 'mine', 'all']).optional(),
    offset: offset.optional(),
  }),
  output: ['tasks', 'total', 'shown'],
  run: listAnswer,
};

const update: Tool = {
  name: 'task_update',
  description:
    'Change a task. status in_progress claims it for you, and is refused while it is blocked or held by another; ' +
    'completed only when fully done; pending gives it back or reopens it; deleted cancels it and unblocks what waits.',
  input: z.strictObject({
    taskId: text,
    status: z.enum(['pending', 'in_progress', 'completed', 'deleted']).optional(),
    subject: text.optional(),
    description: text.optional(),
    activeForm: text.optional(),
    addBlocks: ids.optional().describe('Tasks that must wait for this one'),
    addBlockedBy: ids.optional().describe('Tasks that this one must wait for'),
    removeBlocks: ids.optional(),
    removeBlockedBy: ids.optional(),
    owner: text.optional().describe('Name to claim under, if several agents share this server'),
    metadata: metadata.optional().describe('Merged by key; null deletes a key'),
  }),
  output: ['success', 'taskId', 'updatedFields', 'statusChange'],
  run: async (session: Session, { taskId, ...input }: ToolUpdate): Promise<Answer> => {
    const { updateTask } = await import('../app/update.ts');
    const { metadata: entries, ...fields } = input;
    const answer = await updateTask(session, { ...fields, id: taskId, metadata: entries as Metadata });
    return updateAnswer(answer, input.status === 'deleted');
  },
};

interface ToolUpdate extends Omit<UpdateInput, 'id' | 'metadata'> {
  readonly taskId: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** The tools, in the order that they are shown in. */
export const NATIVE_TOOLS: readonly Tool[] = [create, get, list, update];

/** `edit`: the task's file in an editor, checked and committed. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { TasksError } from '../errors.ts';
import type { Task, TaskId } from '../task/types.ts';
import { decodeTask } from '../yaml/codec.ts';
import { answerTask, makeChange, type TaskAnswer, type WriteOptions } from './change.ts';
import type { Session } from './session.ts';

export interface EditInput {
  readonly id: string;
  /** Lets a person edit the file at this path; rejects when the editor failed. */
  readonly editor: (path: string) => Promise<void>;
}

/**
 * Opens the file in an editor and commits what comes back, comments included.
 *
 * Throws `invalid` with every problem and its line, and `race` when the task changed meanwhile; the edited text is then
 * kept, and the error says where.
 */
export async function editTask(session: Session, input: EditInput, options: WriteOptions = {}): Promise<TaskAnswer> {
  const snapshot = await session.read();
  session.author();
  const id = snapshot.find(input.id);
  const original = await snapshot.file(id);
  const path = join(mkdtempSync(join(tmpdir(), 'git-tasks-')), `${id}.yaml`);
  writeFileSync(path, original.text, { mode: 0o600 });
  await input.editor(path);
  const text = readFileSync(path, 'utf8');
  const task = text === original.text ? original.task : decodeEdited(text, original.task, path);
  const change = await makeChange(
    session,
    async (bench): Promise<TaskId> => {
      if ((await bench.snapshot.file(id)).text !== original.text) throw movedOn(id, path);
      if (text !== original.text) await bench.push({ op: 'replace', id, task, text });
      return id;
    },
    options,
  ).catch((error: unknown) => {
    throw withPath(error, path);
  });
  rmSync(dirname(path), { recursive: true, force: true });
  return answerTask(session, change);
}

function decodeEdited(text: string, { id, list }: Task, path: string): Task {
  const decoded = decodeTask(text, { id, list });
  if (decoded.ok) return decoded.task;
  const [first] = decoded.problems;
  const lines = decoded.problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
  throw new TasksError('invalid', `The edited file has ${lines.length} problem(s): ${lines.join('; ')}`, {
    hint: `Your text is kept in ${path}`,
    data: { problems: decoded.problems, line: first?.line, path },
  });
}

function movedOn(id: TaskId, path: string): TasksError {
  return new TasksError('race', `${id} was changed by somebody else while you edited it`, {
    hint: `Your text is kept in ${path}. Look at the change with: git tasks log ${id}`,
    data: { id, path },
  });
}

/** A refusal must not cost a person what they typed: whatever went wrong, the error says where the text is. */
function withPath(error: unknown, path: string): unknown {
  if (!(error instanceof TasksError) || error.data['path'] !== undefined) return error;
  const hint = [error.hint, `Your text is kept in ${path}`].filter((part) => part !== undefined).join('. ');
  return new TasksError(error.code, error.message, { hint, data: { ...error.data, path }, cause: error });
}

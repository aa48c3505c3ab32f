/**
 * Todo lists of session transcripts: the calls of the tool `TodoWrite`, which always writes its whole list.
 *
 * A transcript is JSON lines; a call is a `tool_use` in the content of a message. The last call of each session, and of
 * each agent within it, says how its list stood in the end. Pure.
 */
import type { Instant, Status } from '../task/types.ts';
import { isMap } from '../task/validate.ts';
import { jsonLines } from './json-lines.ts';
import { keyMaker, plainTask } from './plain-task.ts';
import type { Decoded, ImportIssue } from './types.ts';

const STATUSES: Readonly<Record<string, Status>> = {
  pending: 'pending',
  in_progress: 'in_progress',
  completed: 'completed',
  cancelled: 'cancelled',
};

/** The todos of a transcript. Lines that are no JSON are reported, those about something else are nothing special. */
export function decodeTodos(text: string, created: Instant): Decoded {
  const issues: ImportIssue[] = [];
  const last = new Map<string, { readonly line: number; readonly todos: readonly unknown[] }>();
  for (const parsed of jsonLines(text)) {
    const { line } = parsed;
    if ('problem' in parsed) {
      issues.push({ key: undefined, line, message: `line ${line} ${parsed.problem}`, kind: 'skipped' });
      continue;
    }
    const todos = todosOf(parsed.record);
    if (todos !== undefined) last.set(listOf(parsed.record), { line, todos });
  }
  const tasks = [...last].flatMap(([list, { line, todos }]) => {
    const keyOf = keyMaker(list);
    return todos.flatMap((todo) => {
      const content = isMap(todo) ? (todo['content'] ?? todo['subject']) : undefined;
      if (!isMap(todo) || typeof content !== 'string' || content.trim() === '') {
        issues.push({ key: undefined, line, message: `line ${line} has a todo without a text`, kind: 'skipped' });
        return [];
      }
      const { activeForm } = todo;
      const status = statusOf(todo['status']);
      const spinner = typeof activeForm === 'string' ? activeForm : undefined;
      return [plainTask('todos', { key: keyOf(content), subject: content, activeForm: spinner, status }, created)];
    });
  });
  return { tasks, issues };
}

function statusOf(word: unknown): Status {
  return (typeof word === 'string' && Object.hasOwn(STATUSES, word) ? STATUSES[word] : undefined) ?? 'pending';
}

/** The list of the last call in a line; undefined where it holds none. */
function todosOf({ message }: Readonly<Record<string, unknown>>): readonly unknown[] | undefined {
  const content = isMap(message) ? message['content'] : undefined;
  const calls = (Array.isArray(content) ? content : []).filter((part) => {
    return isMap(part) && part['type'] === 'tool_use' && part['name'] === 'TodoWrite';
  });
  const call: unknown = calls.at(-1);
  const input = isMap(call) ? call['input'] : undefined;
  const todos = isMap(input) ? input['todos'] : undefined;
  return Array.isArray(todos) ? todos : undefined;
}

/** Whose list it is: that of a session, or of an agent that the session has sent out. */
function listOf({ sessionId, agentId }: Readonly<Record<string, unknown>>): string {
  const session = typeof sessionId === 'string' ? sessionId : 'session';
  return typeof agentId === 'string' ? `${session}/${agentId}` : session;
}

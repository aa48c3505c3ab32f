/** Answers of use cases as the objects that `--json` prints. What only helps to render (`shortIds`) stays out. */
import type { TaskAnswer, TasksAnswer } from '../app/change.ts';
import type { EachAnswer } from '../app/each.ts';
import type { TaskRow } from '../app/task-view.ts';

/** `{task, commit, changed}`. */
export function taskAnswer({ task, commit, changed }: TaskAnswer): object {
  return { task, commit, changed };
}

/** `{tasks, commit, changed}`, and `task` beside it when exactly one id was given. */
export function tasksAnswer({ tasks, commit, changed }: TasksAnswer, ids: readonly string[]): object {
  const [task] = tasks;
  return { ...(ids.length === 1 && task !== undefined && { task }), tasks, commit, changed };
}

/** What a fan-out did, item by item. */
export function eachAnswer({ shortIds: _short, ...answer }: EachAnswer): object {
  return answer;
}

/** A listing of tasks. */
export interface Listed {
  readonly tasks: readonly TaskRow[];
  readonly total: number;
  readonly shown: number;
  readonly tip: string;
  readonly damaged: readonly { readonly path: string; readonly message: string }[];
}

/** `{tasks, total, shown, tip, damaged}`. */
export function listAnswer({ tasks, total, shown, tip, damaged }: Listed): Listed {
  return { tasks, total, shown, tip, damaged };
}

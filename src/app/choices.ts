/** Who acts, in which session and in which list: what decides it, in order of precedence. */
import type { GitConfig } from '../git/ports.ts';
import { sanitizeListId } from '../interop/claude/list-id.ts';
import { normalizeLine } from '../task/text.ts';
import type { Env } from '../world.ts';
import type { SessionOptions } from './session.ts';

/** A value and the name of what decided it: a flag, a variable, a setting, or `default`. */
export interface Choice {
  readonly value: string;
  readonly from: string;
}

/** What choices are made from. */
export interface Circumstances {
  readonly env: Env;
  readonly config: GitConfig;
  readonly options: SessionOptions;
}

/** Session ids that agents put in the environment of the commands that they run, in order of precedence. */
const SESSION_VARIABLES = [
  'GIT_TASKS_SESSION',
  'CLAUDE_CODE_SESSION_ID',
  'CODEX_SESSION_ID',
  'GEMINI_SESSION_ID',
  'CURSOR_SESSION_ID',
  'COPILOT_AGENT_SESSION_ID',
] as const;

/** `--list` > `GIT_TASKS_LIST` > `CLAUDE_CODE_TASK_LIST_ID` (made safe as that tool does) > git config `tasks.list`. */
export function chooseList({ env, config, options }: Circumstances): Choice | undefined {
  if (options.list !== undefined) return { value: options.list, from: '--list' };
  const own = fromVariable(env, 'GIT_TASKS_LIST');
  if (own !== undefined) return own;
  const native = fromVariable(env, 'CLAUDE_CODE_TASK_LIST_ID');
  const safe = listNameOf(native?.value ?? '');
  if (native !== undefined && safe !== '') return { ...native, value: safe };
  const setting = config.get('tasks.list');
  return setting === undefined ? undefined : { value: setting, from: 'git config tasks.list' };
}

/** `--as` > `GIT_TASKS_ACTOR` > `user.name` > what the program says otherwise. One line. */
export function chooseActor({ env, config, options }: Circumstances): Choice | undefined {
  const choices = [
    named(options.as, '--as'),
    fromVariable(env, 'GIT_TASKS_ACTOR'),
    named(config.get('user.name'), 'git config user.name'),
    named(options.otherwise?.actor, 'default'),
  ];
  const found = choices.find((choice) => choice !== undefined);
  return found && { ...found, value: normalizeLine(found.value) };
}

/** The first of the session variables that is set, else what the program says otherwise. One line of at most 200. */
export function chooseSession({ env, options }: Omit<Circumstances, 'config'>): Choice | undefined {
  const known = SESSION_VARIABLES.map((name) => fromVariable(env, name)).find((choice) => choice !== undefined);
  const found = known ?? named(options.otherwise?.session, 'default');
  return found && { ...found, value: normalizeLine(found.value).slice(0, 200) };
}

/** A native list id as the name of a list here: made safe as there, and without what no list may begin with. */
function listNameOf(id: string): string {
  return sanitizeListId(id)
    .replace(/^[-_]+/, '')
    .slice(0, 64);
}

function fromVariable(env: Env, name: string): Choice | undefined {
  return named(env[name], name);
}

function named(value: string | undefined, from: string): Choice | undefined {
  return value === undefined || value.trim() === '' ? undefined : { value, from };
}

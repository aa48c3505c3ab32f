/** Everything that can be set outside of the command line: environment variables and git settings, with what they mean. */

/** A variable of the environment, or a key of git's configuration. */
export interface Setting {
  readonly name: string;
  readonly meaning: string;
  /** What is so where it is not set. */
  readonly default?: string;
}

/** Variables that git-tasks reads. */
export const VARIABLES: readonly Setting[] = [
  { name: 'GIT_TASKS_ACTOR', meaning: 'who acts', default: 'user.name' },
  { name: 'GIT_TASKS_SESSION', meaning: 'the session that claims belong to', default: "the agent's own" },
  { name: 'GIT_TASKS_LIST', meaning: 'the list to work in', default: 'CLAUDE_CODE_TASK_LIST_ID' },
  {
    name: 'GIT_TASKS_ENABLED',
    meaning: 'false: what speaks to agents without being asked is silent',
    default: 'CLAUDE_CODE_ENABLE_TASKS',
  },
  { name: 'GIT_TASKS_HTTP_USER', meaning: 'user name for a remote over http, where git is not installed' },
  { name: 'GIT_TASKS_HTTP_PASSWORD', meaning: 'password for a remote over http, where git is not installed' },
  { name: 'CLAUDE_CODE_SESSION_ID', meaning: 'session of an agent' },
  { name: 'CODEX_SESSION_ID', meaning: 'session of an agent' },
  { name: 'GEMINI_SESSION_ID', meaning: 'session of an agent' },
  { name: 'CURSOR_SESSION_ID', meaning: 'session of an agent' },
  { name: 'COPILOT_AGENT_SESSION_ID', meaning: 'session of an agent' },
  { name: 'CODEX_HOME', meaning: "folder of an agent's own settings", default: '~/.codex' },
  { name: 'CODEX_THREAD_ID', meaning: 'tells by whom a hook was called' },
  { name: 'COPILOT_HOME', meaning: "folder of an agent's own settings", default: '~/.copilot' },
  { name: 'GEMINI_PROJECT_DIR', meaning: 'tells by whom a hook was called' },
  { name: 'CLAUDE_CODE_TASK_LIST_ID', meaning: "the agent's list; also the list to work in", default: 'tasks.list' },
  { name: 'CLAUDE_CODE_ENABLE_TASKS', meaning: 'as GIT_TASKS_ENABLED, where that is not set', default: 'on' },
  { name: 'CLAUDE_CODE_TEAM_NAME', meaning: "the agent's team, whose list it uses" },
  { name: 'CLAUDE_CONFIG_DIR', meaning: "folder of the agent's lists", default: '~/.claude' },
  { name: 'GIT_EDITOR', meaning: 'the editor of edit; then core.editor, VISUAL, EDITOR', default: 'vi' },
  { name: 'NO_COLOR', meaning: 'no colours' },
  { name: 'FORCE_COLOR', meaning: 'colours also where the output is no terminal; 0: none' },
];

/** Variables that git-tasks sets for the commands that it runs: checks, and those of `run`. */
export const GIVEN_VARIABLES: readonly Setting[] = [
  { name: 'GIT_TASKS_ID', meaning: 'the task, or the tasks with blanks between them' },
  { name: 'GIT_TASKS_CHECK', meaning: 'the check that runs' },
  { name: 'GIT_TASKS_RUN', meaning: 'the run that the command belongs to' },
];

/** Keys of git's configuration. */
export const CONFIG_KEYS: readonly Setting[] = [
  { name: 'tasks.adopt', meaning: 'take in what others left on branches beside the ledger', default: 'true' },
  { name: 'tasks.branch', meaning: 'the branch of the ledger', default: 'tasks' },
  { name: 'tasks.check.<name>', meaning: 'the command of a check' },
  { name: 'tasks.checkOutput', meaning: 'bytes of the end of an output that are recorded', default: '4000' },
  { name: 'tasks.checkTimeout', meaning: 'how long a check may take', default: '10m' },
  {
    name: 'tasks.claim',
    meaning: 'auto, local or remote: whether a claim waits for the shared remote',
    default: 'auto',
  },
  { name: 'tasks.claimTimeout', meaning: 'milliseconds that a claim waits for the remote', default: '5000' },
  {
    name: 'tasks.fallbackRef',
    meaning: 'where work travels that a remote does not take: auto, or a branch in a folder',
  },
  { name: 'tasks.fsync', meaning: 'what is written through to the disk: all, refs or none', default: 'all' },
  { name: 'tasks.gc', meaning: 'housekeeping may start by itself', default: 'true' },
  { name: 'tasks.lease', meaning: 'length of a claim', default: '30m' },
  { name: 'tasks.list', meaning: 'the list to work in; also per worktree' },
  { name: 'tasks.lockTimeout', meaning: 'milliseconds to wait for a lock of git', default: '10000' },
  { name: 'tasks.queueTimeout', meaning: 'milliseconds to wait for other writers', default: '60000' },
  {
    name: 'tasks.remote',
    meaning: 'the remote that the ledger is shared with',
    default: "the branch's own, then origin",
  },
  { name: 'tasks.runKeep', meaning: 'runs whose output is kept', default: '20' },
  { name: 'tasks.runLogSize', meaning: 'bytes that are kept of each output of a run', default: '10485760' },
  { name: 'tasks.transferTimeout', meaning: 'milliseconds that a fetch or push may take', default: '600000' },
];

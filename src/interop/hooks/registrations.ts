/** What to register in each agent so that it calls `git tasks hook`: pure data, for `setup` and for the documentation. */

/** The agents whose hooks are understood; also the values of `hook --agent`. */
export const HOOK_AGENTS = ['claude', 'codex', 'gemini', 'cursor', 'copilot'] as const;

/** One of `HOOK_AGENTS`. `copilot` is both the Copilot CLI (and cloud agent) and the agent hooks of VS Code. */
export type HookAgent = (typeof HOOK_AGENTS)[number];

/** One event of an agent that the hook has something to do at. */
export interface HookEvent {
  /** As the agent spells it in its settings. */
  readonly event: string;
  /** Which tools or triggers the event is for, in the agent's own matcher syntax; undefined: no matcher is to be written. */
  readonly matcher?: string;
  /** When the agent may give up on the hook, in seconds. Ten times what it takes, and more. */
  readonly timeout: number;
}

/** How an agent calls the hook. */
export interface HookRegistration {
  readonly agent: HookAgent;
  /** The command line, to be run by a shell in any folder of the repository. */
  readonly command: string;
  /** The unit that the agent's settings count a timeout in, and the key that holds it. */
  readonly timeoutUnit: 'seconds' | 'milliseconds';
  readonly timeoutKey: 'timeout' | 'timeoutSec';
  readonly events: readonly HookEvent[];
  /** The page of the agent's manual that documents these events. */
  readonly manual: string;
}

/** What to register, by agent. Events that are left out have nothing that the ledger could say or do. */
export const HOOK_REGISTRATIONS: Readonly<Record<HookAgent, HookRegistration>> = {
  claude: {
    agent: 'claude',
    command: 'git tasks hook --agent claude',
    timeoutUnit: 'seconds',
    timeoutKey: 'timeout',
    events: [
      { event: 'SessionStart', timeout: 10 },
      { event: 'UserPromptSubmit', timeout: 10 },
      { event: 'PreToolUse', matcher: 'TaskUpdate', timeout: 10 },
      { event: 'PostToolUse', matcher: 'TaskCreate|TaskUpdate', timeout: 20 },
      { event: 'TaskCreated', timeout: 10 },
      { event: 'TaskCompleted', timeout: 10 },
      { event: 'Stop', timeout: 10 },
      { event: 'PreCompact', timeout: 10 },
      { event: 'SessionEnd', timeout: 5 },
    ],
    manual: 'https://code.claude.com/docs/en/hooks',
  },
  codex: {
    agent: 'codex',
    command: 'git tasks hook --agent codex',
    timeoutUnit: 'seconds',
    timeoutKey: 'timeout',
    events: [
      { event: 'SessionStart', timeout: 10 },
      { event: 'UserPromptSubmit', timeout: 10 },
      { event: 'Stop', timeout: 10 },
      { event: 'PreCompact', timeout: 10 },
      // Codex gives it three seconds, and warns of whoever asks for more.
      { event: 'SessionEnd', timeout: 3 },
    ],
    manual: 'https://developers.openai.com/codex/hooks',
  },
  gemini: {
    agent: 'gemini',
    command: 'git tasks hook --agent gemini',
    timeoutUnit: 'milliseconds',
    timeoutKey: 'timeout',
    events: [
      { event: 'SessionStart', timeout: 10 },
      { event: 'BeforeAgent', timeout: 10 },
      { event: 'AfterAgent', timeout: 10 },
      // Gemini CLI calls it before each request to the model; only the one that a person asks for surely compresses.
      { event: 'PreCompress', matcher: 'manual', timeout: 10 },
      { event: 'SessionEnd', timeout: 5 },
    ],
    manual: 'https://geminicli.com/docs/hooks/reference',
  },
  cursor: {
    agent: 'cursor',
    command: 'git tasks hook --agent cursor',
    timeoutUnit: 'seconds',
    timeoutKey: 'timeout',
    events: [
      { event: 'sessionStart', timeout: 10 },
      // The only event in mid-session whose answer Cursor documents to reach the model.
      { event: 'postToolUse', matcher: 'Shell', timeout: 10 },
      { event: 'stop', timeout: 10 },
      { event: 'preCompact', timeout: 10 },
      { event: 'sessionEnd', timeout: 5 },
    ],
    manual: 'https://cursor.com/docs/hooks',
  },
  copilot: {
    agent: 'copilot',
    command: 'git tasks hook --agent copilot',
    timeoutUnit: 'seconds',
    timeoutKey: 'timeoutSec',
    // In this spelling one file serves the Copilot CLI, the cloud agent and VS Code.
    events: [
      { event: 'SessionStart', timeout: 10 },
      { event: 'UserPromptSubmit', timeout: 10 },
      { event: 'Stop', timeout: 10 },
      { event: 'PreCompact', timeout: 10 },
      { event: 'SessionEnd', timeout: 5 },
    ],
    manual: 'https://docs.github.com/en/copilot/reference/hooks-reference',
  },
};

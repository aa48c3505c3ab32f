/**
 * The hooks of Claude Code, as its manual documents them (https://code.claude.com/docs/en/hooks).
 *
 * Context goes into `hookSpecificOutput.additionalContext`; a tool is denied by `permissionDecision`; a stop is blocked by
 * `decision`. The events of its own tasks know one way to refuse: exit 2, with the reason on standard error.
 */
import {
  chainOf,
  commonFields,
  type Dialect,
  type HookCall,
  type HookKind,
  jsonReply,
  objectOf,
  type Payload,
  SILENCE,
  specificContext,
  textOf,
} from './event.ts';

const KINDS: Readonly<Record<string, HookKind>> = {
  SessionStart: 'session-start',
  UserPromptSubmit: 'prompt',
  PreToolUse: 'before-tool',
  PostToolUse: 'after-tool',
  TaskCreated: 'task-created',
  TaskCompleted: 'task-completed',
  Stop: 'stop',
  PreCompact: 'before-compact',
  SessionEnd: 'session-end',
};

/** Events whose answer the model hears. */
const HEARD: readonly HookKind[] = ['session-start', 'prompt', 'before-tool', 'after-tool'];

/** Claude Code. */
export const claude: Dialect = {
  agent: 'claude',
  matches: (payload) => textOf(payload, 'session_id') !== undefined && textOf(payload, 'hook_event_name') !== undefined,
  read: (payload) => {
    const common = commonFields(payload);
    const kind = Object.hasOwn(KINDS, common.event) ? KINDS[common.event] : undefined;
    return kind && { kind, ...common, isHeard: HEARD.includes(kind), ...detailsOf(kind, payload) };
  },
  answer: (call, { context, deny, nudge }) => {
    if (deny !== undefined && call.kind === 'before-tool') {
      const hookSpecificOutput = {
        hookEventName: call.event,
        permissionDecision: 'deny',
        permissionDecisionReason: deny,
      };
      return jsonReply({ hookSpecificOutput });
    }
    if (deny !== undefined) return { stdout: '', stderr: `${deny}\n`, exit: 2 };
    if (nudge !== undefined) return jsonReply({ decision: 'block', reason: nudge });
    return context === undefined ? SILENCE : jsonReply(specificContext(call, context));
  },
};

function detailsOf(kind: HookKind, payload: Payload): Partial<HookCall> {
  if (kind === 'before-tool' || kind === 'after-tool') {
    return { tool: { name: textOf(payload, 'tool_name') ?? '', input: objectOf(payload, 'tool_input') } };
  }
  if (kind === 'task-created' || kind === 'task-completed') {
    const subject = typeof payload['task_subject'] === 'string' ? payload['task_subject'] : '';
    return { task: { id: textOf(payload, 'task_id') ?? '', subject } };
  }
  const running = payload['background_tasks'];
  return kind === 'stop' ? { chain: chainOf(payload), isPaused: Array.isArray(running) && running.length > 0 } : {};
}

/**
 * The hooks of Cursor, as its manual documents them (https://cursor.com/docs/hooks).
 *
 * The model is told something at the start of a session and after a tool, and nowhere else: the answer to
 * `beforeSubmitPrompt` knows only `continue` and a message to the person. `stop` can submit one more message, and says by
 * `loop_count` how often it has.
 */
import { type Dialect, type HookCall, type HookKind, jsonReply, type Payload, SILENCE, textOf } from './event.ts';

const KINDS: Readonly<Record<string, HookKind>> = {
  sessionStart: 'session-start',
  beforeSubmitPrompt: 'prompt',
  postToolUse: 'look',
  stop: 'stop',
  preCompact: 'before-compact',
  sessionEnd: 'session-end',
};

/** Cursor. */
export const cursor: Dialect = {
  agent: 'cursor',
  matches: (payload) => {
    return (
      textOf(payload, 'cursor_version', 'conversation_id') !== undefined || Array.isArray(payload['workspace_roots'])
    );
  },
  read: (payload) => {
    const event = textOf(payload, 'hook_event_name') ?? '';
    const kind = Object.hasOwn(KINDS, event) ? KINDS[event] : undefined;
    if (kind === undefined) return undefined;
    const roots = payload['workspace_roots'];
    const [root] = Array.isArray(roots) ? (roots as readonly unknown[]) : [];
    const call: HookCall = {
      kind,
      event,
      session: textOf(payload, 'session_id', 'conversation_id'),
      cwd: textOf(payload, 'cwd') ?? (typeof root === 'string' ? root : undefined),
      isSubagent: textOf(payload, 'subagent_id', 'parent_conversation_id') !== undefined,
      isHeard: kind === 'session-start' || kind === 'look',
    };
    return kind === 'stop' ? { ...call, ...stopOf(payload) } : call;
  },
  answer: (_call, { context, nudge }) => {
    if (nudge !== undefined) return jsonReply({ followup_message: nudge });
    return context === undefined ? SILENCE : jsonReply({ additional_context: context });
  },
};

function stopOf(payload: Payload): Partial<HookCall> {
  const loops = payload['loop_count'];
  const chain = typeof loops === 'number' ? (loops === 0 ? 'new' : 'continued') : undefined;
  return { chain, isPaused: (textOf(payload, 'status') ?? 'completed') !== 'completed' };
}

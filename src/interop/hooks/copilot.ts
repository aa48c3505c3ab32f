/**
 * The hooks of Copilot: of its CLI and cloud agent (https://docs.github.com/en/copilot/reference/hooks-reference) and of VS
 * Code (https://code.visualstudio.com/docs/agents/reference/hooks-reference).
 *
 * One file of hooks serves both. Events in PascalCase come with fields in snake_case (some versions of VS Code send two of
 * them in camelCase), events in camelCase with fields in camelCase, and then without the name of the event, which the other
 * fields give away. VS Code reads its answer in `hookSpecificOutput`, the CLI beside it, so the answer says it in both places.
 */
import {
  chainOf,
  commonFields,
  type Dialect,
  type HookCall,
  type HookKind,
  jsonReply,
  type Payload,
  SILENCE,
  textOf,
} from './event.ts';

const KINDS: Readonly<Record<string, HookKind>> = {
  SessionStart: 'session-start',
  UserPromptSubmit: 'prompt',
  Stop: 'stop',
  PreCompact: 'before-compact',
  SessionEnd: 'session-end',
  sessionStart: 'session-start',
  userPromptSubmitted: 'prompt',
  agentStop: 'stop',
  preCompact: 'before-compact',
  sessionEnd: 'session-end',
};

/** Copilot CLI, Copilot cloud agent and VS Code. */
export const copilot: Dialect = {
  agent: 'copilot',
  matches: (payload) => payload['timestamp'] !== undefined,
  read: (payload) => {
    const common = commonFields(payload);
    const event = common.event === '' ? (namelessEvent(payload) ?? '') : common.event;
    const kind = Object.hasOwn(KINDS, event) ? KINDS[event] : undefined;
    if (kind === undefined) return undefined;
    const call: HookCall = { kind, ...common, event, isHeard: isHeard(kind, payload) };
    return kind === 'stop' ? { ...call, chain: chainOf(payload) } : call;
  },
  answer: (call, { context, nudge }) => {
    const told = nudge === undefined ? { additionalContext: context } : { decision: 'block', reason: nudge };
    if (nudge === undefined && context === undefined) return SILENCE;
    const isPascal = /^[A-Z]/.test(call.event);
    return jsonReply({ ...told, ...(isPascal && { hookSpecificOutput: { hookEventName: call.event, ...told } }) });
  },
};

/** At a prompt the CLI passes on what it is answered (1.0); VS Code, which alone sends a transcript there, is not known to. */
function isHeard(kind: HookKind, payload: Payload): boolean {
  return kind === 'session-start' || (kind === 'prompt' && payload['transcript_path'] === undefined);
}

/** The event of a payload in camelCase, which does not name it. */
function namelessEvent(payload: Payload): string | undefined {
  if (textOf(payload, 'sessionId') === undefined || payload['toolName'] !== undefined) return undefined;
  if (payload['agentName'] !== undefined || payload['error'] !== undefined) return undefined;
  if (payload['stopReason'] !== undefined) return 'agentStop';
  if (payload['trigger'] !== undefined) return 'preCompact';
  if (payload['source'] !== undefined) return 'sessionStart';
  if (payload['reason'] !== undefined) return 'sessionEnd';
  return payload['prompt'] === undefined ? undefined : 'userPromptSubmitted';
}

/**
 * The hooks of Gemini CLI, as its manual documents them (https://geminicli.com/docs/hooks/reference).
 *
 * Standard output must be one JSON object or nothing. After a compression there is no event to tell the model anything at,
 * so the next prompt brings it; but only after one that a person has asked for, since `PreCompress` with the trigger `auto`
 * comes before each request to the model, whether anything is compressed or not (0.61).
 */
import {
  chainOf,
  commonFields,
  type Dialect,
  type HookKind,
  jsonReply,
  SILENCE,
  specificContext,
  textOf,
} from './event.ts';

const KINDS: Readonly<Record<string, HookKind>> = {
  SessionStart: 'session-start',
  BeforeAgent: 'prompt',
  AfterAgent: 'stop',
  PreCompress: 'before-compact',
  SessionEnd: 'session-end',
};

/** Names that no other agent has. */
const OWN: readonly string[] = [
  'BeforeAgent',
  'AfterAgent',
  'PreCompress',
  'BeforeTool',
  'AfterTool',
  'BeforeModel',
  'AfterModel',
];

/** Gemini CLI. */
export const gemini: Dialect = {
  agent: 'gemini',
  matches: (payload, env) => {
    if (OWN.includes(textOf(payload, 'hook_event_name') ?? '')) return true;
    return (
      (env['GEMINI_SESSION_ID'] ?? env['GEMINI_PROJECT_DIR']) !== undefined &&
      textOf(payload, 'timestamp') !== undefined
    );
  },
  read: (payload) => {
    const common = commonFields(payload);
    const kind = Object.hasOwn(KINDS, common.event) ? KINDS[common.event] : undefined;
    if (kind === 'before-compact' && payload['trigger'] !== 'manual') return undefined;
    const isHeard = kind === 'session-start' || kind === 'prompt';
    return kind && { kind, ...common, isHeard, ...(kind === 'stop' && { chain: chainOf(payload) }) };
  },
  answer: (call, { context, nudge }) => {
    if (nudge !== undefined) return jsonReply({ decision: 'deny', reason: nudge });
    return context === undefined ? SILENCE : jsonReply(specificContext(call, context));
  },
};

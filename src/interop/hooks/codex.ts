/**
 * The hooks of Codex, as its schemas document them (https://developers.openai.com/codex/hooks, and the generated schemas in
 * `codex-rs/hooks/schema` of its repository). Claude-like; what differs is that its answers allow no unknown field, and that
 * it has no tasks of its own to guard.
 */
import { claude } from './claude.ts';
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
  UserPromptSubmit: 'prompt',
  Stop: 'stop',
  PreCompact: 'before-compact',
  SessionEnd: 'session-end',
};

/** Codex. */
export const codex: Dialect = {
  agent: 'codex',
  matches: (payload, env) => {
    const isNamed = textOf(payload, 'turn_id') !== undefined || env['CODEX_THREAD_ID'] !== undefined;
    return isNamed && claude.matches(payload, env);
  },
  read: (payload) => {
    const common = commonFields(payload);
    const kind = Object.hasOwn(KINDS, common.event) ? KINDS[common.event] : undefined;
    const isHeard = kind === 'session-start' || kind === 'prompt';
    return kind && { kind, ...common, isHeard, ...(kind === 'stop' && { chain: chainOf(payload) }) };
  },
  answer: (call, { context, nudge }) => {
    if (nudge !== undefined) return jsonReply({ decision: 'block', reason: nudge });
    return context === undefined ? SILENCE : jsonReply(specificContext(call, context));
  },
};

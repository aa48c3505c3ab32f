/** What every agent's hooks have in common: a call, a decision, and what goes back. Pure. */
import type { Env } from '../../world.ts';
import type { HookAgent } from './registrations.ts';

/** A JSON object that an agent sent. Nothing in it is trusted. */
export type Payload = Readonly<Record<string, unknown>>;

/**
 * The moments that the ledger has something to say or do at. `look`: the agent can be told something in the middle of its
 * turn.
 */
export type HookKind =
  | 'session-start'
  | 'prompt'
  | 'look'
  | 'before-tool'
  | 'after-tool'
  | 'task-created'
  | 'task-completed'
  | 'stop'
  | 'before-compact'
  | 'session-end';

/** A call of the hook, in no agent's words. */
export interface HookCall {
  readonly kind: HookKind;
  /** The event as the agent spells it: goes back in the answer. */
  readonly event: string;
  /** The agent's session: who holds what it claims. */
  readonly session?: string | undefined;
  /** Where the agent works. */
  readonly cwd?: string | undefined;
  /** Called by an agent within the session, which shares its claims but not its turns. */
  readonly isSubagent?: boolean;
  /** Whether what the answer tells reaches the model: not every agent listens at every event. */
  readonly isHeard?: boolean;
  /** Of `stop`: whether the agent goes on because a hook has asked it to, or begins a new chain; undefined: it does not say. */
  readonly chain?: 'new' | 'continued' | undefined;
  /** Of `stop`: whether a nudge is out of place, because the turn was broken off or something still runs for it. */
  readonly isPaused?: boolean;
  /** Of tool events. */
  readonly tool?: { readonly name: string; readonly input: Payload };
  /** Of task events: number and texts of the agent's own task. */
  readonly task?: { readonly id: string; readonly subject: string };
}

/** What the ledger has to say. Nothing: the agent goes on as if there were no hook. */
export interface HookDecision {
  /** Facts for the model. */
  readonly context?: string;
  /** Why what is about to happen must not. */
  readonly deny?: string;
  /** Why the agent should not stop yet. */
  readonly nudge?: string;
}

/** What the process leaves: `exit` 2 only where that is the documented way to refuse. */
export interface HookReply {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: 0 | 2;
}

/** How one agent calls its hooks and understands their answers. */
export interface Dialect {
  readonly agent: HookAgent;
  /** Whether a payload looks like one of this agent. */
  matches(payload: Payload, env: Env): boolean;
  /** The call in neutral words; undefined for an event that is none of ours. */
  read(payload: Payload): HookCall | undefined;
  /** The decision in the words of the agent. */
  answer(call: HookCall, decision: HookDecision): HookReply;
}

/** Nothing to say. */
export const SILENCE: HookReply = { stdout: '', stderr: '', exit: 0 };

/** An answer as one JSON object. */
export function jsonReply(value: object): HookReply {
  return { stdout: `${JSON.stringify(value)}\n`, stderr: '', exit: 0 };
}

/** The text under the first of these keys that holds one. */
export function textOf(payload: Payload, ...keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = payload[key];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

/** The object under a key; empty where there is none. An object that came as JSON text counts. */
export function objectOf(payload: Payload, key: string): Payload {
  const value = payload[key];
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Payload;
  if (typeof value !== 'string' || !value.startsWith('{')) return {};
  try {
    return objectOf({ value: JSON.parse(value) as unknown }, 'value');
  } catch {
    return {};
  }
}

/** The fields that nearly all agents send in the same words. */
export function commonFields(payload: Payload): Pick<HookCall, 'event' | 'session' | 'cwd' | 'isSubagent'> {
  return {
    event: textOf(payload, 'hook_event_name', 'hookEventName') ?? '',
    session: textOf(payload, 'session_id', 'sessionId'),
    cwd: textOf(payload, 'cwd'),
    isSubagent: textOf(payload, 'agent_id') !== undefined,
  };
}

/** Of a `stop` with `stop_hook_active`, as Claude Code, Codex, Gemini CLI and VS Code send it. */
export function chainOf(payload: Payload): HookCall['chain'] {
  const active = payload['stop_hook_active'];
  return active === true ? 'continued' : undefined;
}

/** `hookSpecificOutput` with context for the model. */
export function specificContext(call: HookCall, context: string): object {
  return { hookSpecificOutput: { hookEventName: call.event, additionalContext: context } };
}

/** All dialects, and which of them a payload is in. Pure. */
import type { Env } from '../../world.ts';
import { claude } from './claude.ts';
import { codex } from './codex.ts';
import { copilot } from './copilot.ts';
import { cursor } from './cursor.ts';
import type { Dialect, Payload } from './event.ts';
import { gemini } from './gemini.ts';
import { HOOK_AGENTS, type HookAgent } from './registrations.ts';

const DIALECTS: Readonly<Record<HookAgent, Dialect>> = { claude, codex, gemini, cursor, copilot };

/** In this order each takes what is surely its own; Claude Code sends nothing that the others do not, so it comes last. */
const ORDER: readonly Dialect[] = [cursor, gemini, codex, copilot, claude];

/** The dialect that `--agent` names, else the one that the payload looks like; undefined: nobody's. */
export function dialectOf(payload: Payload, env: Env, agent?: string): Dialect | undefined {
  const named = HOOK_AGENTS.find((name) => name === agent);
  return named === undefined ? ORDER.find((dialect) => dialect.matches(payload, env)) : DIALECTS[named];
}

/** Whether agents are to be served here: one switch for everything that speaks to them without being asked. */
import type { Env } from '../world.ts';

/** Whether it is on, and the variable that says so; none: nothing says anything, so it is on. */
export interface Enablement {
  readonly enabled: boolean;
  readonly variable?: string;
}

/**
 * `GIT_TASKS_ENABLED` decides; where it is not set, `CLAUDE_CODE_ENABLE_TASKS`, by which people turn the task tools of
 * their agent off. On unless one of them says `false`, `0`, `no` or `off`.
 */
export function enablementOf(env: Env): Enablement {
  const variable = ['GIT_TASKS_ENABLED', 'CLAUDE_CODE_ENABLE_TASKS'].find((name) => (env[name] ?? '').trim() !== '');
  if (variable === undefined) return { enabled: true };
  return { enabled: !['false', '0', 'no', 'off'].includes((env[variable] ?? '').trim().toLowerCase()), variable };
}

/** Whether agents are to be served: see `enablementOf`. */
export function isEnabled(env: Env): boolean {
  return enablementOf(env).enabled;
}

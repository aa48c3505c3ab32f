/** `hook`: from what an agent wrote to what it is answered. Never throws: an agent must go on whatever happens here. */
import { TasksError } from '../../errors.ts';
import { dialectOf } from '../../interop/hooks/dialects.ts';
import { type HookReply, SILENCE } from '../../interop/hooks/event.ts';
import { printable } from '../../task/printable.ts';
import { isMap } from '../../task/validate.ts';
import type { World } from '../../world.ts';
import { isEnabled } from '../enabled.ts';
import { decide } from './decide.ts';

export type { HookReply } from '../../interop/hooks/event.ts';

/** What agents send is small; the rest of something larger is not read. In bytes. */
export const MAX_PAYLOAD = 16_000_000;

/** Answers a payload in the dialect that `agent` names or that it is written in. Unknown ones get no answer. */
export async function runHook(world: World, payload: string, agent?: string): Promise<HookReply> {
  try {
    if (!isEnabled(world.env)) return SILENCE;
    const value: unknown = JSON.parse(payload.replace(/^\uFEFF/, ''));
    if (!isMap(value)) return failed('the payload is no JSON object');
    const dialect = dialectOf(value, world.env, agent);
    const call = dialect?.read(value);
    if (dialect === undefined || call === undefined) return SILENCE;
    return dialect.answer(call, await decide(world, call));
  } catch (error) {
    if (error instanceof SyntaxError) return failed('the payload is no JSON');
    const hint = error instanceof TasksError && error.hint !== undefined ? ` (${error.hint})` : '';
    return failed(`${error instanceof Error ? error.message : String(error)}${hint}`);
  }
}

/** A failure of ours is a line for people, and no answer. */
export function failed(what: string): HookReply {
  return { stdout: '', stderr: `git-tasks hook: ${printable(what)}\n`, exit: 0 };
}

/** The end of a session: its claims go back at once, so that nobody waits for their leases. */
import type { TaskId } from '../../task/types.ts';
import { readLook, writeLook } from '../agent/last-look.ts';
import { callerOf, endingSessions } from '../agent/own-sessions.ts';
import { heldLeases, releaseLeases } from '../keep-claims.ts';
import type { Session } from '../session.ts';

/** How many tasks an actor is reminded of in its next session. */
const MAX_LEFT = 20;

/**
 * Releases what the session holds under a lease, here alone: no remote is asked, because an agent waits a second and a half
 * at most. The actor's next session is told of it.
 */
export async function endSession(session: Session): Promise<void> {
  const released: TaskId[] = [];
  for (const name of endingSessions(session)) {
    const ending: Session = { ...session, author: () => ({ ...session.author(), session: name }) };
    const held = await heldLeases(ending);
    if (held.length === 0) continue;
    await releaseLeases(ending);
    released.push(...held.map(({ id }) => id));
  }
  if (released.length > 0) leave(session, released);
}

function leave(session: Session, ids: readonly TaskId[]): void {
  const caller = callerOf(session);
  if (caller === undefined) return;
  const looker = { kind: 'actor', name: caller.actor } as const;
  const look = readLook(session, looker);
  const older = (look.left ?? []).filter(({ id }) => !ids.includes(id));
  const left = [...ids.map((id) => ({ id, at: session.world.now() })), ...older].slice(0, MAX_LEFT);
  writeLook(session, looker, { ...look, left });
}

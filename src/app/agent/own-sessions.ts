/** Whose claims and changes are the caller's own. */
import { TasksError } from '../../errors.ts';
import { nativeList } from '../../interop/claude/locate.ts';
import { listSession } from '../../interop/claude/view.ts';
import type { Author } from '../../ledger/transact.ts';
import type { Session } from '../session.ts';

/** The caller; undefined where nobody can be named. */
export function callerOf(session: Session): Author | undefined {
  try {
    return session.author();
  } catch (error) {
    if (error instanceof TasksError) return undefined;
    throw error;
  }
}

/** The caller's session, and the native list that its agent works in, whose claims a mirror makes in the list's name. */
export function ownSessions(session: Session): ReadonlySet<string> {
  const own = callerOf(session)?.session;
  const list = nativeList(session.world.env);
  return new Set([...(own === undefined ? [] : [own]), ...(list === undefined ? [] : [listSession(list.id)])]);
}

/** Of these, what ends with the session: a list that others share goes on without it. */
export function endingSessions(session: Session): ReadonlySet<string> {
  const own = callerOf(session)?.session;
  const list = nativeList(session.world.env);
  const isPrivate = list?.from === 'CLAUDE_CODE_SESSION_ID';
  return new Set([
    ...(own === undefined ? [] : [own]),
    ...(list !== undefined && isPrivate ? [listSession(list.id)] : []),
  ]);
}

/** Refuses the past to verbs that wait for the future. */
import { TasksError } from '../errors.ts';
import type { Session } from './session.ts';

/** Throws `usage` when the session looks at the past. */
export function assertPresent({ isPast }: Session): void {
  if (!isPast) return;
  throw new TasksError('usage', '--at shows the past, where nothing happens any more', { hint: 'Leave --at out' });
}

/** What is ready for whoever asks. */
import { type Readiness, readinessAt } from '../graph/readiness.ts';
import type { TaskTable } from '../graph/table.ts';
import { TasksError } from '../errors.ts';
import type { Session } from './session.ts';

/** The judgement of a table now, by the session's actor: a review of their own work is not ready for them. */
export function readinessFor(session: Session, table: TaskTable): Readiness {
  return readinessAt(table, session.world.now(), askerOf(session));
}

/** Who asks; undefined where nobody is named, and in the past, which nobody works in. */
function askerOf(session: Session): string | undefined {
  try {
    return session.author().actor;
  } catch (error) {
    if (error instanceof TasksError) return undefined;
    throw error;
  }
}

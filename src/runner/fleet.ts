/** What the parts of a run share. */
import type { Session } from '../app/session.ts';
import { toInstant } from '../task/instant.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import type { TaskId } from '../task/types.ts';
import type { RunEvent, RunTask } from './run-event.ts';
import type { RunFolder } from './run-folder.ts';
import type { RunOptions } from './run-options.ts';

/** A run. */
export interface Fleet {
  /** The ledger, in the session that is the run. Its world is interrupted when the run is to stop. */
  readonly session: Session;
  readonly options: RunOptions;
  readonly folder: RunFolder;
  /** Processes that were there before the run. */
  readonly known: ReadonlySet<number>;
}

/** An event without its moment. */
export type NewEvent = RunEvent extends infer Event ? (Event extends unknown ? Omit<Event, 'at'> : never) : never;

/** Tells who looks on. */
export async function tell({ session, options }: Fleet, event: NewEvent): Promise<void> {
  await options.watcher.event({ ...event, at: toInstant(session.world.now()) });
}

/** Tells of something that changes no outcome. */
export async function warn(fleet: Fleet, message: string): Promise<void> {
  await tell(fleet, { event: 'warning', message });
}

/** The task as events name it. */
export function runTask(snapshot: Snapshot, id: TaskId): RunTask {
  const { table } = snapshot;
  const row = table.rowOf(id);
  if (row < 0) return { id, short: id, list: '', subject: '' };
  return { id, short: snapshot.short(id), list: table.listOf(row), subject: table.summary(row).subject };
}

/** Tells which tasks look different than before, whoever or whatever has done it. */
import { nextMoment } from '../events/clock.ts';
import { followTip } from '../events/follow-tip.ts';
import { isBlocked, isReady, readinessAt } from '../graph/readiness.ts';
import { NONE } from '../graph/table.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import type { TaskId } from '../task/types.ts';
import type { Session } from './session.ts';

/** What is different since it was told last. */
export interface LedgerChanges {
  /** Tasks whose file or whose readiness is another now, with those that they wait for or stopped waiting for. */
  readonly tasks: ReadonlySet<TaskId>;
  /** Whether the set of open tasks is another now. */
  readonly isSetChanged: boolean;
}

/** Tells of what changes from now on, by commits or by the clock, until the signal. Throws `no-ledger` and the like. */
export async function* ledgerChanges(session: Session, signal: AbortSignal): AsyncGenerator<LedgerChanges> {
  const look = async (): Promise<Looks> => looksOf(await session.ledger.open(), session.world.now());
  let looks = await look();
  const news = followTip(session, { known: looks.snapshot.tip, dueAt: () => looks.due, signal });
  while ((await news.next()).done !== true) {
    const before = looks;
    looks = await look();
    yield difference(before, looks);
  }
}

/** How all tasks look at a moment, in as few words as tell that what is shown of one has changed. */
interface Looks {
  readonly snapshot: Snapshot;
  readonly byId: ReadonlyMap<TaskId, string>;
  /** When the clock alone will change something, in milliseconds since 1970. */
  readonly due: number;
}

/** The columns alone are read: this is done for every task, whenever anything has changed. */
function looksOf(snapshot: Snapshot, now: number): Looks {
  const { table } = snapshot;
  const readiness = readinessAt(table, now);
  const byId = new Map<TaskId, string>();
  for (let row = 0; row < table.size; row++) {
    const id = table.id(row);
    const stands = isReady(readiness, row) ? 'ready' : isBlocked(readiness, row) ? 'blocked' : '';
    byId.set(id, `${table.isOpen(row) ? OPEN : ''} ${stands} ${snapshot.blob(id)}`);
  }
  return { snapshot, byId, due: nextMoment(table, now) };
}

const OPEN = 'open';

function difference(before: Looks, after: Looks): LedgerChanges {
  const tasks = new Set<TaskId>();
  let isSetChanged = false;
  for (const id of new Set([...before.byId.keys(), ...after.byId.keys()])) {
    const [old = '', now = ''] = [before.byId.get(id), after.byId.get(id)];
    if (old === now) continue;
    for (const other of [id, ...shownBy(before.snapshot, id), ...shownBy(after.snapshot, id)]) tasks.add(other);
    if (old.startsWith(OPEN) !== now.startsWith(OPEN)) isSetChanged = true;
  }
  return { tasks, isSetChanged };
}

/** The tasks whose view shows this one: its blockers and its parent. */
function shownBy({ table }: Snapshot, id: TaskId): TaskId[] {
  const row = table.rowOf(id);
  if (row === NONE) return [];
  return [...table.blockers(row), table.parent(row)].filter((other) => other >= 0).map((other) => table.id(other));
}

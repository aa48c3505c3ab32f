/** What others have changed since a tip that somebody saw: one line for each task, however many commits there were. */
import { TasksError } from '../../errors.ts';
import { isReady, isWork, readinessAt } from '../../graph/readiness.ts';
import { NONE } from '../../graph/table.ts';
import { readCommit } from '../../ledger/history.ts';
import { parseTrailers } from '../../ledger/message.ts';
import type { Snapshot } from '../../ledger/snapshot.ts';
import type { TaskId } from '../../task/types.ts';
import type { Session } from '../session.ts';

/** What became of a task, in one word. */
export type ChangeWord =
  | 'new'
  | 'completed'
  | 'cancelled'
  | 'claimed'
  | 'released'
  | 'reopened'
  | 'ready now'
  | 'changed'
  | 'removed';

/** What has become of a task. */
export interface TaskChange {
  readonly id: TaskId;
  readonly word: ChangeWord;
  readonly subject: string;
  /** Who changed it last; none where its readiness alone is another. */
  readonly by?: string;
}

/** What is told first when there is no room for all of it. */
const ORDER: readonly ChangeWord[] = [
  'ready now',
  'completed',
  'reopened',
  'cancelled',
  'released',
  'new',
  'claimed',
  'changed',
  'removed',
];

/** Above this many changed tasks nobody looks up who made each change: it is an import, or a long absence. */
const MAX_LOOKED_UP = 200;

/**
 * The changes between a tip and a state, without those that these sessions made themselves. Undefined where the tip is gone
 * (the history was rewritten): then nobody can tell.
 */
export async function changesSince(
  session: Session,
  { tip, now, own }: { readonly tip: string; readonly now: Snapshot; readonly own: ReadonlySet<string> },
): Promise<readonly TaskChange[] | undefined> {
  const before = await openOr(session, tip);
  if (before === undefined) return undefined;
  const found = [...differences(session, before, now), ...removed(before, now)];
  const told = await ofOthers(session, found, { now, own });
  return told
    .map((change) => ({ ...change, subject: subjectOf(change.id, now, before) }))
    .sort((a, b) => ORDER.indexOf(a.word) - ORDER.indexOf(b.word));
}

interface Difference {
  readonly id: TaskId;
  readonly word: ChangeWord;
}

/** What is another file now, and what can be started now by what has happened to others. */
function differences({ world, onlyList }: Session, before: Snapshot, now: Snapshot): Difference[] {
  const { table } = now;
  const at = world.now();
  const [was, is] = [readinessAt(before.table, at), readinessAt(table, at)];
  const found: Difference[] = [];
  for (let row = 0; row < table.size; row++) {
    if (!isWork(table, row) || (onlyList !== undefined && table.listOf(row) !== onlyList)) continue;
    const id = table.id(row);
    const old = before.table.rowOf(id);
    if (old === NONE) found.push({ id, word: 'new' });
    else if (before.blob(id) !== now.blob(id)) {
      found.push({ id, word: wordFor(before.table.status(old), table.status(row)) });
    } else if (isReady(is, row) && !isReady(was, old)) found.push({ id, word: 'ready now' });
  }
  return found;
}

function removed({ table }: Snapshot, now: Snapshot): Difference[] {
  const found: Difference[] = [];
  for (let row = 0; row < table.size; row++) {
    if (isWork(table, row) && !now.has(table.id(row))) found.push({ id: table.id(row), word: 'removed' });
  }
  return found;
}

async function openOr(session: Session, tip: string): Promise<Snapshot | undefined> {
  try {
    return await session.ledger.openAt(tip);
  } catch (error) {
    if (error instanceof TasksError) return undefined;
    throw error;
  }
}

function wordFor(before: string, after: string): ChangeWord {
  if (before === after) return 'changed';
  if (after === 'completed' || after === 'cancelled') return after;
  if (before === 'completed' || before === 'cancelled') return 'reopened';
  return after === 'in_progress' ? 'claimed' : 'released';
}

type Bare = Omit<TaskChange, 'subject'>;

async function ofOthers(
  { repository }: Session,
  found: readonly Difference[],
  { now, own }: { readonly now: Snapshot; readonly own: ReadonlySet<string> },
): Promise<Bare[]> {
  if (found.length > MAX_LOOKED_UP) return [...found];
  const isOwn = new Map<string, boolean>();
  const told: Bare[] = [];
  for (const { id, word } of found) {
    const change = word === 'ready now' || word === 'removed' ? undefined : now.knownChange(id);
    if (change === undefined) {
      told.push({ id, word });
      continue;
    }
    let mine = isOwn.get(change.commit);
    if (mine === undefined) {
      const { message } = await readCommit(repository.objects, change.commit);
      mine = (parseTrailers(message).get('Session') ?? []).some((name) => own.has(name));
      isOwn.set(change.commit, mine);
    }
    if (!mine) told.push({ id, word, by: change.by });
  }
  return told;
}

function subjectOf(id: TaskId, now: Snapshot, before: Snapshot): string {
  const table = now.has(id) ? now.table : before.table;
  return table.summary(table.rowOf(id)).subject;
}

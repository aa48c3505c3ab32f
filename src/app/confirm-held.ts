/** Has provisional claims confirmed once the remote can be asked. */
import { isHolder, leaseState } from '../lease/lease.ts';
import type { TaskId } from '../task/types.ts';
import { makeChange, type PlanVerb } from './change.ts';
import { planRenew } from './renew.ts';
import type { Session } from './session.ts';
import { claimMode } from './shared-remote.ts';

/** The claims that were confirmed, in one commit. */
export interface HeldConfirmed {
  readonly ids: readonly TaskId[];
  readonly commit: string;
}

/**
 * Confirms the caller's own provisional claims that have not lost to anybody: nobody else may write to their tasks, so
 * those of others wait for their holders. Undefined when there is none, or when the remote did not answer.
 */
export async function confirmHeld(session: Session): Promise<HeldConfirmed | undefined> {
  if (claimMode(session) === 'local' || (await provisionalOf(session)).length === 0) return undefined;
  const plan: PlanVerb<readonly TaskId[]> = async (bench, context) => {
    const ids = await provisionalOf({ ...session, read: async () => bench.snapshot });
    if (context.claims?.way === 'confirming' && ids.length > 0) await planRenew(bench, { ids }, context);
    return ids;
  };
  const { result, commit, claimed } = await makeChange(session, plan, { claims: 'tell', title: 'confirm claims' });
  return claimed?.certainty === 'confirmed' ? { ids: result, commit } : undefined;
}

async function provisionalOf(session: Pick<Session, 'read' | 'author' | 'world'>): Promise<TaskId[]> {
  const author = session.author();
  const { table } = await session.read();
  const found: TaskId[] = [];
  for (let row = 0; row < table.size; row++) {
    if (table.status(row) !== 'in_progress') continue;
    const { id, owner, claim } = table.summary(row);
    const isLive = leaseState(claim, session.world.now(), table.sightings) === 'live';
    if (claim?.provisional === true && isLive && isHolder({ owner, claim }, author)) found.push(id);
  }
  return found;
}

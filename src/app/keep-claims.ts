/** The claims of a session as a whole, in the names of all its agents: what it holds, and how it keeps or returns it. */
import { leaseLength } from '../lease/lease.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { instantToMs } from '../task/instant.ts';
import type { TaskSummary } from '../task/summary.ts';
import type { TaskId } from '../task/types.ts';
import { makeChange } from './change.ts';
import { planRelease } from './life.ts';
import { renewDue } from './renew.ts';
import { actingAs, type Session } from './session.ts';

/** A lease that a session holds, in the name of one of its agents. Holds without an end are none. */
export interface HeldLease {
  readonly id: TaskId;
  readonly owner: string;
  /** When half of it will be over, in milliseconds since 1970. */
  readonly half: number;
}

/** The leases of the session that nobody has taken over, those that ran out included. None without a session id. */
export async function heldLeases(session: Session): Promise<HeldLease[]> {
  return leasesIn(await session.read(), session);
}

function leasesIn({ table }: Snapshot, session: Session): HeldLease[] {
  const { session: own } = session.author();
  const held: HeldLease[] = [];
  if (own === undefined) return held;
  for (let row = 0; row < table.size; row++) {
    if (table.status(row) !== 'in_progress') continue;
    const { id, owner, claim }: TaskSummary = table.summary(row);
    if (owner === undefined || claim?.session !== own || claim.expires === undefined) continue;
    const length = leaseLength(claim) ?? session.lease();
    held.push({ id, owner, half: instantToMs(claim.expires) - length / 2 });
  }
  return held;
}

/** Renews the leases that are half over: one commit for each name. */
export async function renewLeases(session: Session): Promise<void> {
  for (const owner of ownersOf(await heldLeases(session))) await renewDue(actingAs(session, owner));
}

/** Gives back what the session holds, or what of it is named so: one commit for each name. Gives the ids. */
export async function releaseLeases(
  session: Session,
  isWanted: (owner: string) => boolean = () => true,
): Promise<TaskId[]> {
  const released: TaskId[] = [];
  for (const owner of [...ownersOf(await heldLeases(session))].filter((name) => isWanted(name))) {
    const { result } = await makeChange(actingAs(session, owner), async (bench) => {
      const ids = leasesIn(bench.snapshot, session).flatMap((lease) => (lease.owner === owner ? lease.id : []));
      if (ids.length > 0) await planRelease(bench, { ids });
      return ids;
    });
    released.push(...result);
  }
  return released;
}

function ownersOf(leases: readonly HeldLease[]): ReadonlySet<string> {
  return new Set(leases.map(({ owner }) => owner));
}

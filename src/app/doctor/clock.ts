/** Clocks that are far off: leases end too early or never where they are. */
import { ROOT_COMMIT } from '../../ledger/layout.ts';
import type { Finding, Scene } from './finding.ts';
import type { ObjectsReport } from './objects.ts';

/** A difference that no time zone and no leap explains, in seconds. */
const FAR = 86_400;

/** Compares this machine's clock with the dates on the branch. Nobody's date is ever used for order. */
export function checkClock({ files }: Scene, latest: ObjectsReport['latest']): Finding[] {
  const now = files.now() / 1000;
  const about = { code: 'clock', severity: 'warning' } as const;
  const root = ROOT_COMMIT.author.seconds;
  if (now < root) {
    const message = `The clock of this machine says ${day(now)}, which is before git-tasks existed`;
    return [{ ...about, message, hint: 'Set the clock: leases that are made now have ended everywhere else' }];
  }
  if (latest === undefined || latest.seconds <= now + FAR) return [];
  const message = `Commit ${latest.oid.slice(0, 12)} is of ${day(latest.seconds)}, and the clock of this machine says ${day(now)}`;
  const hint = 'One of the two clocks is wrong. Set it: leases that were made with it end at the wrong time';
  return [{ ...about, message, id: latest.oid, hint }];
}

function day(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ');
}

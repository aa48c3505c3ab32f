/** Looks at the leases that a sync brings in, for those that a clock which is off has written. */
import { privateFolder, type Ledger } from '../ledger/ledger.ts';
import { keepSightings, newSightings, runningLeases } from '../ledger/sightings.ts';
import type { World } from '../world.ts';
import { readLooks, uniqueName } from './looks.ts';

interface ArrivalsPort {
  readonly ledger: Ledger;
  readonly world: Pick<World, 'now' | 'random'>;
}

/** Call it before anything is joined, and what it gives afterwards. */
export async function expectArrivals({ ledger, world }: ArrivalsPort, remote: string): Promise<() => Promise<void>> {
  const { repository } = ledger;
  const before = runningLeases((await ledger.open()).table);
  const { looked: lastLook } = readLooks(repository, remote);
  return async () => {
    const after = runningLeases((await ledger.open()).table);
    const now = world.now();
    const found = newSightings({ before, after, lastLook, now });
    keepSightings(repository.fs, privateFolder(repository), { found, now, unique: uniqueName(world) });
  };
}

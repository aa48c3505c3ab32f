/**
 * Leases that other machines have written with a clock that is not ours.
 *
 * A lease names its end by the clock of its holder. This clone knows something about it that no clock can change: it was
 * not there when the remote was last looked at, and it was there now. So it lasts at least its length from the one and
 * at most its length from the other moment, by our own clock. Only what contradicts that is kept, which is nothing while
 * the clocks agree.
 */
import { join } from 'node:path';
import type { FileSystem } from '../git/files/file-system.ts';
import { FLAG, type TaskTable } from '../graph/table.ts';
import { leaseKey, leaseLength, type LeaseSightings } from '../lease/lease.ts';
import { instantToMs } from '../task/instant.ts';
import type { Claim } from '../task/types.ts';
import { readNote, writeNote } from './private-file.ts';

/** Clocks that differ by less than this agree, in milliseconds. */
const TOLERANCE = 60_000;

/** How long a sighting is kept after it has ended, in milliseconds: as long as any clock is likely to be off. */
const KEPT = 7 * 86_400_000;

/** What was seen; empty where nothing is kept. */
export function readSightings(fs: FileSystem, folder: string): LeaseSightings {
  const note = readNote(fs, join(folder, 'sightings'));
  const seen = new Map<string, { from: number; until: number }>();
  for (const entry of Array.isArray(note) ? note : []) {
    const [key, from, until] = entry as readonly unknown[];
    if (typeof key === 'string' && typeof from === 'number' && typeof until === 'number')
      seen.set(key, { from, until });
  }
  return seen;
}

/** The leases that run in a table, by their key. */
export function runningLeases(table: TaskTable): ReadonlyMap<string, Claim> {
  const leases = new Map<string, Claim>();
  for (let row = 0; row < table.size; row++) {
    if (!table.has(row, FLAG.claim)) continue;
    const { claim } = table.summary(row);
    if (claim?.expires !== undefined) leases.set(leaseKey(claim), claim);
  }
  return leases;
}

/** What a look at a remote has brought. Moments are by this machine's clock, in milliseconds since 1970. */
export interface Sight {
  readonly before: ReadonlyMap<string, Claim>;
  readonly after: ReadonlyMap<string, Claim>;
  /** When the remote was looked at before; undefined: never, as far as is known. */
  readonly lastLook: number | undefined;
  readonly now: number;
}

/** Of the leases that are new, those whose end our own clock does not allow. */
export function newSightings({ before, after, lastLook, now }: Sight): LeaseSightings {
  const found = new Map<string, { from: number; until: number }>();
  for (const [key, claim] of after) {
    const length = leaseLength(claim);
    if (before.has(key) || length === undefined || claim.expires === undefined) continue;
    const end = instantToMs(claim.expires);
    const until = now + length;
    const from = lastLook === undefined || lastLook > now ? Math.min(end, until) : lastLook + length;
    if (end < from - TOLERANCE || end > until + TOLERANCE) found.set(key, { from, until });
  }
  return found;
}

/** Keeps sightings beside those that are kept already. */
export function keepSightings(
  fs: FileSystem,
  folder: string,
  add: { readonly found: LeaseSightings; readonly now: number; readonly unique: string },
): void {
  if (add.found.size === 0) return;
  const all = new Map([...readSightings(fs, folder), ...add.found]);
  const value = [...all]
    .filter(([, { until }]) => Math.abs(add.now - until) < KEPT)
    .map(([key, { from, until }]) => [key, from, until]);
  writeNote(fs, join(folder, 'sightings'), { value, unique: add.unique });
}

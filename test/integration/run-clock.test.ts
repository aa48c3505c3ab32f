/** What a run does when the clock comes to a moment: a pause is over, a lease runs out, a deferred task comes up. */
import { expect, test } from 'vitest';
import type { RunEvent } from '../../src/runner/run-event.ts';
import { runFleet } from '../../src/runner/run-fleet.ts';
import { openSession } from '../../src/app/session.ts';
import { processWorld } from '../../src/world.ts';
import { scratchLedger } from '../cli/ledger.ts';
import { endOf, startFleet } from '../concurrency/support/fleet.ts';

test('goes on by itself when a deferral or the lease of somebody else is over', async () => {
  const { folder, add, run } = scratchLedger();
  add('Deferred', '--defer', '3s');
  run(['claim', add('Lost'), '--as', 'bob', '--lease', '3s']);
  const fleet = startFleet(folder, ['--', 'true']);
  const late = setTimeout(() => fleet.child.kill('SIGKILL'), 30_000);
  expect(await endOf(fleet)).toBe(0);
  clearTimeout(late);
  expect(fleet.output()).toContain('"completed":2');
});

/** The outcome of a run whose clock stands still, and passes the end of a pause when it has been read so many times more. */
async function outcomeAfter(folder: string, reads: number): Promise<string> {
  let now = Date.now();
  let left = Number.POSITIVE_INFINITY;
  const clock = { now: { value: () => (left-- > 0 ? now : now + 1) } };
  const world = Object.create(processWorld(), clock) as ReturnType<typeof processWorld>;
  const event = (told: RunEvent): void => {
    if (told.event !== 'task-ended' || told.retryIn === undefined) return;
    now += told.retryIn - 1;
    left = reads;
  };
  const session = await openSession(world, { dir: folder });
  const never = new AbortController().signal;
  const command = ['sh', '-c', 'test -e tried-$1 || { touch tried-$1; exit 1; }', 'sh', '{id}'];
  const base = { command, folder, jobs: 1, until: 'idle', retries: 1, backOff: 1, onFail: 'release' } as const;
  const rest = { failFast: false, grace: 1000, stdin: false, worktree: false, review: false, fetch: 1000 };
  const { outcome } = await runFleet(session, { ...base, ...rest, watcher: { event }, stop: never, kill: never });
  return outcome;
}

test('never takes a pause for the end, wherever in a round the clock passes it', async () => {
  const { folder, add } = scratchLedger();
  const outcomes: string[] = [];
  for (let reads = 0; reads < 12; reads++) {
    add(`Task ${reads}`);
    outcomes.push(await outcomeAfter(folder, reads));
  }
  expect(outcomes).toEqual(outcomes.map(() => 'done'));
});

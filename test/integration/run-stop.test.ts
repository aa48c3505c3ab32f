/** A run that is asked to end in the middle of starting. */
import { expect, test } from 'vitest';
import { openSession } from '../../src/app/session.ts';
import type { RunEvent } from '../../src/runner/run-event.ts';
import { runFleet } from '../../src/runner/run-fleet.ts';
import { processWorld } from '../../src/world.ts';
import { scratchLedger } from '../cli/ledger.ts';

test('a task whose claim is on its way when the run is to end is given back like the others', async () => {
  const { folder, add, run } = scratchLedger();
  for (const n of [1, 2, 3]) add(`Task ${n}`);
  const session = await openSession(processWorld(), { dir: folder });
  const [stop, kill] = [new AbortController(), new AbortController()];
  const events: RunEvent[] = [];
  const event = (told: RunEvent): Promise<void> => {
    events.push(told);
    // The first command runs, and the claim for the second one has begun.
    if (told.event === 'task-started') stop.abort('reader');
    return Promise.resolve();
  };
  const { outcome } = await runFleet(session, {
    command: ['sleep', '1000'],
    folder,
    jobs: 3,
    until: 'done',
    retries: 0,
    backOff: 1000,
    onFail: 'release',
    failFast: false,
    grace: 1000,
    stdin: false,
    worktree: false,
    review: false,
    fetch: 60_000,
    watcher: { event },
    stop: stop.signal,
    kill: kill.signal,
  });
  expect(outcome).toBe('interrupted');
  expect(events.filter((told) => told.event === 'task-started')).toHaveLength(1);
  const listed = JSON.parse(run(['list', '--json']).stdout) as { tasks: readonly { readonly status: string }[] };
  expect(listed.tasks.map(({ status }) => status)).toEqual(['pending', 'pending', 'pending']);
}, 20_000);

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createContext } from '../../../src/cli/context.ts';
import { paletteOf } from '../../../src/cli/render/screen.ts';
import { showRun, type ViewOptions } from '../../../src/cli/run-view.ts';
import { processWorld, type World } from '../../../src/world.ts';
import { began, ended, runBegan, runTask } from '../../support/run-events.ts';
import { vtScreen } from '../../support/vt-screen.ts';

const ENDING = 'ending: what runs is asked to end; Ctrl-C again kills it';

/** A run on a terminal that is asked to end while its only command runs. Returns what stands on the screen then. */
async function interrupted(term: string, some: Partial<ViewOptions> = {}): Promise<string[]> {
  const screen = vtScreen(80, 24);
  const world: World = { ...processWorld(), stdout: screen.output, stderr: screen.output, env: { TERM: term } };
  const seen = { isTerminal: true, width: 80, paint: paletteOf(false), now: Date.now() };
  const context = createContext({ world, screens: { out: seen, err: seen }, notices: new Set() }, {});
  const stop = new AbortController();
  const { signal } = new AbortController();
  let lines: string[] = [];
  await showRun(
    context,
    { reports: [], quiet: false, output: true, signal, stop: stop.signal, ...some },
    async (to) => {
      const task = runTask('7kq3', 'Convert shard 1');
      await to.event(runBegan());
      await to.event(began(0, task, 0));
      stop.abort('SIGINT');
      vi.advanceTimersByTime(200);
      lines = screen.lines();
      await to.event(ended(1, task, { outcome: 'stopped', status: 'pending', signal: 'SIGTERM' }));
    },
  );
  return lines;
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] }));
afterEach(() => void vi.useRealTimers());

test('a person who asks a run to end sees that it was heard, and what kills at once', async () => {
  const lines = await interrupted('xterm');
  expect(lines).toContain(ENDING);
  expect(lines.at(-1)).toMatch(/^ending · /);
  expect(await interrupted('dumb')).toContain(ENDING);
  expect(await interrupted('xterm', { quiet: true })).toContain(ENDING);
});

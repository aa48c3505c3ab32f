import { describe, expect, it, onTestFinished } from 'vitest';
import { type Group, startGroup } from '../../../src/process/group.ts';
import { limitTime } from '../../../src/process/time-limit.ts';
import { processWorld } from '../../../src/world.ts';

/** A shell command as a group; what is left of it is killed after the test. */
async function start(script: string, grace: number): Promise<Group> {
  const world = processWorld();
  const command = ['sh', '-c', script];
  const group = await startGroup(world, { command, cwd: '/', env: world.env, onOutput: () => undefined, grace });
  onTestFinished(() => group.kill());
  return group;
}

describe('a limit of time', () => {
  it('is told of a command that runs beyond it', async () => {
    const group = await start('sleep 60', 1000);
    await new Promise<void>((resolve) => {
      limitTime(group, 50, resolve);
    });
    group.kill();
    expect(await group.ended).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('does not count what it takes to end what the command left behind', async () => {
    const group = await start(`(trap '' TERM; while :; do sleep 0.05; done) & exit 0`, 1500);
    let isLate = false;
    limitTime(group, 600, () => (isLate = true));
    expect(await group.ended).toEqual({ code: 0, signal: null });
    expect(isLate).toBe(false);
  });

  it('takes no end for late of which a busy program heard late', async () => {
    const group = await start('exit 0', 1000);
    let isLate = false;
    limitTime(group, 300, () => (isLate = true));
    const busyUntil = performance.now() + 1000;
    while (performance.now() < busyUntil);
    expect(await group.ended).toEqual({ code: 0, signal: null });
    expect(isLate).toBe(false);
  });
});

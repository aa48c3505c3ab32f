import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hasEnded } from '../../../src/process/group-members.ts';

/** Starts a command in a group of its own. */
function start(...command: readonly string[]): { leader: number; ended: Promise<unknown>; kill: () => void } {
  const child = spawn(command[0] ?? '', command.slice(1), { detached: true, stdio: 'ignore' });
  const { pid: leader } = child;
  if (leader === undefined) throw new Error(`${command.join(' ')} was not started`);
  return { leader, ended: once(child, 'exit'), kill: () => process.kill(-leader, 'SIGKILL') };
}

describe.runIf(process.platform === 'linux')('a process group', () => {
  it('has ended when nobody has taken note of the end of its members yet', async () => {
    const { leader, ended } = start('true');
    // Without a turn of the event loop this very process does not take note.
    const giveUpAt = performance.now() + 10_000;
    while (!readFileSync(`/proc/${leader}/stat`, 'latin1').includes(') Z ') && performance.now() < giveUpAt);
    expect(hasEnded(leader)).toBe(true);
    expect(() => process.kill(-leader, 0)).not.toThrow();
    await ended;
  });

  it('has not ended while a member runs, and is unknown when it is gone', async () => {
    const { leader, ended, kill } = start('sleep', '60');
    expect(hasEnded(leader)).toBe(false);
    kill();
    await ended;
    expect(hasEnded(leader)).toBe(false);
  });
});

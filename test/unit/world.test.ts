/** What one process can tell of another. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { processWorld } from '../../src/world.ts';

/** The identity of another process of this machine. */
function identityOf(pid: number, own: string): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return `${own.split('_')[0]}_${pid}_${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
}

describe.skipIf(process.platform !== 'linux')('a process', () => {
  const world = processWorld();

  it('runs while it lives, and no longer when its pid is that of a later one', () => {
    expect(world.isRunning(world.identity)).toBe(true);
    expect(world.isRunning(world.identity.replace(/_\d*$/, '_1'))).toBe(false);
    expect(world.isRunning(world.identity.replace(/_\d*$/, '_'))).toBe(true);
  });

  it('that has ended does not run', () => {
    const { pid } = spawnSync('true');
    expect(world.isRunning(`${world.identity.split('_')[0]}_${pid}_1`)).toBe(false);
  });

  it('that has ended does not run although its parent never took note', async () => {
    // The parent turns into a program that knows nothing of the child.
    const parent = spawn('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 20'], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      const [line] = (await once(parent.stdout, 'data')) as [Buffer];
      const pid = Number(line.toString());
      const identity = identityOf(pid, world.identity);
      expect(world.isRunning(identity)).toBe(true);
      await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z ');
      expect(world.isRunning(identity)).toBe(false);
    } finally {
      parent.kill();
    }
  });

  it('of another machine is not known', () => {
    expect(world.isRunning(`elsewhere_${process.pid}_1`)).toBe(undefined);
    expect(world.isRunning('nonsense')).toBe(undefined);
  });
});

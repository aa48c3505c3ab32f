/** Git and we exclude each other, and so do many processes of ours. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { acquireLock } from '../../src/git/files/lock-file.ts';
import { nodeFileSystem } from '../../src/git/files/file-system.ts';
import { git, scratchFolder, scratchRepository } from '../support/git.ts';
import { LOG, openAt } from './support/repositories.ts';

const REF = 'refs/heads/tasks';

function twoCommits(folder: string): [string, string] {
  const tree = git(folder, 'mktree');
  return [git(folder, 'commit-tree', tree, '-m', 'a'), git(folder, 'commit-tree', tree, '-m', 'b')];
}

describe('a lock', () => {
  it('of ours keeps git from moving the ref', async () => {
    const folder = scratchRepository();
    const [a, b] = twoCommits(folder);
    git(folder, 'update-ref', REF, a);
    const world = { fs: nodeFileSystem, now: () => Date.now(), random: () => new Uint8Array(8), sleep: async () => {} };
    const lock = await acquireLock(join(folder, '.git', REF), { world, timeout: 0, shared: undefined });
    expect(() => git(folder, 'update-ref', REF, b)).toThrow(/File exists/);
    lock.release();
    git(folder, 'update-ref', REF, b);
    expect(git(folder, 'rev-parse', REF)).toBe(b);
  });

  it('of git keeps us from moving the ref, is named with its age, and is never deleted', async () => {
    const folder = scratchRepository();
    const [a] = twoCommits(folder);
    const lock = join(folder, '.git', `${REF}.lock`);
    writeFileSync(lock, '');
    utimesSync(lock, new Date(), new Date(Date.now() - 125_000));
    const { refs } = await openAt(folder, { lockTimeout: 50 });
    await expect(refs.compareAndSwap({ ref: REF, expected: null, next: a, log: LOG })).rejects.toMatchObject({
      code: 'busy',
      message: expect.stringMatching(/refs\/heads\/tasks\.lock \(since 12[5-9] s/),
      hint: expect.stringContaining(`delete ${lock}`),
      data: { lock },
    });
    expect(existsSync(lock)).toBe(true);
  });

  it('of git is waited for', async () => {
    const folder = scratchRepository();
    const [a] = twoCommits(folder);
    const lock = join(folder, '.git', `${REF}.lock`);
    writeFileSync(lock, '');
    let pauses = 0;
    const sleep = async (): Promise<void> => {
      pauses += 1;
      if (pauses === 5) rmSync(lock);
    };
    const { refs } = await openAt(folder, { sleep });
    expect(await refs.compareAndSwap({ ref: REF, expected: null, next: a, log: LOG })).toEqual({ status: 'updated' });
    expect(pauses).toBe(5);
  });

  it('on packed-refs is respected when a packed ref is deleted', async () => {
    const folder = scratchRepository();
    const [a] = twoCommits(folder);
    git(folder, 'update-ref', REF, a);
    git(folder, 'pack-refs', '--all', '--prune');
    writeFileSync(join(folder, '.git/packed-refs.lock'), '');
    const { refs } = await openAt(folder, { lockTimeout: 20 });
    const swap = refs.compareAndSwap({ ref: REF, expected: a, next: null, log: LOG });
    await expect(swap).rejects.toMatchObject({ code: 'busy', data: { lock: join(folder, '.git/packed-refs.lock') } });
    expect(git(folder, 'rev-parse', REF)).toBe(a);
    expect(existsSync(join(folder, '.git', `${REF}.lock`))).toBe(false);
  });
});

describe('many processes', () => {
  it('keep all of 8 × 100 commits on one branch while git packs refs and objects', async () => {
    const folder = scratchRepository();
    const worker = join(scratchFolder(), 'worker.mjs');
    const entryPoints = [join(import.meta.dirname, 'support/append-worker.ts')];
    await build({ entryPoints, outfile: worker, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
    const children = Array.from({ length: 8 }, (_, index) =>
      spawn(process.execPath, [worker, folder, `w${index}`, '100'], { stdio: ['ignore', 'ignore', 'inherit'] }),
    );
    const exits = children.map(async (child) => (await once(child, 'exit'))[0]);
    const all = Promise.all(exits);
    while (children.some((child) => child.exitCode === null && child.signalCode === null)) {
      await Promise.race([all, new Promise((wake) => setTimeout(wake, 300))]);
      // Git gives up on a lock after a tenth of a second: that is its right, and no failure here.
      for (const args of [
        ['pack-refs', '--all', '--prune'],
        ['repack', '-dlq'],
      ]) {
        await once(spawn('git', args, { cwd: folder, stdio: 'ignore' }), 'exit');
      }
    }
    expect(await all).toEqual(children.map(() => 0));
    const subjects = git(folder, 'log', '--format=%s', REF).split('\n');
    expect(subjects).toHaveLength(800);
    expect(new Set(subjects).size).toBe(800);
    expect(git(folder, 'reflog', 'show', '--format=%H', REF).split('\n')).toHaveLength(800);
  }, 120_000);
});

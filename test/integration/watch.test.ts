/** `watch` and `wait` as programs: when they tell, when they end, and what they leave behind. */
import { spawn, type StdioOptions } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { WatchedEvent } from '../../src/app/watch.ts';
import { scratchLedger } from '../cli/ledger.ts';
import { EXECUTABLE, git, scratchFolder, tasks } from '../support/git.ts';
import { isAlive } from '../support/is-alive.ts';
import { scratchRemote, sharedLedger } from '../support/shared-remote.ts';
import { pause, startTasks, type Watcher, watcherOf } from '../support/watcher.ts';

/** Long enough for a program to start and look at the ledger, in milliseconds. */
const STARTED = 1200;

/** The first commit of every ledger. */
const rootOf = (folder: string): string => git(folder, 'rev-list', '--max-parents=0', 'tasks');

/** Starts `watch` and resolves when it runs: its first line tells of a task that was there before. */
async function startWatch(folder: string, args: readonly string[] = [], stdio?: StdioOptions): Promise<Watcher> {
  const since = git(folder, 'rev-parse', 'tasks');
  tasks(folder, ['add', 'known', '--as', 'ada']);
  const watcher = startTasks(folder, ['watch', '--since', since, ...args], stdio);
  await watcher.until(1);
  return watcher;
}

const eventsOf = ({ lines }: Watcher): WatchedEvent[] => lines.map(({ text }) => JSON.parse(text) as WatchedEvent);

describe('watch', () => {
  it('tells of a change within moments, and of nothing when nothing happens', async () => {
    const ledger = scratchLedger();
    const watcher = await startWatch(ledger.folder, ['--json']);
    const delays: number[] = [];
    for (let i = 1; i <= 5; i++) {
      ledger.add(`task ${i}`);
      const done = Date.now();
      await watcher.until(1 + i);
      delays.push((watcher.lines[i]?.at ?? 0) - done);
    }
    expect(Math.max(...delays)).toBeLessThan(2000);
    expect(eventsOf(watcher).slice(1)).toMatchObject(
      delays.map((_, i) => ({ contract: 1, type: 'created', task: { subject: `task ${i + 1}` } })),
    );
    await pause(500);
    expect(watcher.lines).toHaveLength(6);
  });

  it('tells of each commit once, from a commit on and then live, while others write', async () => {
    const ledger = scratchLedger();
    const since = rootOf(ledger.folder);
    ledger.add('before');
    const writers = Array.from({ length: 4 }, (_, w) =>
      startTasks(ledger.folder, ['batch', '--json', '--as', `w${w}`], ['pipe', 'pipe', 'pipe']),
    );
    const rounds = 6;
    const ended = writers.map(async ({ child }, w) => {
      child.stdin?.end(`{"verb":"add","subject":"w${w}"}\n`);
      for (let i = 1; i < rounds; i++) {
        await startTasks(ledger.folder, ['add', `w${w} ${i}`]).ended;
      }
    });
    const first = startTasks(ledger.folder, ['watch', '--json', '--since', since]);
    await Promise.all([...ended, ...writers.map((writer) => writer.ended)]);
    await first.until(1 + 4 * rounds);
    const made = git(ledger.folder, 'rev-list', '--reverse', `${since}..tasks`).split('\n');
    expect(eventsOf(first).map(({ commit }) => commit)).toEqual(made);
    // Whoever goes on from the cursor of any line misses nothing and gets nothing twice.
    const middle = eventsOf(first)[10];
    const second = startTasks(ledger.folder, ['watch', '--json', '--since', middle?.cursor ?? '', '--timeout', '1s']);
    expect(await second.ended).toBe(0);
    expect(eventsOf(second).map(({ commit }) => commit)).toEqual(made.slice(11));
  });

  it('follows the branch into packed refs and from a linked worktree', async () => {
    const ledger = scratchLedger();
    git(ledger.folder, 'commit', '--quiet', '--allow-empty', '-m', 'code');
    const linked = join(scratchFolder(), 'linked');
    git(ledger.folder, 'worktree', 'add', '--quiet', linked, '-b', 'side');
    const watcher = await startWatch(linked, ['--json']);
    ledger.add('loose');
    await watcher.until(2);
    git(ledger.folder, 'pack-refs', '--all');
    ledger.add('packed');
    await watcher.until(3);
    expect(eventsOf(watcher).map(({ task }) => task?.subject)).toEqual(['known', 'loose', 'packed']);
  });

  it('brings in what others push, sends nothing, and outlives a remote that is away', async () => {
    const { remote, ada } = sharedLedger();
    const bob = remote.clone('bob');
    bob.sync();
    const watcher = await startWatch(ada.folder, ['--json', '--fetch', '1s', '--as', 'ada']);
    bob.add('from bob');
    bob.sync();
    const pushed = remote.at();
    await watcher.until(2);
    expect(eventsOf(watcher)[1]).toMatchObject({ type: 'created', task: { subject: 'from bob' }, actor: 'bob' });
    expect(remote.at()).toBe(pushed);
    git(ada.folder, 'remote', 'set-url', 'origin', `${scratchRemote().folder}-gone`);
    const away = startTasks(ada.folder, ['watch', '--fetch', '1s', '--as', 'ada', '--timeout', '4s']);
    expect(await away.ended).toBe(0);
    expect(away.errors().match(/^warning: /gm)).toHaveLength(1);
  });
});

describe('the end of watch', () => {
  it.each([
    ['SIGTERM', 0],
    ['SIGHUP', 0],
    ['SIGINT', 130],
  ] as const)('by %s is exit code %i', async (signal, code) => {
    const watcher = await startWatch(scratchLedger().folder);
    watcher.child.kill(signal);
    expect(await watcher.ended).toBe(code);
    expect(watcher.errors()).toBe('');
  });

  it('comes with the next event when nobody reads any more', async () => {
    const ledger = scratchLedger();
    const watcher = await startWatch(ledger.folder);
    watcher.child.stdout?.destroy();
    ledger.add('one');
    ledger.add('two');
    expect(await watcher.ended).toBe(0);
    expect(watcher.errors()).toBe('');
  });

  it('comes when the pipe at its input is closed, but not when there never was one', async () => {
    const { folder } = scratchLedger();
    const held = startTasks(folder, ['watch'], ['pipe', 'pipe', 'pipe']);
    const never = startTasks(folder, ['watch', '--timeout', '3s'], ['pipe', 'pipe', 'pipe']);
    const begun = Date.now();
    never.child.stdin?.end();
    await pause(STARTED);
    held.child.stdin?.end();
    expect(await held.ended).toBe(0);
    expect(Date.now() - begun).toBeLessThan(3000);
    expect(await never.ended).toBe(0);
    expect(Date.now() - begun).toBeGreaterThan(2900);
  });

  it.skipIf(process.platform !== 'linux')('comes when its parent is killed, also where git is in between', async () => {
    const { folder } = scratchLedger();
    const bin = scratchFolder();
    writeFileSync(join(bin, 'git-tasks'), `#!/bin/sh\nexec "${process.execPath}" "${EXECUTABLE}" "$@"\n`, {
      mode: 0o755,
    });
    const env = { ...process.env, PATH: `${bin}:${process.env.PATH ?? ''}` };
    for (const command of ['git-tasks watch', 'git tasks watch']) {
      const script = `${command} --since ${rootOf(folder)} & echo $!; wait`;
      const shell = watcherOf(spawn('sh', ['-c', script], { cwd: folder, env, stdio: ['ignore', 'pipe', 'ignore'] }));
      tasks(folder, ['add', 'a sign that it runs']);
      await shell.until(2);
      const pid = Number(shell.lines[0]?.text);
      expect(isAlive(pid)).toBe(true);
      shell.child.kill('SIGKILL');
      await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
    }
  });
});

describe('wait', () => {
  it('ends with 0 when it comes about, 3 when the time is up, 1 when it cannot, 2 when nobody can tell what is meant', async () => {
    const ledger = scratchLedger();
    const a = ledger.add('A');
    const b = ledger.add('B', '--blocked-by', a);
    const ready = startTasks(ledger.folder, ['wait', b, '--ready']);
    const closed = startTasks(ledger.folder, ['wait', a, b, '--any', '--json']);
    await pause(STARTED);
    ledger.json('done', a);
    expect(await ready.ended).toBe(0);
    expect(ready.lines.map(({ text }) => text)).toEqual([expect.stringMatching(/^ready \w+ B$/)]);
    expect(await closed.ended).toBe(0);
    expect(JSON.parse(closed.lines[0]?.text ?? '')).toMatchObject({
      contract: 1,
      outcome: 'met',
      until: 'closed',
      tasks: [
        { id: a, met: true, task: { status: 'completed' } },
        { id: b, met: false },
      ],
    });
    expect(tasks(ledger.folder, ['wait', b, '--timeout', '1s']).code).toBe(3);
    ledger.json('cancel', b);
    const hopeless = tasks(ledger.folder, ['wait', b, '--status', 'completed']);
    expect(hopeless).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot become completed any more') });
    expect(tasks(ledger.folder, ['wait', b, '--ready', '--unblocked']).code).toBe(2);
    expect(tasks(ledger.folder, ['wait', 'zzzz']).code).toBe(1);
  });

  it('is interrupted by a signal, and says so with 130', async () => {
    const ledger = scratchLedger();
    const waiting = startTasks(ledger.folder, ['wait', ledger.add('A')]);
    await pause(STARTED);
    waiting.child.kill('SIGTERM');
    expect(await waiting.ended).toBe(130);
  });

  it('lets next take a task as soon as one is there', async () => {
    const ledger = scratchLedger();
    const next = startTasks(ledger.folder, ['next', '--wait', '20s']);
    await pause(STARTED);
    const begun = Date.now();
    ledger.add('A');
    expect(await next.ended).toBe(0);
    expect(Date.now() - begun).toBeLessThan(5000);
    expect(next.lines[0]?.text).toMatch(/^claimed /);
  });

  it('lets next take a task that another clone has made, with --fetch', async () => {
    const { remote, ada } = sharedLedger();
    ada.json(['claim', ada.json<{ tasks: { id: string }[] }>(['ready']).tasks[0]?.id ?? '']);
    const ben = remote.clone('ben');
    ben.sync();
    const next = startTasks(ben.folder, ['next', '--wait', '30s', '--fetch', '1s', '--as', 'ben']);
    await pause(STARTED);
    ada.add('From elsewhere');
    ada.sync();
    expect(await next.ended).toBe(0);
    expect(next.lines[0]?.text).toMatch(/^claimed .* From elsewhere .*confirmed/);
    expect(ben.failure(['next', '--fetch', '1s'])).toMatchObject({ code: 'usage', message: /nothing waits/ });
  });
});

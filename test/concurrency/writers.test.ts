/** Many writers of one ledger, with git at work beside them: nothing is lost, nobody fails, nobody starves. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addTask } from '../../src/app/add.ts';
import { git, scratchFolder, tasks } from '../support/git.ts';
import { initWithLedger, inspect, leftovers, sessionIn } from './support/inspect.ts';
import type { Job } from './support/jobs.ts';
import { IS_LONG, repeatGit, type Running, start, untilStopped } from './support/processes.ts';

const SIZES = IS_LONG
  ? { processes: 50, changes: 20, worktrees: 8, inEach: 20 }
  : { processes: 12, changes: 6, worktrees: 8, inEach: 4 };

/** The longest that any change may take with all of these at work, in milliseconds. The queue's own bound is a minute. */
const LONGEST = 60_000;

function jobsOf(name: string, count: number): Job[] {
  return Array.from({ length: count }, (_, n) => ({ kind: 'single', size: 1, group: `${name}c${n}` }));
}

/** What is wrong after all of them have ended. */
async function judge(folder: string, writers: readonly Running[]): Promise<string[]> {
  const problems: string[] = [];
  for (const writer of writers) {
    const code = await writer.ended;
    if (code !== 0) problems.push(`a writer ended with ${code}: ${writer.stderr()}`);
    problems.push(...writer.errors.map(({ error, message }) => `${error}: ${message}`));
    if (writer.acknowledged.size !== writer.jobs.length) problems.push(`${writer.acknowledged.size} were acknowledged`);
  }
  problems.push(...leftovers(folder).map((name) => `left behind: ${name}`));
  const acknowledged = new Set(writers.flatMap((writer) => [...writer.acknowledged]));
  problems.push(...(await inspect(folder, { jobs: writers.flatMap(({ jobs }) => jobs), acknowledged })));
  const longest = Math.max(...writers.flatMap(({ milliseconds }) => milliseconds));
  if (longest > LONGEST) problems.push(`a change took ${longest} ms`);
  const figures = { writers: writers.length, changes: acknowledged.size, longest: `${Math.round(longest)} ms` };
  if (IS_LONG) process.stderr.write(`${JSON.stringify(figures)}\n`);
  return problems;
}

describe('many writers', () => {
  it(`${SIZES.processes} processes make ${SIZES.changes} changes each while git works beside them`, async () => {
    const folder = scratchFolder();
    await initWithLedger(folder);
    const clone = join(scratchFolder(), 'clone');
    git(folder, 'clone', '--quiet', '--bare', '.', clone);
    git(folder, 'remote', 'add', 'elsewhere', clone);
    const beside = [
      repeatGit(folder, [
        ['commit', '--quiet', '--allow-empty', '-m', 'commit %'],
        ['pack-refs', '--all'],
        ['fetch', '--quiet', 'elsewhere'],
      ]),
      repeatGit(folder, [
        ['gc', '--quiet'],
        ['worktree', 'add', '--quiet', '-b', 'branch-%', `${clone}-%`],
      ]),
      repeatGit(clone, [['fetch', '--quiet', folder, '+refs/heads/tasks:refs/heads/tasks']]),
    ];
    const numbers = Array.from({ length: SIZES.processes }, (_, n) => n);
    const writers = await Promise.all(
      numbers.map((n) => start({ folder, jobs: jobsOf(`p${n}`, SIZES.changes), reopens: n % 2 === 0 })),
    );
    await Promise.all(writers.map(({ ended }) => ended));
    const failures = (await Promise.all(beside.map((loop) => loop.stop()))).flat();
    expect(failures).toEqual([]);
    expect(await judge(folder, writers)).toEqual([]);
    const wanted = SIZES.processes * SIZES.changes;
    // The root commit and the two probes of the inspection are there too.
    expect(git(folder, 'rev-list', '--count', '--no-merges', 'tasks')).toBe(String(wanted + 3));
  }, 1_200_000);

  it(`${SIZES.worktrees} processes in as many linked worktrees share the ledger`, async () => {
    const folder = scratchFolder();
    await initWithLedger(folder);
    const trees = Array.from({ length: SIZES.worktrees }, (_, n) => join(folder, `tree-${n}`));
    for (const tree of trees) git(folder, 'worktree', 'add', '--quiet', '--detach', tree);
    const writers = await Promise.all(
      trees.map((tree, n) => start({ folder: tree, jobs: jobsOf(`t${n}`, SIZES.inEach) })),
    );
    const code = trees.map((tree) => repeatGit(tree, [['commit', '--quiet', '--allow-empty', '-m', 'code %']]));
    await Promise.all(writers.map(({ ended }) => ended));
    expect((await Promise.all(code.map((loop) => loop.stop()))).flat()).toEqual([]);
    expect(await judge(folder, writers)).toEqual([]);
  }, 1_200_000);
});

/** Only /proc says that a process is stopped. */
describe.skipIf(process.platform !== 'linux')('a writer that is stopped', () => {
  it('in the queue is overtaken, keeps nobody up after that, and makes its change in the end', async () => {
    const folder = scratchFolder();
    await initWithLedger(folder);
    const jobs = jobsOf('stopped', 1);
    // Its ticket is there, its turn has come: the next that it opens is the branch.
    const stopped = await start({ folder, jobs, stop: { call: 'readdirSync', path: 'git-tasks/queue' } });
    await untilStopped(stopped);
    expect(readdirSync(join(folder, '.git/git-tasks/queue'))).toHaveLength(1);
    const first = performance.now();
    await addTask(await sessionIn(folder), { subject: 'overtakes' });
    const second = performance.now();
    await addTask(await sessionIn(folder), { subject: 'does not wait' });
    const third = performance.now();
    stopped.child.kill('SIGCONT');
    expect(await stopped.ended).toBe(0);
    expect([...stopped.acknowledged]).toEqual(['stoppedc0']);
    expect(second - first).toBeGreaterThan(1500);
    expect(second - first).toBeLessThan(8000);
    expect(third - second).toBeLessThan(1500);
    expect(git(folder, 'log', '--format=%s', 'tasks').split('\n')).toHaveLength(4);
    expect(leftovers(folder)).toEqual([]);
  });

  it('with the lock of the branch is named to those who wait, with exit code 4; killed, it is in nobody’s way', async () => {
    const folder = scratchFolder();
    await initWithLedger(folder);
    git(folder, 'config', 'tasks.lockTimeout', '300');
    const jobs = jobsOf('stopped', 1);
    const stopped = await start({ folder, jobs, stop: { call: 'linkSync', path: 'refs/heads/tasks.lock' } });
    await untilStopped(stopped);
    const { pid } = stopped.child;
    const told = tasks(folder, ['add', 'Wait for it', '--json', '--as', 'ada']);
    expect(told.code).toBe(4);
    expect(JSON.parse(told.stderr).error).toMatchObject({
      code: 'busy',
      message: expect.stringContaining(`process ${pid} on `),
      hint: expect.stringContaining('end it'),
      lock: join(folder, '.git/refs/heads/tasks.lock'),
      pid,
    });
    stopped.child.kill('SIGKILL');
    await stopped.ended;
    const started = performance.now();
    await addTask(await sessionIn(folder), { subject: 'at once' });
    expect(performance.now() - started).toBeLessThan(2000);
    expect(await inspect(folder, { jobs, acknowledged: new Set() })).toContain('"at once" has lost its description');
  });

  it('before the others keeps them for no longer than `tasks.queueTimeout`, and they say who it is', async () => {
    const folder = scratchFolder();
    await initWithLedger(folder);
    git(folder, 'config', 'tasks.queueTimeout', '200');
    const jobs = jobsOf('stopped', 1);
    const stopped = await start({ folder, jobs, stop: { call: 'readdirSync', path: 'git-tasks/queue' } });
    await untilStopped(stopped);
    const told = tasks(folder, ['add', 'Wait for it', '--json', '--as', 'ada']);
    expect(told.code).toBe(4);
    expect(JSON.parse(told.stderr).error).toMatchObject({ code: 'busy', pid: stopped.child.pid });
    stopped.child.kill('SIGCONT');
    expect(await stopped.ended).toBe(0);
    expect(await inspect(folder, { jobs, acknowledged: stopped.acknowledged })).toEqual([]);
  });
});

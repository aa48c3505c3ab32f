/** Runs over graphs whose commands misbehave in every way: each task is done once, in order, and nothing is left behind. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratchLedger } from '../cli/ledger.ts';
import { tasks } from '../support/git.ts';
import { sharedLedger } from '../support/shared-remote.ts';
import { endOf, FAILING, leftOf, makeGraph, startFleet, writeWorker } from './support/fleet.ts';
import { IS_LONG, pause } from './support/processes.ts';

const SIZES = IS_LONG ? { tasks: 500, jobs: 16 } : { tasks: 60, jobs: 8 };

/** A number for this run: the graph follows from it. */
const SEED = Number(process.env.GIT_TASKS_SEED ?? Date.now() % 1_000_000);

/** A stream of numbers from 0 to below 1 (mulberry32, Tommy Ettinger). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Transition {
  readonly id: string;
  readonly verbs: readonly string[];
  readonly to: string;
}

describe('a run', () => {
  it(`does each task of a random graph once and in order, whatever the commands do (seed ${SEED})`, async () => {
    const { folder, json } = scratchLedger();
    const graph = makeGraph(folder, SIZES.tasks, randomFrom(SEED));
    const { command, notes } = writeWorker(folder);
    const limits = ['--timeout', '2s', '--grace', '1s', '--retries', '1', '--back-off', '1s'];
    const fleet = startFleet(folder, ['--jobs', String(SIZES.jobs), ...limits, '--', ...command]);
    // What the command gave back itself is not done by the run: a second run does it, and what waits for it.
    expect(await endOf(fleet)).toBe(3);
    const second = startFleet(folder, ['--jobs', String(SIZES.jobs), ...limits, '--', ...command]);
    expect(await endOf(second)).toBe(0);

    const { legal, transitions } = json('verify', '--transitions') as unknown as {
      legal: boolean;
      transitions: Transition[];
    };
    expect(legal).toBe(true);
    const done = transitions.filter(({ verbs }) => verbs.includes('done')).map(({ id }) => id);
    expect(done.toSorted()).toEqual([...graph.keys()].toSorted());
    const ends = readFileSync(notes, 'utf8').split('\n');
    for (const [id, { kind, after }] of graph) {
      expect({ id, kind, ends: ends.filter((line) => line === `end ${id}`).length }).toEqual({ id, kind, ends: 1 });
      const tries = ends.filter((line) => line.startsWith(`begin ${id} `)).length;
      expect({ id, kind, tries }).toEqual({ id, kind, tries: FAILING.includes(kind) || kind === 'left' ? 2 : 1 });
      const first = ends.findIndex((line) => line.startsWith(`begin ${id} `));
      for (const before of after) {
        expect(done.indexOf(before)).toBeLessThan(done.indexOf(id));
        expect(ends.indexOf(`end ${before}`)).toBeLessThan(first);
      }
    }
    for (const each of [fleet, second]) expect(await leftOf(await each.run, 0)).toEqual([]);
  }, 600_000);

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 130],
    ['SIGHUP', 130],
  ] as const)('that gets %s ends its commands, gives back what it held, and leaves nothing', async (signal, code) => {
    const { folder, fleet, begun } = await aRunOf(['deaf', 'family', 'hang'], ['--grace', '1s']);
    fleet.child.kill(signal);
    expect(await fleet.ended).toBe(code);
    expect(await leftOf(await fleet.run, 0)).toEqual([]);
    expect(begun().length).toBeGreaterThan(0);
    expect(openClaims(folder)).toEqual([]);
  });

  it('that gets Ctrl-C twice kills at once', async () => {
    const { folder, fleet } = await aRunOf(['deaf', 'deaf', 'deaf'], ['--grace', '1h']);
    fleet.child.kill('SIGINT');
    await pause(300);
    fleet.child.kill('SIGINT');
    expect(await fleet.ended).toBe(130);
    expect(await leftOf(await fleet.run, 0)).toEqual([]);
    expect(openClaims(folder)).toEqual([]);
  });

  it('that is killed leaves nothing that runs, and the next one begins with what it held', async () => {
    const { folder, fleet } = await aRunOf(['deaf', 'family', 'hang'], ['--grace', '1s']);
    fleet.child.kill('SIGKILL');
    expect(await fleet.ended).toBe('SIGKILL');
    expect(await leftOf(await fleet.run, 5000)).toEqual([]);
    expect(openClaims(folder).length).toBeGreaterThan(0);
    const next = startFleet(folder, ['--', 'true']);
    expect(await endOf(next)).toBe(0);
    expect(next.output()).toContain('was killed: what it held is given back');
  });

  it('ends when whoever has started it has gone', async () => {
    const { folder, add } = scratchLedger();
    for (const n of [1, 2]) add(`hang ${n}`);
    const { command, notes } = writeWorker(folder);
    // What starts it ends without a word, as a killed script does; the run is left to itself.
    const started = startFleet(folder, ['--grace', '1s', '--', ...command], { isChildOfShell: true });
    const begun = (): string => readFileSync(notes, 'utf8');
    for (let waited = 0; waited < 10_000 && !begun().includes('begin'); waited += 50) await pause(50);
    const run = await started.run;
    started.child.kill('SIGKILL');
    expect(await leftOf(run, 8000)).toEqual([]);
    expect(openClaims(folder)).toEqual([]);
  });

  it('ends when it is told to, also when its reader has stopped to read', async () => {
    const { folder, add } = scratchLedger();
    add('loud');
    const loud = 'while :; do head -c 100000 /dev/zero | tr "\\0" "\\n"; done';
    const fleet = startFleet(folder, ['--grace', '1s', '--', 'sh', '-c', loud], { isPlain: true });
    const run = await fleet.run;
    fleet.child.stdout?.pause();
    await pause(1500);
    fleet.child.kill('SIGTERM');
    expect(await leftOf(run, 8000)).toEqual([]);
    expect(openClaims(folder)).toEqual([]);
    fleet.child.stdout?.resume();
    expect(await fleet.ended).toBe(130);
  });

  it('ends when nobody reads what it says', async () => {
    const { folder, fleet } = await aRunOf(['hang', 'fail', 'hang'], ['--grace', '1s', '--retries', '100']);
    fleet.child.stdout?.destroy();
    fleet.child.stderr?.destroy();
    // A pipe tells only who writes that nobody reads; the tries may all be over by now.
    tasks(folder, ['add', 'ok 3']);
    await fleet.ended;
    expect(await leftOf(await fleet.run, 0)).toEqual([]);
    expect(openClaims(folder)).toEqual([]);
  });
});

describe('runs in two clones of a remote', () => {
  it('share the graph: each task is run once, and none before what it waits for', async () => {
    const { remote, ada } = sharedLedger();
    const notes = join(ada.folder, 'notes.txt');
    const ids: string[] = [ada.json<{ tasks: { id: string }[] }>(['list']).tasks[0]?.id ?? ''];
    for (let n = 1; n < 12; n++) {
      const after = n % 3 === 0 ? ['--blocked-by', ids[n - 2] ?? ''] : [];
      ids.push(ada.json<{ task: { id: string } }>(['add', `Task ${n}`, ...after]).task.id);
    }
    ada.sync();
    const bob = remote.clone('bob');
    bob.sync();
    const command = ['sh', '-c', `echo {id} >> ${notes}; sleep 0.3`];
    const fleets = [ada, bob].map(({ folder }, n) =>
      startFleet(folder, ['--as', `clone-${n}`, '--jobs', '2', '--fetch', '1s', '--', ...command]),
    );
    expect(await Promise.all(fleets.map(endOf))).toEqual([0, 0]);
    const order = readFileSync(notes, 'utf8').trim().split('\n');
    expect(order.toSorted()).toEqual(ids.toSorted());
    for (let n = 3; n < 12; n += 3) expect(order.indexOf(ids[n - 2] ?? '')).toBeLessThan(order.indexOf(ids[n] ?? ''));
    const actors = fleets.map((fleet) => /clone-\d\/\d/.exec(fleet.output())?.[0]);
    expect(actors).toEqual(['clone-0/1', 'clone-1/1']);
    ada.sync();
    expect(ada.json<{ legal: boolean }>(['verify']).legal).toBe(true);
  }, 120_000);
});

/** A run that has started its commands. */
async function aRunOf(kinds: readonly string[], options: readonly string[]) {
  const { folder, add } = scratchLedger();
  for (const [n, kind] of kinds.entries()) add(`${kind} ${n}`);
  const { command, notes } = writeWorker(folder);
  const fleet = startFleet(folder, ['--jobs', '3', ...options, '--', ...command]);
  const begun = (): string[] =>
    readFileSync(notes, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('begin '));
  for (let waited = 0; waited < 10_000 && begun().length < 2; waited += 50) await pause(50);
  await pause(200);
  return { folder, fleet, begun };
}

/** Tasks that somebody holds. */
function openClaims(folder: string): unknown[] {
  const { stdout } = tasks(folder, ['list', '--status', 'in_progress', '--json']);
  return (JSON.parse(stdout) as { tasks: unknown[] }).tasks;
}

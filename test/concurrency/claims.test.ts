/** Races for claims: one winner among processes, worktrees and clones, whatever the remote and the clocks do. */
import { describe, expect, it } from 'vitest';
import { git, tasks } from '../support/git.ts';
import {
  type Answer,
  claimsIn,
  type Field,
  makeField,
  makeFlaky,
  makeReliable,
  type RunningContender,
  startContender,
} from './support/contest.ts';
import { IS_LONG } from './support/processes.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const CLONES = 5;
const SIZES = IS_LONG ? { contenders: 32, rounds: 200 } : { contenders: 32, rounds: 3 };

/** A number for this run, which the remote's failures follow from. */
const SEED = Number(process.env.GIT_TASKS_SEED ?? Date.now() % 1_000_000);

interface Contest {
  readonly field: Field;
  readonly contenders: readonly RunningContender[];
  readonly ids: readonly string[];
}

/** Five clones that all know the same tasks, and contenders in them and their worktrees. */
async function prepare(clocks: readonly number[], settings: readonly string[] = []): Promise<Contest> {
  const field = makeField(CLONES);
  const [first = '', ...others] = field.clones;
  expect(tasks(first, ['init', '--as', 'ada']).code).toBe(0);
  const lines = Array.from({ length: SIZES.rounds }, (_, n) => JSON.stringify({ verb: 'add', subject: `Round ${n}` }));
  const added = tasks(first, ['batch', '--as', 'ada', '--json'], { input: lines.join('\n') });
  const { results } = JSON.parse(added.stdout) as { results: { ids: string[] }[] };
  for (const folder of [first, ...others]) {
    for (const setting of settings) git(folder, 'config', ...setting.split('='));
    git(folder, 'config', 'user.name', 'clone');
  }
  const clockOf = (n: number): number => clocks[(n % CLONES) % clocks.length] ?? 0;
  const syncers = await Promise.all(
    field.clones.map(async (folder, n) => startContender({ folder, actor: `syncer${n}`, clock: clockOf(n) })),
  );
  for (const syncer of syncers) expect((await syncer.tell({ do: 'sync' }))?.outcome).toBe('synced');
  const contenders = await Promise.all(
    Array.from({ length: SIZES.contenders }, async (_, n) => {
      const at = n % field.folders.length;
      return startContender({ folder: field.folders[at] ?? '', actor: `c${n}`, clock: clockOf(at) });
    }),
  );
  return { field, contenders, ids: results.flatMap(({ ids }) => ids) };
}

/** All claim one task at once. Those whom the remote has left in doubt ask again, as `tasks.claim=remote` tells them. */
async function race(contenders: readonly RunningContender[], task: string): Promise<Answer[]> {
  const ask = async (contender: RunningContender): Promise<Answer> => {
    for (let tries = 0; ; tries++) {
      const answer = await contender.tell({ do: 'claim', task });
      if (answer === undefined) throw new Error(`${contender.actor} died: ${contender.stderr()}`);
      if (answer.code !== 'remote' || tries > 50) {
        // After a push whose answer got lost, the second question tells that it was a win.
        return tries > 0 && answer.outcome === 'already' ? { ...answer, outcome: 'confirmed' } : answer;
      }
    }
  };
  return Promise.all(contenders.map(ask));
}

interface Tally {
  readonly won: number;
  readonly provisional: number;
  readonly problems: readonly string[];
}

function tally(answers: readonly Answer[], task: string): Tally {
  const count = (outcome: string): number => answers.filter((answer) => answer.outcome === outcome).length;
  const lost = answers.filter(({ code }) => code === 'claimed');
  const problems = answers
    .filter(({ outcome, code }) => !['confirmed', 'provisional'].includes(outcome) && code !== 'claimed')
    .map(({ outcome, code, message }) => `${task}: ${outcome} ${code}: ${message}`);
  const unnamed = lost.filter(({ message }) => !/held by c\d+, term \d+, until /.test(message ?? ''));
  problems.push(...unnamed.map(({ message }) => `${task}: the loser was told: ${message}`));
  return { won: count('confirmed'), provisional: count('provisional'), problems };
}

describe(`${SIZES.contenders} contenders in ${CLONES} clones and their worktrees race for a task (seed ${SEED})`, () => {
  const cases: readonly [string, readonly number[], boolean][] = [
    ['', [0], false],
    [' while their clocks are off by a day', [0, DAY, -DAY, HOUR, -HOUR], false],
    [' while the remote fails at random', [0], true],
    [' with both', [0, DAY, -DAY, HOUR, -HOUR], true],
  ];
  it.each(cases)('one of them wins%s', { timeout: IS_LONG ? 1_800_000 : 120_000 }, async (_, clocks, isFlaky) => {
    const contest = await prepare(clocks, isFlaky ? ['tasks.claim=remote'] : []);
    const { field, contenders, ids } = contest;
    if (isFlaky) makeFlaky(field.remote, { seed: SEED, decline: 25, silence: 15 });
    const problems: string[] = [];
    const times: number[] = [];
    for (const task of ids) {
      const answers = await race(contenders, task);
      const { won, provisional, problems: found } = tally(answers, task);
      problems.push(...found);
      if (won !== 1 || provisional !== 0) problems.push(`${task}: ${won} won, ${provisional} provisionally`);
      times.push(...answers.map(({ ms }) => ms));
    }
    expect(problems).toEqual([]);
    const claims = claimsIn(field.remote);
    expect(claims.map(({ term }) => term)).toEqual(ids.map(() => 1));
    expect(new Set(claims.map(({ task }) => task)).size).toBe(ids.length);
    expect(tasks(field.clones[0] ?? '', ['verify']).stderr).toBe('');
    if (IS_LONG) report(times);
  });

  it(
    'at most one is sure of it while claims may be provisional, and in the end all agree on that one',
    async () => {
      const { field, contenders, ids } = await prepare([0]);
      makeFlaky(field.remote, { seed: SEED, decline: 60, silence: 20 });
      const problems: string[] = [];
      const winners = new Map<string, string>();
      for (const task of ids) {
        const answers = await race(contenders, task);
        const { won, problems: found } = tally(answers, task);
        if (won > 1) problems.push(`${task}: ${won} won`);
        problems.push(...found);
        const at = answers.findIndex(({ outcome }) => outcome === 'confirmed');
        if (at >= 0) winners.set(task, contenders[at]?.actor ?? '');
      }
      makeReliable(field.remote);
      for (const _ of [1, 2]) for (const contender of contenders) await contender.tell({ do: 'sync' });
      for (const _ of [1, 2])
        for (const folder of field.clones) expect(tasks(folder, ['sync', '--as', 'ada']).code).toBe(0);
      const owners = field.clones.map((folder) => {
        const { stdout } = tasks(folder, ['list', '--all', '--limit', '0', '--json']);
        const { tasks: rows } = JSON.parse(stdout) as { tasks: { id: string; owner?: string }[] };
        return new Map(rows.map(({ id, owner }) => [id, owner ?? '']));
      });
      for (const task of ids) {
        const found = new Set(owners.map((map) => map.get(task)));
        if (found.size !== 1) problems.push(`${task}: is held by ${[...found].join(' and ')}`);
        const winner = winners.get(task);
        if (winner !== undefined && !found.has(winner))
          problems.push(`${task}: ${winner} was told of a win, but ${[...found].join()} has it`);
      }
      expect(problems).toEqual([]);
    },
    IS_LONG ? 1_800_000 : 120_000,
  );
});

function report(times: readonly number[]): void {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number): string => `${sorted[Math.floor(part * (sorted.length - 1))]} ms`;
  process.stderr.write(
    `${JSON.stringify({ answers: times.length, median: at(0.5), p95: at(0.95), longest: at(1) })}\n`,
  );
}

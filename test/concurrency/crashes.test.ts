/** `kill -9` at any instant leaves a valid ledger: at every step of a change, and at random. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { git, scratchFolder } from '../support/git.ts';
import { initWithLedger, inspect } from './support/inspect.ts';
import type { Job, Order } from './support/jobs.ts';
import { IS_LONG, pause, type Running, start } from './support/processes.ts';

/** Rounds of random kills, and how many repositories share them. */
const ROUNDS = IS_LONG ? 500 : 60;
const LANES = 2;

/** Steps that are tried at the same time. */
const BATCH = 2;

interface Scene {
  readonly name: string;
  readonly job: Omit<Job, 'group'>;
  /** Tasks that are there before. */
  readonly before: number;
  /** The steps that it must have at least: a scene that does nothing would prove nothing. */
  readonly steps: number;
  readonly half?: boolean;
}

const SCENES: readonly Scene[] = [
  { name: 'the first change', job: { kind: 'single', size: 1 }, before: 0, steps: 40 },
  { name: 'a change in the middle of a write', job: { kind: 'single', size: 1 }, before: 3, steps: 8, half: true },
  { name: 'a series', job: { kind: 'series', size: 2 }, before: 3, steps: 40 },
  { name: 'an import as a pack, with a new index', job: { kind: 'import', size: 210 }, before: 230, steps: 20 },
];

describe('a writer that is killed', () => {
  it.each(SCENES)('at any step of $name leaves all or nothing', async ({ job, before, steps, half = false }) => {
    const top = scratchFolder();
    const template = join(top, 'template');
    git(top, 'init', '--quiet', 'template');
    await initWithLedger(template);
    if (before > 0)
      await (
        await start({ folder: template, jobs: [{ kind: 'import', size: before, group: 'old' }] })
      ).ended;
    const known: Job[] = before > 0 ? [{ kind: 'import', size: before, group: 'old' }] : [];
    const problems: string[] = [];
    const attempt = async (at: number): Promise<boolean> => {
      const folder = join(top, `at-${at}`);
      cpSync(template, folder, { recursive: true });
      const jobs = [{ ...job, group: 'new' }];
      const running = await start({ folder, jobs, die: { at, half } });
      const code = await running.ended;
      const acknowledged = new Set([...known.map(({ group }) => group), ...running.acknowledged]);
      const found = await inspect(folder, { jobs: [...known, ...jobs], acknowledged });
      problems.push(...found.map((problem) => `step ${at}: ${problem}`));
      if (code !== null && running.acknowledged.size === 0)
        problems.push(`step ${at}: ended with ${code}: ${running.stderr()}`);
      return code !== null;
    };
    let at = 1;
    for (let isOver = false; !isOver; at += BATCH) {
      isOver = (await Promise.all(Array.from({ length: BATCH }, (_, n) => attempt(at + n)))).includes(true);
    }
    expect(problems).toEqual([]);
    expect(at).toBeGreaterThan(steps);
  });

  it(`at a random time, ${ROUNDS} times, with git gc beside it, loses nothing that it acknowledged`, async () => {
    const seed = Number(process.env['GIT_TASKS_SEED'] ?? Date.now() % 1_000_000);
    const problems = await Promise.all(
      Array.from({ length: LANES }, (_, lane) => randomKills(scratchFolder(), seed + lane)),
    );
    expect(problems.flat(), `to repeat the delays: GIT_TASKS_SEED=${seed}`).toEqual([]);
  }, 3_600_000);
});

/** Kills writers of one repository at random times, and judges it after each round. */
async function randomKills(folder: string, seed: number): Promise<string[]> {
  const random = generator(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  await initWithLedger(folder);
  const jobs: Job[] = [];
  const acknowledged = new Set<string>();
  const problems: string[] = [];
  for (let round = 0; round < ROUNDS / LANES && problems.length === 0; round++) {
    const writers: Running[] = [];
    for (let n = 0; n <= below(3); n++) writers.push(await start(orderOf(folder, `r${round}w${n}`, below)));
    const gc = below(4) === 0 ? spawn('git', ['gc', '--quiet'], { cwd: folder, stdio: 'ignore' }) : undefined;
    const collected = gc === undefined ? undefined : once(gc, 'close');
    for (const { child, begun } of writers) {
      await begun;
      await pause(below(100));
      child.kill('SIGKILL');
    }
    for (const writer of writers) {
      await writer.ended;
      jobs.push(...writer.jobs);
      for (const group of writer.acknowledged) acknowledged.add(group);
      problems.push(...writer.errors.map(({ error, message }) => `round ${round}: ${error}: ${message}`));
    }
    await collected;
    problems.push(...(await inspect(folder, { jobs, acknowledged })).map((problem) => `round ${round}: ${problem}`));
  }
  if (acknowledged.size < ROUNDS / LANES / 2)
    problems.push(`only ${acknowledged.size} changes were acknowledged at all`);
  return problems;
}

function orderOf(folder: string, group: string, below: (limit: number) => number): Order {
  const kinds: readonly Omit<Job, 'group'>[] = [
    { kind: 'single', size: 1 },
    { kind: 'series', size: 4 },
    { kind: 'import', size: 150 },
  ];
  const kind = kinds[[0, 0, 0, 0, 1, 1, 2][below(7)] ?? 0] ?? { kind: 'single', size: 1 };
  return { folder, jobs: Array.from({ length: 60 }, (_, n) => ({ ...kind, group: `${group}j${n}` })) };
}

/** The generator of Park and Miller: numbers from 0 to 1 that a seed repeats. */
function generator(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Housekeeping that dies at any step: nothing is lost then, and nothing when it is done again. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addTask } from '../../src/app/add.ts';
import { runBatch } from '../../src/app/batch.ts';
import { collectGarbage } from '../../src/app/gc.ts';
import { setTasks } from '../../src/app/set.ts';
import type { Session } from '../../src/app/session.ts';
import { TasksError } from '../../src/errors.ts';
import type { FileSystem } from '../../src/git/files/file-system.ts';
import { EXECUTABLE, git, scratchFolder } from '../support/git.ts';
import { initWithLedger, leftovers, sessionIn, sessionOn } from './support/inspect.ts';
import { IS_LONG, pause } from './support/processes.ts';
import { isChanging, stepping } from './support/stepping.ts';

/** A task that is changed so many times, a commit each. */
async function change(folder: string, changes: number): Promise<void> {
  const { id } = (await addTask(await sessionIn(folder), { subject: 'Often changed' })).task;
  for (let made = 0; made < changes; made++)
    await setTasks(await sessionIn(folder), { ids: [id], description: `Version ${made} ${'of a text '.repeat(20)}` });
}

/** Tasks that are stored as a pack. */
async function addMany(folder: string, count: number): Promise<void> {
  const lines = Array.from({ length: count }, (_, n) => JSON.stringify({ verb: 'add', subject: `Batch ${n}` }));
  await runBatch(await sessionIn(folder), { lines: lines.join('\n') });
}

const gc = (session: Session): Promise<unknown> => collectGarbage(session);

const packsOf = (folder: string): string[] => readdirSync(join(folder, '.git/objects/pack')).sort();

interface Scene {
  readonly name: string;
  readonly prepare: (folder: string) => Promise<void>;
  /** The steps that it must have at least: a scene that does nothing would prove nothing. */
  readonly steps: number;
}

const PACKING: Scene = {
  name: 'packing what lies loose and the pack of a batch',
  prepare: async (folder) => {
    await addMany(folder, 60);
    await change(folder, 1);
  },
  steps: 20,
};

const SCENES: readonly Scene[] = [
  PACKING,
  {
    name: 'joining small packs',
    prepare: async (folder) => {
      for (let round = 0; round < 8; round++) {
        await change(folder, 1);
        await gc(await sessionIn(folder));
      }
      await change(folder, 1);
    },
    steps: 40,
  },
];

/** What goes wrong at the n-th changing call (from 1): the process is gone from there on, or this one call fails. */
type Mishap = 'death' | 'ENOSPC' | 'EACCES';

interface Trial {
  readonly fs: FileSystem;
  /** Whether there was an n-th call. */
  readonly isMet: () => boolean;
}

function meeting(mishap: Mishap, turn: number): Trial {
  let calls = 0;
  const fs = stepping((call, args, run) => {
    if (isChanging(call, args)) calls += 1;
    if (mishap === 'death' && calls >= turn) throw new Error(`dead before ${call}`);
    if (mishap === 'death' || calls !== turn || !isChanging(call, args)) return run(...args);
    throw Object.assign(new Error(`${mishap}: made to fail, ${call}`), { code: mishap, syscall: call });
  });
  return { fs, isMet: () => calls >= turn };
}

/** Every commit with what it changed, as git reads it. */
const historyOf = (folder: string): string => git(folder, 'log', '--format=%H', '--raw', '--no-abbrev', 'tasks');

/** What is wrong with the ledger, whose whole history is known. */
function problemsOf(folder: string, history: string): string[] {
  const problems: string[] = [];
  if (historyOf(folder) !== history) problems.push('the history is lost');
  const said = git(folder, 'fsck', '--strict', '--no-dangling', '--no-progress');
  if (said !== '') problems.push(`fsck: ${said}`);
  return problems;
}

/** A gc that meets with a mishap, then another. What is wrong after each; undefined when there was no mishap any more. */
async function attempt(folder: string, mishap: Mishap, turn: number): Promise<string[] | undefined> {
  const history = historyOf(folder);
  const { fs, isMet } = meeting(mishap, turn);
  const problems: string[] = [];
  await sessionOn(folder, fs)
    .then(gc)
    .catch((error: unknown) => {
      const isExpected = mishap === 'death' ? isMet() : isMet() && error instanceof TasksError;
      if (!isExpected) problems.push(`ended with ${String(error)}`);
    });
  if (!isMet()) return problems.length > 0 ? problems : undefined;
  // This process is not dead in truth, so its locks are taken away by hand.
  for (const name of leftovers(folder)) rmSync(join(folder, '.git', name), { force: true });
  if (historyOf(folder) !== history) problems.push('the history is lost');
  await gc(await sessionIn(folder));
  problems.push(...problemsOf(folder, history).map((problem) => `after another gc: ${problem}`));
  return problems.map((problem) => `step ${turn}: ${problem}`);
}

/** Prepares a ledger and lets each step of its housekeeping go wrong, in a copy of its own. Gives what was wrong then. */
async function everyStep({ prepare }: Scene, mishap: Mishap): Promise<{ steps: number; problems: string[] }> {
  const top = scratchFolder();
  const template = join(top, 'template');
  git(top, 'init', '--quiet', 'template');
  await initWithLedger(template);
  // Ours alone: git's own housekeeping has nothing to do here.
  git(template, 'config', 'gc.auto', '0');
  await prepare(template);
  const problems: string[] = [];
  let turn = 0;
  for (let found: string[] | undefined = []; found !== undefined; problems.push(...(found ?? []))) {
    const folder = join(top, `at-${++turn}`);
    cpSync(template, folder, { recursive: true });
    found = await attempt(folder, mishap, turn);
    rmSync(folder, { recursive: true });
  }
  return { steps: turn - 1, problems };
}

describe('a gc that is killed', () => {
  it.each(SCENES)('at any step of $name loses nothing, nor does the next one', async (scene) => {
    const { steps, problems } = await everyStep(scene, 'death');
    expect(problems).toEqual([]);
    expect(steps).toBeGreaterThan(scene.steps);
  });

  it.each([1, 60])(
    'after it has packed %i changes, before its note, leaves a pack that the next one keeps',
    async (changes) => {
      const folder = scratchFolder();
      await initWithLedger(folder);
      await change(folder, changes);
      await gc(await sessionIn(folder));
      const packs = packsOf(folder);
      const history = historyOf(folder);
      // What the kill leaves: the pack, and nobody who knows of it. The same objects make the same pack, of the same name.
      rmSync(join(folder, '.git/git-tasks/gc'));
      await gc(await sessionIn(folder));
      expect(packsOf(folder)).toEqual(packs);
      expect(problemsOf(folder, history)).toEqual([]);
    },
  );

  it('at whatever time leaves a whole repository, and the next one goes on', async () => {
    const folder = scratchFolder();
    await initWithLedger(folder);
    const rounds = IS_LONG ? 100 : 8;
    for (let round = 0; round < rounds; round++) {
      await change(folder, 5);
      const child = spawn(process.execPath, [EXECUTABLE, 'gc'], { cwd: folder, stdio: 'ignore' });
      const ended = once(child, 'exit');
      await pause(40 + ((round * 37) % 160));
      child.kill('SIGKILL');
      await ended;
      expect(git(folder, 'fsck', '--strict', '--no-dangling', '--no-progress')).toBe('');
    }
    await gc(await sessionIn(folder));
    // The two are of the user's own commit.
    expect(git(folder, 'count-objects')).toMatch(/^2 objects/);
    expect(git(folder, 'rev-list', '--count', 'tasks')).toBe(String(1 + 6 * rounds));
    expect(git(folder, 'fsck', '--strict', '--no-dangling', '--no-progress')).toBe('');
  });
});

describe('a gc on a disk that is full or may not be written', () => {
  it.each(['ENOSPC', 'EACCES'] as const)('with %s at any step loses nothing, nor does the next one', async (fault) => {
    const { steps, problems } = await everyStep(PACKING, fault);
    expect(problems).toEqual([]);
    expect(steps).toBeGreaterThan(PACKING.steps);
  });
});

/** Housekeeping: what it packs and removes, that git agrees, and that nobody who works at the same time loses by it. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runBatch } from '../../src/app/batch.ts';
import { collectGarbage, type GcAnswer } from '../../src/app/gc.ts';
import { listTasks } from '../../src/app/list.ts';
import { setTasks } from '../../src/app/set.ts';
import { EXECUTABLE, git, scratchFolder } from '../support/git.ts';
import { add, fsckOf, looseFile, oidOf, scratchLedger, sessionIn, tear } from './support/damaged-ledger.ts';

const isLong = process.env.GIT_TASKS_LONG === '1';

const gc = async (folder: string): Promise<GcAnswer> => collectGarbage(await sessionIn(folder));

/** Makes this many changes, a commit each, on a few tasks. */
async function change(folder: string, changes: number): Promise<string> {
  const id = await add(folder, 'Often changed');
  for (let made = 0; made < changes; made++) {
    await setTasks(await sessionIn(folder), { ids: [id], description: `Version ${made} ${'of a text '.repeat(20)}` });
  }
  return id;
}

const looseCount = (folder: string): number => Number(/count: (\d+)/.exec(git(folder, 'count-objects', '-v'))?.[1]);
const packCount = (folder: string): number => Number(/packs: (\d+)/.exec(git(folder, 'count-objects', '-v'))?.[1]);

describe('gc', () => {
  it('packs what lies loose, with differences that git reads, and removes the copies', async () => {
    const folder = await scratchLedger();
    const id = await change(folder, 60);
    const history = git(folder, 'log', '-p', 'tasks');
    const loose = looseCount(folder);
    expect(await gc(folder)).toMatchObject({ packed: loose, removed: loose, joined: 0 });
    expect(looseCount(folder)).toBe(0);
    expect(packCount(folder)).toBe(1);
    expect(fsckOf(folder)).toBe('');
    expect(git(folder, 'log', '-p', 'tasks')).toBe(history);
    const chains = git(folder, 'verify-pack', '-v', ...packs(folder)).match(/chain length = \d+/g) ?? [];
    expect(chains.length).toBeGreaterThan(20);
    expect((await listTasks(await sessionIn(folder))).tasks).toMatchObject([{ id }]);
  });

  it('looks only at what is new the next time, and joins small packs', async () => {
    const folder = await scratchLedger();
    for (let round = 0; round < 12; round++) {
      await add(folder, `Task ${round}`);
      expect((await gc(folder)).packed).toBeGreaterThan(0);
    }
    expect(packCount(folder)).toBeLessThanOrEqual(9);
    expect(looseCount(folder)).toBe(0);
    expect(fsckOf(folder)).toBe('');
    expect(await gc(folder)).toMatchObject({ packed: 0, removed: 0 });
  });

  it('packs both sides of a merge, and what a fetch left loose', async () => {
    const folder = await scratchLedger();
    await add(folder, 'Before');
    const other = join(scratchFolder(), 'other');
    git(folder, 'clone', '--quiet', '--branch', 'tasks', folder, other);
    git(other, 'config', 'user.name', 'Eve');
    git(other, 'config', 'user.email', 'eve@example.org');
    await gc(folder);
    await add(other, 'Theirs');
    await add(folder, 'Mine');
    git(folder, 'remote', 'add', 'origin', other);
    git(folder, 'fetch', '--quiet', 'origin');
    await gc(folder);
    expect(looseCount(folder)).toBe(0);
    const tree = git(folder, 'merge-tree', '--write-tree', 'tasks', 'origin/tasks').split('\n')[0] ?? '';
    const merge = git(folder, 'commit-tree', tree, '-p', 'tasks', '-p', 'origin/tasks', '-m', 'merge');
    git(folder, 'update-ref', 'refs/heads/tasks', merge);
    await gc(folder);
    expect(looseCount(folder)).toBe(0);
    expect(fsckOf(folder)).toBe('');
    expect((await listTasks(await sessionIn(folder))).tasks).toHaveLength(3);
  });

  it('takes the packs of batches in, and leaves those of other people', async () => {
    const folder = await scratchLedger();
    writeFileSync(join(folder, 'code.txt'), 'code');
    git(folder, 'add', 'code.txt');
    git(folder, 'commit', '--quiet', '-m', 'code');
    git(folder, 'repack', '-d', '-q');
    const theirs = packs(folder);
    for (let batch = 0; batch < 3; batch++) {
      const lines = Array.from({ length: 60 }, (_, i) =>
        JSON.stringify({ verb: 'add', subject: `Batch ${batch} ${i}` }),
      );
      await runBatch(await sessionIn(folder), { lines: lines.join('\n') });
    }
    expect(packCount(folder)).toBe(theirs.length + 3);
    expect(await gc(folder)).toMatchObject({ joined: 3 });
    expect(packCount(folder)).toBe(theirs.length + 1);
    for (const pack of theirs) expect(existsSync(pack)).toBe(true);
    expect(fsckOf(folder)).toBe('');
  });

  it('leaves packs that git keeps or lists in a multi-pack-index, and what the branch does not reach', async () => {
    const folder = await scratchLedger();
    for (let batch = 0; batch < 2; batch++) {
      const lines = Array.from({ length: 60 }, (_, i) =>
        JSON.stringify({ verb: 'add', subject: `Batch ${batch} ${i}` }),
      );
      await runBatch(await sessionIn(folder), { lines: lines.join('\n') });
    }
    writeFileSync(join(folder, 'own.txt'), 'not of the ledger');
    const own = git(folder, 'hash-object', '-w', join(folder, 'own.txt'));
    git(folder, 'multi-pack-index', 'write');
    const before = packs(folder);
    await gc(folder);
    for (const pack of before) expect(existsSync(pack)).toBe(true);
    expect(git(folder, 'cat-file', '-t', own)).toBe('blob');
    expect(git(folder, 'multi-pack-index', 'verify', '--no-progress')).toBe('');
  });

  it('goes on where a gc of git has taken everything, and where its own note is lost or garbage', async () => {
    const folder = await scratchLedger();
    await change(folder, 10);
    await gc(folder);
    git(folder, 'gc', '--quiet');
    await add(folder, 'After git');
    expect((await gc(folder)).packed).toBeGreaterThan(0);
    writeFileSync(join(folder, '.git/git-tasks/gc'), '{ nonsense');
    await add(folder, 'After the loss');
    expect((await gc(folder)).packed).toBeGreaterThan(0);
    expect(fsckOf(folder)).toBe('');
  });

  it.each(['tasks~1^{tree}', 'tasks:main', 'tasks~2'])(
    'removes nothing where %s is torn, and says so',
    async (revision) => {
      const folder = await scratchLedger();
      await change(folder, 3);
      const path = looseFile(folder, oidOf(folder, revision));
      const bytes = readFileSync(path);
      const loose = looseCount(folder);
      tear(folder, oidOf(folder, revision));
      await expect(gc(folder)).rejects.toMatchObject({ code: 'damaged', hint: expect.stringContaining('doctor') });
      expect(looseCount(folder)).toBe(loose);
      writeFileSync(path, bytes);
      expect((await gc(folder)).removed).toBe(loose);
    },
  );

  it.each([
    ['tasks.gc', 'false'],
    ['gc.auto', '0'],
    ['maintenance.auto', 'false'],
  ])('does not start by itself under %s=%s', async (key, value) => {
    const folder = await scratchLedger();
    await change(folder, 60);
    git(folder, 'config', key, value);
    expect(await collectGarbage(await sessionIn(folder), { auto: true })).toMatchObject({
      packed: 0,
      skipped: expect.any(String),
    });
    expect((await gc(folder)).packed).toBeGreaterThan(0);
  });

  it('removes nothing where extensions.preciousObjects is set', async () => {
    const folder = await scratchLedger();
    await add(folder, 'One');
    git(folder, 'config', 'core.repositoryFormatVersion', '1');
    git(folder, 'config', 'extensions.preciousObjects', 'true');
    const loose = looseCount(folder);
    expect(await gc(folder)).toMatchObject({ packed: 0, skipped: expect.stringContaining('preciousObjects') });
    expect(looseCount(folder)).toBe(loose);
  });
});

function packs(folder: string): string[] {
  const pack = join(folder, '.git/objects/pack');
  return readdirSync(pack)
    .filter((name) => name.endsWith('.pack'))
    .map((name) => join(pack, name));
}

describe('beside writers', () => {
  it('loses nobody a change, in a loop with four of them and a gc of git', async () => {
    const folder = await scratchLedger();
    const each = isLong ? 100 : 12;
    const running = new Set([0, 1, 2, 3]);
    const writers = [...running].map((writer) =>
      writeInLoop(folder, writer, each).finally(() => running.delete(writer)),
    );
    let rounds = 0;
    while (running.size > 0) {
      await gc(folder);
      rounds++;
      if (rounds % 5 === 0) git(folder, 'gc', '--quiet');
      await new Promise((wake) => setTimeout(wake, 5));
    }
    expect(await Promise.all(writers)).toEqual([0, 0, 0, 0]);
    expect(rounds).toBeGreaterThan(5);
    const { tasks } = await listTasks(await sessionIn(folder), { limit: 0 });
    expect(tasks.map(({ subject }) => subject).sort()).toEqual(expectedSubjects(each));
    expect(git(folder, 'rev-list', '--count', 'tasks')).toBe(String(4 * each + 1));
    expect(fsckOf(folder)).toBe('');
  });
});

const expectedSubjects = (each: number): string[] =>
  Array.from({ length: 4 * each }, (_, i) => `Writer ${Math.floor(i / each)} task ${i % each}`).sort();

/** A process that adds tasks one by one; resolves to the first exit code that is not 0, or 0. */
async function writeInLoop(folder: string, writer: number, each: number): Promise<number> {
  for (let task = 0; task < each; task++) {
    const code = await runTasks(folder, ['add', `Writer ${writer} task ${task}`]);
    if (code !== 0) return code;
  }
  return 0;
}

function runTasks(folder: string, args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [EXECUTABLE, ...args], { cwd: folder, stdio: 'ignore' });
  return new Promise((resolve) => child.on('exit', (code) => resolve(code ?? -1)));
}

describe('many changes', () => {
  const changes = isLong ? 50_000 : 2000;

  it(
    `leave the repository small and fast without anybody doing anything: ${changes}`,
    async () => {
      const folder = await scratchLedger();
      git(folder, 'config', 'tasks.fsync', 'none');
      const session = { ...(await sessionIn(folder)) };
      const world = { ...session.world, executable: [process.execPath, EXECUTABLE] };
      const id = await add(folder, 'Often changed');
      const writing = { ...session, world };
      const started = performance.now();
      for (let made = 0; made < changes; made++) await setTasks(writing, { ids: [id], description: `Version ${made}` });
      await settled(folder);
      const wrote = performance.now() - started;
      expect(git(folder, 'rev-list', '--count', 'tasks')).toBe(String(changes + 2));
      // Six objects a change: without housekeeping there were 12,000 of them, and git's own would start at 6,700.
      expect(looseCount(folder)).toBeLessThan(6000);
      expect(packCount(folder)).toBeGreaterThan(0);
      expect(packCount(folder)).toBeLessThan(20);
      const looked = performance.now();
      await listTasks(await sessionIn(folder), { select: 'ready' });
      if (isLong)
        console.log({
          changes,
          wrote,
          ready: performance.now() - looked,
          kB: diskUsage(folder),
          loose: looseCount(folder),
          packs: packCount(folder),
        });
      expect(fsckOf(folder)).toBe('');
    },
    isLong ? 3_600_000 : 120_000,
  );
});

/** Kilobytes that the git folder takes on the disk. */
function diskUsage(folder: string): number {
  return Number(/^\d+/.exec(spawnSync('du', ['-sk', join(folder, '.git')], { encoding: 'utf8' }).stdout)?.[0]);
}

/** Waits until the process that tidies in the background is done. */
async function settled(folder: string): Promise<void> {
  const lock = join(folder, '.git/git-tasks/gc.lock');
  await new Promise((wake) => setTimeout(wake, 500));
  while (existsSync(lock)) await new Promise((wake) => setTimeout(wake, 50));
}

/** The contract of both stores against git itself, for every format that git can make here. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FileSystem, nodeFileSystem } from '../../src/git/files/file-system.ts';
import { git, scratchFolder } from '../support/git.ts';
import { bundled, fakeGit, gone, notingGit } from './support/processes.ts';
import { describeObjectStore } from './support/object-store-contract.ts';
import { describeRefStore } from './support/ref-store-contract.ts';
import { LOG, newObject, nth, openAt, taskBlobs } from './support/repositories.ts';
import { type Format, FORMATS, NO_REFTABLE, openSystem, REFTABLES, scratchOf } from './support/system.ts';

const REF = 'refs/heads/tasks';
const ALL: readonly Format[] = [...FORMATS, ...(NO_REFTABLE === undefined ? REFTABLES : [])];
const [SHA1, SHA256] = FORMATS as [Format, Format];

function makeCommits(folder: string): string[] {
  const tree = git(folder, 'mktree');
  return ['a', 'b', 'c'].map((message) => git(folder, 'commit-tree', tree, '-m', message));
}

for (const format of ALL) {
  describeObjectStore({
    name: `system, ${format.name}`,
    many: 2000,
    algorithm: format.algorithm,
    open: async () => {
      const folder = scratchOf(format);
      const reopen = async () => openSystem(folder, format).objects;
      const tear = (oid: string, bytes: number): void => {
        const path = join(folder, '.git/objects', oid.slice(0, 2), oid.slice(2));
        chmodSync(path, 0o644);
        writeFileSync(path, readFileSync(path).subarray(0, bytes));
      };
      return { store: await reopen(), reopen, tear };
    },
  });

  describeRefStore({
    name: `system, ${format.name}`,
    open: async () => {
      const folder = scratchOf(format);
      const reopen = async () => openSystem(folder, format).refs;
      return { store: await reopen(), commits: makeCommits(folder), reopen };
    },
  });
}

describe('reftable', () => {
  it.skipIf(NO_REFTABLE !== undefined).each(REFTABLES)(
    `$name: HEAD and refs are read and moved through git${NO_REFTABLE === undefined ? '' : ` (${NO_REFTABLE})`}`,
    async (format) => {
      const folder = scratchOf(format);
      const { refs, objects, headOf, release } = await openAt(folder);
      const [a = ''] = makeCommits(folder);
      expect(await refs.compareAndSwap({ ref: REF, expected: null, next: a, log: LOG })).toEqual({ status: 'updated' });
      expect(git(folder, 'rev-parse', REF)).toBe(a);
      expect((await objects.read(a))?.type).toBe('commit');
      expect(await refs.read('HEAD')).toBeUndefined();
      expect(headOf?.(join(folder, '.git'))).toBe('refs/heads/main');
      git(folder, 'checkout', '--quiet', '--detach', REF);
      expect(await refs.read('HEAD')).toBe(a);
      expect(headOf?.(join(folder, '.git'))).toBeUndefined();
      release();
    },
  );
});

describe('the processes of git', () => {
  it('answer many reads in one process, and end when the repository is released', async () => {
    const folder = scratchOf(SHA256);
    const { env, calls } = notingGit();
    const { objects, release } = await openAt(folder, { env });
    const blobs = taskBlobs(20, '', 'sha256');
    await objects.write(blobs);
    for (const { oid } of blobs) expect((await objects.read(oid))?.type).toBe('blob');
    const readers = calls().filter(({ args }) => args.includes('cat-file'));
    expect(readers).toHaveLength(1);
    release();
    expect(await gone(nth(readers, 0).pid)).toBe(true);
    expect((await objects.read(nth(blobs, 0).oid))?.type).toBe('blob');
    release();
  });

  it.each(['', 'stay'])('never keep or outlive the program (%s)', async (then) => {
    const folder = scratchOf(SHA256);
    const oid = git(folder, 'hash-object', '-w', '--stdin');
    const { env, calls } = notingGit();
    const child = spawn(process.execPath, [await bundled('read-worker'), folder, oid, then], { env });
    const exit = once(child, 'exit');
    expect(String((await once(child.stdout, 'data'))[0])).toBe('blob\n');
    if (then === 'stay') child.kill('SIGKILL');
    await exit;
    const [reader] = calls().filter(({ args }) => args.includes('cat-file'));
    expect(await gone(reader?.pid ?? 0)).toBe(true);
  });

  it('are started again when somebody has ended them', async () => {
    const folder = scratchOf(SHA256);
    const { env, calls } = notingGit();
    const { objects, release } = await openAt(folder, { env });
    const [a, b] = taskBlobs(2, '', 'sha256');
    await objects.write([a, b].filter((blob) => blob !== undefined));
    expect(await objects.has(a?.oid ?? '')).toBe(true);
    const pid = nth(calls(), -1).pid;
    process.kill(pid, 'SIGKILL');
    expect(await gone(pid)).toBe(true);
    await new Promise((wake) => setTimeout(wake, 50));
    expect(await objects.has(b?.oid ?? '')).toBe(true);
    release();
  });

  it.each(ALL)(
    'of many programs keep all of 4 × 15 commits on one branch ($name)',
    async (format) => {
      const folder = scratchOf(format);
      const worker = await bundled('append-worker');
      const children = Array.from({ length: 4 }, (_, index) =>
        spawn(process.execPath, [worker, folder, `w${index}`, '15'], { stdio: ['ignore', 'ignore', 'inherit'] }),
      );
      const exits = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]));
      expect(exits).toEqual(children.map(() => 0));
      expect(new Set(git(folder, 'log', '--format=%s', REF).split('\n')).size).toBe(60);
      expect(git(folder, 'fsck', '--strict', '--no-dangling')).toBe('');
    },
    120_000,
  );
});

describe('what git refuses', () => {
  const swap = (next: string | null) => ({ ref: REF, expected: null, next, log: LOG });

  it('because of a lock is waited for, then named', async () => {
    const folder = scratchOf(SHA256);
    const [a = ''] = makeCommits(folder);
    const lock = join(folder, '.git', `${REF}.lock`);
    writeFileSync(lock, '');
    const { refs } = openSystem(folder, SHA256, 30);
    await expect(refs.compareAndSwap(swap(a))).rejects.toMatchObject({ code: 'busy', data: { lock } });
    expect(existsSync(lock)).toBe(true);
    setTimeout(() => rmSync(lock), 100);
    const patient = openSystem(folder, SHA256, 10_000).refs;
    expect(await patient.compareAndSwap(swap(a))).toEqual({ status: 'updated' });
  });

  it.skipIf(NO_REFTABLE !== undefined)('because of the lock of a reftable is named too', async () => {
    const format = nth(REFTABLES, 0);
    const folder = scratchOf(format);
    const [a = ''] = makeCommits(folder);
    const lock = join(folder, '.git/reftable/tables.list.lock');
    writeFileSync(lock, '');
    const { refs } = openSystem(folder, format, 30);
    await expect(refs.compareAndSwap(swap(a))).rejects.toMatchObject({ code: 'busy', data: { lock } });
    rmSync(lock);
    await expect(refs.compareAndSwap(swap('1'.repeat(40)))).rejects.toMatchObject({ code: 'io' });
  });

  it('for its own reasons is told in its words', async () => {
    const { refs } = openSystem(scratchOf(SHA1), SHA1);
    await expect(refs.compareAndSwap(swap('1'.repeat(40)))).rejects.toMatchObject({
      code: 'io',
      message: expect.stringContaining('1'.repeat(40)),
    });
  });

  it('because nothing can be written is told as that', async () => {
    const folder = scratchOf(SHA256);
    const openSync: FileSystem['openSync'] = (path, flags, mode) => {
      if (flags === 'r') return nodeFileSystem.openSync(path, flags, mode);
      throw Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS', syscall: 'open' });
    };
    const { refs, objects } = await openAt(folder, { fs: { ...nodeFileSystem, openSync } });
    await expect(refs.compareAndSwap(swap('1'.repeat(64)))).rejects.toMatchObject({ code: 'read-only' });
    rmSync(join(folder, '.git/objects'), { recursive: true });
    writeFileSync(join(folder, '.git/objects'), '');
    await expect(objects.write(taskBlobs(1, '', 'sha256'))).rejects.toMatchObject({ code: 'read-only' });
  });

  it('is a torn file of a ref, which is damage and not a missing ref', async () => {
    const folder = scratchOf(SHA256);
    writeFileSync(join(folder, '.git', REF), '');
    const { refs } = openSystem(folder, SHA256);
    await expect(refs.read(REF)).rejects.toMatchObject({ code: 'damaged' });
    expect([...(await refs.list('refs/'))]).toEqual([]);
  });
});

describe('a repository that only git can serve', () => {
  it.each([
    { git: 'echo git version 2.33.9', says: 'needs a newer git than git version 2.33.9' },
    { git: 'exit 127', says: 'needs a newer git' },
    { git: '[ "$1" = --version ] && echo git version 2.99.0 || { echo no >&2; exit 1; }', says: 'git says: no' },
  ])('is refused by name when there is "$git"', async ({ git: script, says }) => {
    await expect(openAt(scratchOf(SHA256), { env: fakeGit(script) })).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(new RegExp(`${says}.*|.*extensions.objectFormat.*${says}`)),
      data: { setting: 'extensions.objectformat', value: 'sha256' },
    });
  });

  it('is refused by name when there is no git, while another opens', async () => {
    const env = { ...process.env, PATH: scratchFolder() };
    await expect(openAt(scratchOf(SHA256), { env })).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('its object ids are sha256 (extensions.objectFormat)'),
      hint: expect.stringContaining('git 2.34'),
    });
    const { objects, refs } = await openAt(scratchOf(SHA1), { env });
    const blob = newObject('blob', 'without git');
    await objects.write([blob]);
    expect(await objects.has(blob.oid)).toBe(true);
    expect(await refs.read(REF)).toBeUndefined();
  });

  it('is never reached through what a hook has in its environment', async () => {
    for (const format of FORMATS) {
      const folder = scratchOf(format);
      const elsewhere = scratchOf(format);
      const env = {
        ...process.env,
        GIT_DIR: join(folder, '.git'),
        GIT_OBJECT_DIRECTORY: join(elsewhere, '.git/objects'),
        GIT_ALTERNATE_OBJECT_DIRECTORIES: join(elsewhere, '.git/objects'),
        GIT_INDEX_FILE: join(elsewhere, '.git/index'),
        GIT_WORK_TREE: elsewhere,
        GIT_NAMESPACE: 'other',
        GIT_CONFIG: join(elsewhere, '.git/config'),
      };
      const { objects, refs, workTree } = await openAt(elsewhere, { env });
      expect(workTree).toBe(folder);
      const blob = newObject('blob', 'from a hook', format.algorithm);
      await objects.write([blob]);
      expect(git(folder, 'cat-file', '-t', blob.oid)).toBe('blob');
      expect(() => git(elsewhere, 'cat-file', '-e', blob.oid)).toThrow('gave 1');
      const [a = ''] = makeCommits(folder);
      await refs.compareAndSwap({ ref: REF, expected: null, next: a, log: LOG });
      expect(git(folder, 'for-each-ref', '--format=%(refname)')).toBe(REF);
    }
  });
});

describe('a partial clone', () => {
  /** A clone without blobs of a repository with ten files, and the blobs' ids. */
  function partialClone(): { clone: string; origin: string; blobs: string[] } {
    const origin = scratchOf(SHA1);
    for (let index = 0; index < 10; index++) writeFileSync(join(origin, `${index}.txt`), `file ${index}\n`);
    git(origin, 'add', '.');
    git(origin, 'commit', '--quiet', '-m', 'ten files');
    git(origin, 'config', 'uploadpack.allowFilter', 'true');
    git(origin, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
    const clone = join(scratchFolder(), 'clone');
    git(origin, 'clone', '--quiet', '--no-checkout', '--filter=blob:none', `file://${origin}`, clone);
    git(clone, 'config', 'user.name', 'Ada Example');
    git(clone, 'config', 'user.email', 'ada@example.org');
    const blobs = git(origin, 'ls-tree', '--object-only', 'HEAD').split('\n');
    return { clone, origin, blobs };
  }

  it('fetches what it reads, many objects at once', async () => {
    const { clone, blobs } = partialClone();
    const { env, calls } = notingGit();
    const { objects, release } = await openAt(clone, { env });
    expect((await objects.read(nth(blobs, 0)))?.data.toString()).toBe('file 0\n');
    const many = await objects.readMany(blobs);
    expect(many.map((object) => object?.data.toString())).toEqual(blobs.map((_, index) => `file ${index}\n`));
    const isPrefetch = (args: string): boolean => args.includes('fetch') && args.includes('--stdin');
    expect(calls().filter(({ args }) => isPrefetch(args)).length).toBeLessThanOrEqual(2);
    release();
  });

  it('writes without asking its remote, and says which remote it needs when that is gone', async () => {
    const { clone, origin, blobs } = partialClone();
    const { objects, refs, release } = await openAt(clone);
    rmSync(origin, { recursive: true });
    const own = taskBlobs(3);
    await objects.write(own);
    await objects.write(taskBlobs(150, 'many'));
    expect((await objects.read(nth(own, 0).oid))?.type).toBe('blob');
    const [next = ''] = makeCommits(clone);
    await refs.compareAndSwap({ ref: REF, expected: null, next, log: LOG });
    for (const wanted of [blobs, blobs.slice(0, 1)]) {
      await expect(objects.readMany(wanted)).rejects.toMatchObject({
        code: 'io',
        message: expect.stringContaining('could not be fetched from origin'),
      });
    }
    release();
  });
});

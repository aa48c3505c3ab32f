/** What we write is good for git: objects, packs, refs, reflogs. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { serializeCommit, serializeTree } from '../../src/git/objects.ts';
import type { OpenedRepository } from '../../src/git/open.ts';
import type { NewObject, Oid } from '../../src/git/ports.ts';
import { git, scratchFolder, scratchRepository } from '../support/git.ts';
import { LOG, newObject, nth, openAt, packFiles, taskBlobs } from './support/repositories.ts';

const REF = 'refs/heads/tasks';
const WHO = { name: 'Ada <Example>\n', email: '<ada@example.org>', seconds: 1_780_000_000, timezone: '+0100' };

/** A commit on a folder `main` with these blobs: all objects, the commit last. */
function commitOf(blobs: readonly NewObject[], parents: Oid[] = []): NewObject[] {
  const entries = blobs.map(({ oid }, index) => ({ mode: '100644', name: `${index}.yaml`, oid }));
  const folder = newObject('tree', serializeTree(entries));
  const root = newObject('tree', serializeTree([{ mode: '40000', name: 'main', oid: folder.oid }]));
  const message = 'add tasks\n\nTask: main/7kq3m2xz\n';
  const commit = newObject(
    'commit',
    serializeCommit({ tree: root.oid, parents, author: WHO, committer: WHO, message }),
  );
  return [...blobs, folder, root, commit];
}

async function record(repository: OpenedRepository, objects: NewObject[], expected: Oid | null): Promise<Oid> {
  const next = nth(objects, -1).oid;
  await repository.objects.write(objects);
  expect(await repository.refs.compareAndSwap({ ref: REF, expected, next, log: LOG })).toEqual({ status: 'updated' });
  return next;
}

describe('objects', () => {
  it.each([
    { count: 3, kind: 'loose files', packs: 0 },
    { count: 500, kind: 'one pack', packs: 1 },
  ])('git finds nothing wrong with $count objects in $kind', async ({ count, packs }) => {
    const folder = scratchRepository();
    const repository = await openAt(folder);
    const blobs = taskBlobs(count);
    const tip = await record(repository, commitOf(blobs), null);
    expect(git(folder, 'fsck', '--strict', '--full', '--no-dangling')).toBe('');
    expect(git(folder, 'rev-parse', REF)).toBe(tip);
    expect(git(folder, 'cat-file', 'blob', nth(blobs, 2).oid)).toBe(
      Buffer.from(nth(blobs, 2).data).toString().trimEnd(),
    );
    expect(git(folder, 'log', '-1', '--format=%an|%ae|%ad|%s', '--date=raw', REF)).toBe(
      'Ada Example|ada@example.org|1780000000 +0100|add tasks',
    );
    expect(packFiles(folder)).toHaveLength(packs);
    expect(git(folder, 'count-objects', '-v')).toContain('garbage: 0');
    git(folder, 'gc', '--quiet');
    expect(await repository.objects.has(nth(blobs, 0).oid)).toBe(true);
  });

  it('are not written again when they are packed, but their pack counts as used', async () => {
    const folder = scratchRepository();
    const repository = await openAt(folder);
    const objects = commitOf(taskBlobs(3));
    await record(repository, objects, null);
    git(folder, 'gc', '--quiet');
    const pack = nth(packFiles(folder), 0);
    const later = Date.now() + 60_000;
    const reopened = await openAt(folder, { now: () => later });
    await reopened.objects.write(objects);
    expect(git(folder, 'count-objects')).toBe('0 objects, 0 kilobytes');
    expect(statSync(pack).mtimeMs).toBeCloseTo(later, -2);
  });

  it('are read-only files, also for the group of a shared repository', async () => {
    const folder = scratchRepository();
    git(folder, 'config', 'core.sharedRepository', 'group');
    const blob = nth(taskBlobs(1), 0);
    await (await openAt(folder)).objects.write([blob]);
    const shard = join(folder, '.git/objects', blob.oid.slice(0, 2));
    expect(statSync(join(shard, blob.oid.slice(2))).mode & 0o777).toBe(0o444);
    expect(statSync(shard).mode & 0o2070).toBe(0o2070);
  });

  it('go where git looks when the store was opened in a linked worktree', async () => {
    const folder = scratchRepository();
    git(folder, 'commit', '--allow-empty', '--quiet', '-m', 'first');
    const worktree = join(scratchFolder(), 'linked');
    git(folder, 'worktree', 'add', '--quiet', worktree);
    const repository = await openAt(worktree);
    expect(repository.commonDir).toBe(join(folder, '.git'));
    expect(repository.gitDir).toBe(join(folder, '.git/worktrees/linked'));
    expect(repository.workTree).toBe(worktree);
    const tip = await record(repository, commitOf(taskBlobs(2)), null);
    expect(git(folder, 'rev-parse', REF)).toBe(tip);
    expect(git(folder, 'fsck', '--strict', '--no-dangling')).toBe('');
    expect(await repository.refs.read('HEAD')).toBe(git(worktree, 'rev-parse', 'HEAD'));
  });
});

describe('refs', () => {
  it('carry a reflog that git reads, on HEAD too when it points there', async () => {
    const folder = scratchRepository();
    git(folder, 'symbolic-ref', 'HEAD', REF);
    const repository = await openAt(folder);
    const first = await record(repository, commitOf(taskBlobs(1)), null);
    const second = await record(repository, commitOf(taskBlobs(2), [first]), first);
    for (const ref of [REF, 'HEAD']) {
      expect(git(folder, 'reflog', 'show', '--format=%H %gn <%ge> %gs', ref).split('\n')).toEqual([
        `${second} Ada Example <ada@example.org> a test`,
        `${first} Ada Example <ada@example.org> a test`,
      ]);
    }
    expect(git(folder, 'rev-parse', `${REF}@{1}`)).toBe(first);
  });

  it.each([
    { setting: undefined, bare: true, logs: [false, false] },
    { setting: undefined, bare: false, logs: [true, false] },
    { setting: 'false', bare: false, logs: [false, false] },
    { setting: 'true', bare: true, logs: [true, false] },
    { setting: 'always', bare: true, logs: [true, true] },
  ])('are logged as git would: bare $bare, setting $setting', async ({ setting, bare, logs }) => {
    const ours = scratchFolder();
    const theirs = scratchFolder();
    for (const folder of [ours, theirs]) {
      git(folder, 'init', '--quiet', ...(bare ? ['--bare'] : []));
      if (setting !== undefined) git(folder, 'config', 'core.logAllRefUpdates', setting);
    }
    const repository = await openAt(ours);
    expect(repository.workTree).toBe(bare ? undefined : ours);
    const objects = commitOf(taskBlobs(1));
    await repository.objects.write(objects);
    await (await openAt(theirs)).objects.write(objects);
    const next = nth(objects, -1).oid;
    for (const [index, ref] of [REF, 'refs/tasks/x'].entries()) {
      await repository.refs.compareAndSwap({ ref, expected: null, next, log: LOG });
      git(theirs, '-c', 'user.name=a', '-c', 'user.email=b', 'update-ref', '-m', 'x', ref, next);
      for (const folder of [ours, theirs]) {
        const gitDir = git(folder, 'rev-parse', '--absolute-git-dir');
        expect(existsSync(join(gitDir, 'logs', ref))).toBe(logs[index]);
      }
    }
  });

  it('leave nothing behind when they are deleted, packed or not', async () => {
    const folder = scratchRepository();
    const repository = await openAt(folder);
    const objects = commitOf(taskBlobs(1));
    await repository.objects.write(objects);
    const oid = nth(objects, -1).oid;
    git(folder, 'update-ref', 'refs/heads/plan/a/b', oid);
    git(folder, 'tag', '-a', '-m', 'a tag with a peeled line', 'v1', oid);
    git(folder, 'pack-refs', '--all', '--prune');
    git(folder, 'update-ref', 'refs/heads/plan/a/c', oid);
    for (const ref of ['refs/heads/plan/a/b', 'refs/heads/plan/a/c', 'refs/tags/v1']) {
      const expected = git(folder, 'rev-parse', ref);
      await repository.refs.compareAndSwap({ ref, expected, next: null, log: LOG });
    }
    expect(git(folder, 'for-each-ref')).toBe('');
    expect(existsSync(join(folder, '.git/refs/heads/plan'))).toBe(false);
    expect(existsSync(join(folder, '.git/logs/refs/heads/plan'))).toBe(false);
    expect(readFileSync(join(folder, '.git/packed-refs'), 'utf8')).not.toContain('refs/');
  });

  it('take the place of a leftover empty folder', async () => {
    const folder = scratchRepository();
    mkdirSync(join(folder, '.git', REF, 'a/b'), { recursive: true });
    mkdirSync(join(folder, '.git/logs', REF, 'a/b'), { recursive: true });
    const tip = await record(await openAt(folder), commitOf(taskBlobs(1)), null);
    expect(git(folder, 'rev-parse', REF)).toBe(tip);
    expect(git(folder, 'reflog', 'show', '--format=%H', REF)).toBe(tip);
  });

  it('are moved where a symbolic ref points', async () => {
    const folder = scratchRepository();
    git(folder, 'symbolic-ref', REF, 'refs/heads/real');
    const repository = await openAt(folder);
    const tip = await record(repository, commitOf(taskBlobs(1)), null);
    expect(git(folder, 'rev-parse', 'refs/heads/real')).toBe(tip);
    expect(git(folder, 'symbolic-ref', REF)).toBe('refs/heads/real');
    expect(await repository.refs.read(REF)).toBe(tip);
  });

  it('are reported as damaged when their file is torn, and do not hide the others', async () => {
    const folder = scratchRepository();
    writeFileSync(join(folder, '.git', REF), '');
    const { refs } = await openAt(folder);
    await expect(refs.read(REF)).rejects.toMatchObject({ code: 'damaged' });
    expect([...(await refs.list('refs/'))]).toEqual([]);
  });
});

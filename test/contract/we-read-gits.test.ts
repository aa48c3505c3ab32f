/** What git writes is good for us: packs with deltas, alternates, every shape of repository. */
import { appendFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hashObject } from '../../src/git/objects.ts';
import type { ObjectStore, Oid } from '../../src/git/ports.ts';
import { git, initRepository, scratchFolder, scratchRepository } from '../support/git.ts';
import { newObject, nth, openAt, packFiles } from './support/repositories.ts';

/** A repository with a history in which files of some size change a little. */
function repositoryWithHistory(commits: number): string {
  const folder = scratchRepository();
  const lines = Array.from(
    { length: 400 },
    (_, index) => `line ${index} ${hashObject('blob', Buffer.from([index & 255]))}`,
  );
  for (let commit = 0; commit < commits; commit++) {
    lines[(commit * 37) % lines.length] = `changed by ${commit}`;
    writeFileSync(join(folder, 'large.txt'), lines.join('\n'));
    mkdirSync(join(folder, `folder-${commit % 5}`), { recursive: true });
    writeFileSync(join(folder, `folder-${commit % 5}`, `${commit}.txt`), `${commit}\n`);
    git(folder, 'add', '.');
    git(folder, 'commit', '--quiet', '-m', `commit ${commit}`);
  }
  git(folder, 'tag', '-a', '-m', 'annotated', 'v1');
  return folder;
}

function allObjects(folder: string): Oid[] {
  return git(folder, 'cat-file', '--batch-all-objects', '--batch-check=%(objectname)').split('\n');
}

/** The hash proves type and content at once. */
async function expectAllReadable(store: ObjectStore, oids: readonly Oid[]): Promise<void> {
  const many = await store.readMany(oids);
  expect(many.map((object) => object && hashObject(object.type, object.data))).toEqual(oids);
  for (const oid of oids) {
    const one = await store.read(oid);
    expect(one && hashObject(one.type, one.data)).toBe(oid);
  }
}

describe('objects', () => {
  it.each([
    { kind: 'loose', prepare: [] },
    { kind: 'packed by gc', prepare: [['gc', '--quiet']] },
    {
      kind: 'packed with long chains and bases by id',
      prepare: [['-c', 'repack.useDeltaBaseOffset=false', 'repack', '-adfq', '--depth=200', '--window=50']],
    },
    {
      kind: 'packed with a multi-pack-index',
      prepare: [
        ['repack', '-adq'],
        ['multi-pack-index', 'write'],
      ],
    },
  ])('are all read when they are $kind', async ({ prepare }) => {
    const folder = repositoryWithHistory(40);
    for (const args of prepare) git(folder, ...args);
    await expectAllReadable((await openAt(folder)).objects, allObjects(folder));
  });

  it('are found through the table of 64-bit offsets', async () => {
    const folder = repositoryWithHistory(10);
    git(folder, 'gc', '--quiet');
    const pack = nth(packFiles(folder), 0);
    git(folder, 'index-pack', '--index-version=2,0x40', pack);
    await expectAllReadable((await openAt(folder)).objects, allObjects(folder));
  });

  it('of an index of version 1 are refused with the way out', async () => {
    const folder = repositoryWithHistory(1);
    git(folder, '-c', 'pack.indexVersion=1', 'repack', '-adq');
    const { objects } = await openAt(folder);
    const oid = nth(allObjects(folder), 0);
    await expect(objects.read(oid)).rejects.toMatchObject({
      code: 'unsupported',
      hint: expect.stringContaining('repack'),
    });
  });

  it('stay readable while git repacks under an open store', async () => {
    const folder = repositoryWithHistory(20);
    const { objects, release } = await openAt(folder);
    const oids = allObjects(folder);
    await expectAllReadable(objects, oids);
    git(folder, 'gc', '--quiet', '--prune=now');
    await expectAllReadable(objects, oids);
    writeFileSync(join(folder, 'more.txt'), 'more');
    git(folder, 'add', '.');
    git(folder, 'commit', '--quiet', '-m', 'more');
    expect(await objects.has(git(folder, 'rev-parse', 'HEAD'))).toBe(true);
    git(folder, 'repack', '-adfq', '--depth=0');
    await expectAllReadable(objects, allObjects(folder));
    release();
    await expectAllReadable(objects, allObjects(folder));
  });

  it('are found in the repositories that this one borrows from', async () => {
    const folder = repositoryWithHistory(5);
    git(folder, 'gc', '--quiet');
    const parent = scratchFolder();
    git(parent, 'clone', '--quiet', '--shared', folder, 'first');
    git(parent, 'clone', '--quiet', '--shared', join(parent, 'first'), 'second');
    const { objects } = await openAt(join(parent, 'second'));
    await expectAllReadable(objects, allObjects(folder));
  });

  it('of a pack that lost bytes are damaged by name, and served by another copy where there is one', async () => {
    const folder = repositoryWithHistory(5);
    const blob = git(folder, 'rev-parse', 'HEAD:large.txt');
    git(folder, 'repack', '-adq');
    const pack = nth(packFiles(folder), 0);
    git(folder, 'config', 'core.compression', '0');
    const { objects } = await openAt(folder);
    const { type, data } = (await objects.read(blob)) ?? newObject('blob', '');
    chmodSync(pack, 0o644);
    const bytes = readFileSync(pack);
    bytes.fill(0xff, 12, bytes.length - 20);
    writeFileSync(pack, bytes);
    const reopened = (await openAt(folder)).objects;
    await expect(reopened.read(blob)).rejects.toMatchObject({ code: 'damaged', data: { path: pack } });
    const copy = scratchRepository();
    await (await openAt(copy)).objects.write([newObject(type, data)]);
    appendFileSync(join(folder, '.git/objects/info/alternates'), `${join(copy, '.git/objects')}\n`);
    expect((await (await openAt(folder)).objects.read(blob))?.data).toHaveLength(data.length);
  });
});

describe('repositories', () => {
  it('are found from a folder inside, a bare folder, a submodule and a separate git folder', async () => {
    const folder = repositoryWithHistory(2);
    const head = git(folder, 'rev-parse', 'HEAD');
    const parent = scratchFolder();
    git(parent, 'clone', '--quiet', '--bare', folder, 'bare.git');
    git(parent, 'clone', '--quiet', `--separate-git-dir=${join(parent, 'elsewhere')}`, folder, 'separate');
    git(parent, 'init', '--quiet', 'super');
    const superFolder = join(parent, 'super');
    git(superFolder, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', folder, 'sub');
    const cases = [
      { at: join(folder, 'folder-0'), commonDir: join(folder, '.git'), workTree: folder },
      { at: join(folder, '.git', 'refs'), commonDir: join(folder, '.git'), workTree: folder },
      { at: join(parent, 'bare.git'), commonDir: join(parent, 'bare.git'), workTree: undefined },
      {
        at: join(parent, 'separate', 'folder-1'),
        commonDir: join(parent, 'elsewhere'),
        workTree: join(parent, 'separate'),
      },
      {
        at: join(superFolder, 'sub'),
        commonDir: join(superFolder, '.git/modules/sub'),
        workTree: join(superFolder, 'sub'),
      },
    ];
    for (const { at, commonDir, workTree } of cases) {
      const repository = await openAt(at);
      expect(repository).toMatchObject({ commonDir, gitDir: commonDir });
      expect(repository.workTree).toBe(workTree);
      expect(await repository.refs.read('HEAD')).toBe(head);
      expect((await repository.objects.read(head))?.type).toBe('commit');
    }
  });

  it('list the same refs as git, loose, packed and symbolic', async () => {
    const folder = repositoryWithHistory(2);
    git(folder, 'branch', 'packed-1');
    git(folder, 'pack-refs', '--all', '--prune');
    git(folder, 'branch', 'loose/2');
    git(folder, 'branch', '--force', 'packed-1', 'HEAD~1');
    git(folder, 'symbolic-ref', 'refs/heads/symbolic', 'refs/heads/main');
    const expected = git(folder, 'for-each-ref', '--format=%(refname) %(objectname)').split('\n');
    const found = await (await openAt(folder)).refs.list('refs/');
    expect([...found].map(([ref, oid]) => `${ref} ${oid}`)).toEqual(expected);
  });

  it('are found through GIT_DIR, as in a hook', async () => {
    const folder = repositoryWithHistory(1);
    const env = { ...process.env, GIT_DIR: '.git' };
    expect(await openAt(folder, { env })).toMatchObject({ commonDir: join(folder, '.git'), workTree: folder });
    const wrong = openAt(folder, { env: { ...process.env, GIT_DIR: 'nowhere' } });
    await expect(wrong).rejects.toMatchObject({ code: 'no-repository' });
  });

  it('are not looked for above a ceiling, and their absence says what to do', async () => {
    const outer = scratchRepository();
    const inner = join(outer, 'a/b');
    mkdirSync(inner, { recursive: true });
    expect((await openAt(inner)).workTree).toBe(outer);
    const env = { ...process.env, GIT_CEILING_DIRECTORIES: join(outer, 'a') };
    await expect(openAt(inner, { env })).rejects.toMatchObject({
      code: 'no-repository',
      hint: expect.stringContaining('git init'),
    });
    await expect(openAt(scratchFolder())).rejects.toMatchObject({ code: 'no-repository' });
  });

  it.each([
    { settings: { 'core.repositoryformatversion': '99' }, names: '99' },
    { settings: { 'core.repositoryformatversion': '1', 'extensions.refStorage': 'stones' }, names: 'stones' },
    { settings: { 'core.repositoryformatversion': '1', 'extensions.fromTheFuture': 'yes' }, names: 'fromthefuture' },
    { settings: { 'core.repositoryformatversion': '1', 'extensions.objectFormat': 'md5' }, names: 'md5' },
  ])('are refused before anything is written when their format says $names', async ({ settings, names }) => {
    const folder = scratchFolder();
    initRepository(folder);
    for (const [key, value] of Object.entries(settings)) {
      git(folder, 'config', '--file', join(folder, '.git/config'), key, value);
    }
    await expect(openAt(folder)).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining(names),
    });
  });

  it.each(['noop', 'preciousObjects', 'worktreeConfig', 'relativeWorktrees', 'partialClone'])(
    'are opened with the harmless extension %s',
    async (extension) => {
      const folder = scratchRepository();
      git(folder, 'config', `extensions.${extension}`, 'true');
      git(folder, 'config', '--file', join(folder, '.git/config'), 'core.repositoryformatversion', '1');
      expect((await openAt(folder)).workTree).toBe(folder);
    },
  );
});

/** The object store contract against every backend that has the port. */
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { IsomorphicObjectStore } from '../../src/git/isomorphic.ts';
import { MemoryObjectStore } from '../../src/git/memory.ts';
import { git, scratchRepository } from '../support/git.ts';
import { describeObjectStore } from './support/object-store-contract.ts';
import { nth, openAt, packFiles, taskBlobs } from './support/repositories.ts';

function tearLoose(folder: string): (oid: string, bytes: number) => void {
  return (oid, bytes) => {
    const path = join(folder, '.git/objects', oid.slice(0, 2), oid.slice(2));
    chmodSync(path, 0o644);
    writeFileSync(path, readFileSync(path).subarray(0, bytes));
  };
}

describeObjectStore({
  name: 'files',
  many: 10_000,
  open: async () => {
    const folder = scratchRepository();
    const reopen = async () => (await openAt(folder)).objects;
    return { store: await reopen(), reopen, tear: tearLoose(folder) };
  },
});

describeObjectStore({
  name: 'memory',
  many: 10_000,
  open: async () => {
    const store = new MemoryObjectStore();
    return { store, reopen: async () => store, tear: undefined };
  },
});

describeObjectStore({
  name: 'isomorphic',
  many: 300,
  open: async () => {
    const folder = scratchRepository();
    const reopen = async () => new IsomorphicObjectStore(join(folder, '.git'));
    return { store: await reopen(), reopen, tear: tearLoose(folder) };
  },
});

it('isomorphic-git makes an index that git accepts for a received pack', async () => {
  const folder = scratchRepository();
  const blobs = taskBlobs(150);
  await (await openAt(folder)).objects.write(blobs);
  const packs = join(folder, '.git/objects/pack');
  copyFileSync(nth(packFiles(folder), 0), join(packs, 'pack-received.pack'));
  const store = new IsomorphicObjectStore(join(folder, '.git'));
  const oids = await store.indexPack('objects/pack/pack-received.pack');
  expect([...oids].sort()).toEqual(blobs.map(({ oid }) => oid).sort());
  git(folder, 'verify-pack', join(packs, 'pack-received.idx'));
});

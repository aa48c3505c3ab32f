/** What every object store promises, whatever is below it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HashAlgorithm, hashObject, serializeCommit, serializeTree } from '../../../src/git/objects.ts';
import type { GitObject, NewObject, ObjectStore, ObjectType } from '../../../src/git/ports.ts';
import { newObject as objectOf, nth, taskBlobs as blobsOf } from './repositories.ts';

/** A fresh store for one test. */
export interface ObjectStoreUnderTest {
  readonly store: ObjectStore;
  /** A second store on the same data, as another process would have. */
  reopen(): Promise<ObjectStore>;
  /** Cuts the stored object to this many bytes; undefined where nothing can be torn. */
  readonly tear: ((oid: string, bytes: number) => void) | undefined;
}

export interface ObjectStoreContract {
  readonly name: string;
  /** How many objects the large case has: fewer for a backend that is slow by nature. */
  readonly many: number;
  /** What its ids are made with. Default: SHA-1. */
  readonly algorithm?: HashAlgorithm;
  open(): Promise<ObjectStoreUnderTest>;
}

const WHO = { name: 'Ada Example', email: 'ada@example.org', seconds: 1_780_000_000, timezone: '+0000' };

/** What `git hash-object` says of nothing. */
const EMPTY = {
  sha1: {
    blob: 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391',
    tree: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
  },
  sha256: {
    blob: '473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813',
    tree: '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321',
  },
};

/** One object of each type, the commit on the tree, the tree on the blob. */
function oneOfEach(algorithm: HashAlgorithm = 'sha1'): NewObject[] {
  const newObject = (type: ObjectType, data: Uint8Array | string): NewObject => objectOf(type, data, algorithm);
  const blob = newObject('blob', 'id: 7kq3m2xz\n');
  const tree = newObject('tree', serializeTree([{ mode: '100644', name: '7kq3m2xz.yaml', oid: blob.oid }]));
  const commit = { tree: tree.oid, parents: [], author: WHO, committer: WHO, message: 'add 7kq3\n' };
  const stored = newObject('commit', serializeCommit(commit));
  const tag = `object ${stored.oid}\ntype commit\ntag v1\ntagger Ada Example <ada@example.org> 1780000000 +0000\n\nfirst\n`;
  return [blob, tree, stored, newObject('tag', tag)];
}

/** Runs the contract against one backend. */
export function describeObjectStore({ name, many, algorithm = 'sha1', open }: ObjectStoreContract): void {
  const idOf = (type: ObjectType, data: Uint8Array): string => hashObject(type, data, algorithm);
  const newObject = (type: ObjectType, data: Uint8Array | string): NewObject => objectOf(type, data, algorithm);
  const taskBlobs = (count: number): NewObject[] => blobsOf(count, '', algorithm);
  // What identifies an object: comparing megabytes element by element would take half a minute.
  const plain = (object: GitObject | undefined): unknown =>
    object && { type: object.type, size: object.data.length, oid: idOf(object.type, object.data) };
  describe(`object store: ${name}`, () => {
    it('gives back objects of all types, also to another process', async () => {
      const { store, reopen } = await open();
      const objects = oneOfEach(algorithm);
      await store.write(objects);
      for (const reader of [store, await reopen()]) {
        for (const object of objects) {
          expect(plain(await reader.read(object.oid))).toEqual(plain(object));
          expect(await reader.has(object.oid)).toBe(true);
        }
      }
    });

    it('hashes as git does', async () => {
      const { store } = await open();
      const { blob, tree } = EMPTY[algorithm];
      expect(store.oidLength).toBe(blob.length);
      expect(store.hash('blob', Buffer.from(''))).toBe(blob);
      expect(store.hash('tree', Buffer.from(''))).toBe(tree);
    });

    it('keeps the empty blob', async () => {
      const { store } = await open();
      const empty = newObject('blob', '');
      await store.write([empty]);
      expect(plain(await store.read(empty.oid))).toEqual(plain(empty));
    });

    it('has nothing under an id that was never written', async () => {
      const { store } = await open();
      const missing = idOf('blob', Buffer.from('never written'));
      expect(await store.read(missing)).toBeUndefined();
      expect(await store.has(missing)).toBe(false);
      expect(await store.readMany([missing])).toEqual([undefined]);
    });

    it('stores an object once, however often it is written', async () => {
      const { store } = await open();
      const blob = nth(taskBlobs(1), 0);
      await store.write([blob, blob]);
      await store.write([blob]);
      expect(plain(await store.read(blob.oid))).toEqual(plain(blob));
    });

    it('does nothing for an empty list', async () => {
      const { store } = await open();
      await store.write([]);
      expect(await store.readMany([])).toEqual([]);
    });

    it('answers many ids in their order, with holes and repetitions', async () => {
      const { store } = await open();
      const blobs = taskBlobs(5);
      await store.write(blobs);
      const hole = idOf('blob', Buffer.from('a hole'));
      const asked = [nth(blobs, 4).oid, hole, nth(blobs, 0).oid, nth(blobs, 4).oid, hole, nth(blobs, 2).oid];
      const found = await store.readMany(asked);
      expect(found.map((object) => object && idOf(object.type, object.data))).toEqual(
        asked.map((oid) => (oid === hole ? undefined : oid)),
      );
    });

    it(`reads ${many} objects that were written at once`, async () => {
      const { store, reopen } = await open();
      const blobs = taskBlobs(many);
      await store.write(blobs);
      const found = await (await reopen()).readMany(blobs.toReversed().map(({ oid }) => oid));
      expect(found.map((object) => object && idOf(object.type, object.data))).toEqual(
        blobs.toReversed().map(({ oid }) => oid),
      );
    });

    it('keeps any bytes', async () => {
      const { store } = await open();
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 70_000, size: 'max' }), async (data) => {
          const object = newObject('blob', data);
          await store.write([object]);
          expect(plain(await store.read(object.oid))).toEqual(plain(object));
        }),
        { numRuns: 20 },
      );
    });

    it('keeps a large object', async () => {
      const { store } = await open();
      const object = newObject('blob', Buffer.alloc(5_000_000, 'The same again. '));
      await store.write([object]);
      expect(plain(await store.read(object.oid))).toEqual(plain(object));
    });

    for (const bytes of [0, 1, 20]) {
      it(`says that an object is damaged when only ${bytes} bytes of it are left, and repairs it`, async ({ skip }) => {
        const { store, reopen, tear } = await open();
        if (tear === undefined) return skip('nothing can be torn here');
        const blob = nth(taskBlobs(1), 0);
        await store.write([blob]);
        tear(blob.oid, bytes);
        const reader = await reopen();
        await expect(reader.read(blob.oid)).rejects.toMatchObject({ code: 'damaged' });
        await expect(reader.readMany([blob.oid])).rejects.toMatchObject({ code: 'damaged' });
        await reader.write([blob]);
        expect(plain(await reader.read(blob.oid))).toEqual(plain(blob));
      });
    }
  });
}

/** What every ref store promises, whatever is below it. */
import { describe, expect, it } from 'vitest';
import type { Oid, RefStore } from '../../../src/git/ports.ts';
import { LOG, nth } from './repositories.ts';

/** A fresh store for one test. */
export interface RefStoreUnderTest {
  readonly store: RefStore;
  /** Ids of commits that exist, at least three. */
  readonly commits: readonly Oid[];
  /** A second store on the same data, as another process would have. */
  reopen(): Promise<RefStore>;
}

export interface RefStoreContract {
  readonly name: string;
  open(): Promise<RefStoreUnderTest>;
}

const REF = 'refs/heads/tasks';

function swap(ref: string, expected: Oid | null, next: Oid | null): Parameters<RefStore['compareAndSwap']>[0] {
  return { ref, expected, next, log: LOG };
}

/** Runs the contract against one backend. */
export function describeRefStore({ name, open }: RefStoreContract): void {
  describe(`ref store: ${name}`, () => {
    it('creates, moves and deletes a ref', async () => {
      const { store, commits, reopen } = await open();
      const [a, b] = commits as [Oid, Oid];
      expect(await store.read(REF)).toBeUndefined();
      expect(await store.compareAndSwap(swap(REF, null, a))).toEqual({ status: 'updated' });
      expect(await store.read(REF)).toBe(a);
      expect(await store.compareAndSwap(swap(REF, a, b))).toEqual({ status: 'updated' });
      expect(await (await reopen()).read(REF)).toBe(b);
      expect(await store.compareAndSwap(swap(REF, b, null))).toEqual({ status: 'updated' });
      expect(await store.read(REF)).toBeUndefined();
    });

    it('refuses a stale value and says which one is there', async () => {
      const { store, commits } = await open();
      const [a, b, c] = commits as [Oid, Oid, Oid];
      await store.compareAndSwap(swap(REF, null, a));
      expect(await store.compareAndSwap(swap(REF, b, c))).toEqual({ status: 'stale', actual: a });
      expect(await store.compareAndSwap(swap(REF, null, c))).toEqual({ status: 'stale', actual: a });
      expect(await store.compareAndSwap(swap(REF, b, null))).toEqual({ status: 'stale', actual: a });
      expect(await store.read(REF)).toBe(a);
    });

    it('refuses to move or delete a ref that is not there', async () => {
      const { store, commits } = await open();
      const [a, b] = commits as [Oid, Oid];
      expect(await store.compareAndSwap(swap(REF, a, b))).toEqual({ status: 'stale', actual: null });
      expect(await store.compareAndSwap(swap(REF, a, null))).toEqual({ status: 'stale', actual: null });
      expect(await store.compareAndSwap(swap(REF, null, null))).toEqual({ status: 'updated' });
    });

    it('accepts a swap that changes nothing', async () => {
      const { store, commits } = await open();
      const [a] = commits as [Oid];
      await store.compareAndSwap(swap(REF, null, a));
      expect(await store.compareAndSwap(swap(REF, a, a))).toEqual({ status: 'updated' });
      expect(await store.read(REF)).toBe(a);
    });

    it('lists refs by prefix, sorted', async () => {
      const { store, commits } = await open();
      const [a, b] = commits as [Oid, Oid];
      for (const ref of ['refs/heads/tasks', 'refs/tasks/b', 'refs/heads/plan/x', 'refs/tasks/a']) {
        await store.compareAndSwap(swap(ref, null, ref.endsWith('a') ? b : a));
      }
      expect([...(await store.list('refs/tasks/'))]).toEqual([
        ['refs/tasks/a', b],
        ['refs/tasks/b', a],
      ]);
      expect([...(await store.list('refs/heads/pl')).keys()]).toEqual(['refs/heads/plan/x']);
      expect([...(await store.list('refs/nothing/')).keys()]).toEqual([]);
    });

    it('lets exactly one of many concurrent swaps win', async () => {
      const { store, commits, reopen } = await open();
      const [a, ...others] = commits as [Oid, ...Oid[]];
      await store.compareAndSwap(swap(REF, null, a));
      const stores = await Promise.all(Array.from({ length: 10 }, () => reopen()));
      const results = await Promise.all(
        stores.map((each, index) => each.compareAndSwap(swap(REF, a, nth(others, index % others.length)))),
      );
      const winners = results.flatMap(({ status }, index) => (status === 'updated' ? [index] : []));
      expect(winners).toHaveLength(1);
      const value = nth(others, nth(winners, 0) % others.length);
      expect(await store.read(REF)).toBe(value);
      const losers = results.filter(({ status }) => status === 'stale');
      expect(losers).toEqual(losers.map(() => ({ status: 'stale', actual: value })));
    });

    it('refuses a name that is a folder of another ref, or has one as its folder', async () => {
      const { store, commits } = await open();
      const [a] = commits as [Oid];
      await store.compareAndSwap(swap('refs/heads/plan/x', null, a));
      await store.compareAndSwap(swap(REF, null, a));
      const above = store.compareAndSwap(swap('refs/heads/plan', null, a));
      await expect(above).rejects.toMatchObject({ code: 'exists', data: { other: 'refs/heads/plan/x' } });
      const below = store.compareAndSwap(swap(`${REF}/x`, null, a));
      await expect(below).rejects.toMatchObject({ code: 'exists', data: { other: REF } });
      expect([...(await store.list('refs/heads/')).keys()].filter((ref) => !ref.endsWith('/main'))).toEqual([
        'refs/heads/plan/x',
        REF,
      ]);
    });

    it('frees the name when the ref is deleted', async () => {
      const { store, commits } = await open();
      const [a] = commits as [Oid];
      await store.compareAndSwap(swap('refs/heads/plan/x', null, a));
      await store.compareAndSwap(swap('refs/heads/plan/x', a, null));
      expect(await store.compareAndSwap(swap('refs/heads/plan', null, a))).toEqual({ status: 'updated' });
      expect(await store.read('refs/heads/plan')).toBe(a);
    });

    it.each([
      'refs/heads/../x',
      'refs/heads/a..b',
      'tasks',
      'refs/heads/x.lock',
      '/refs/x',
      'refs//x',
      'refs/heads/a b',
    ])('refuses %s, which is no ref name', async (ref) => {
      const { store, commits } = await open();
      await expect(store.read(ref)).rejects.toMatchObject({ code: 'invalid' });
      await expect(store.compareAndSwap(swap(ref, null, nth(commits, 0)))).rejects.toMatchObject({ code: 'invalid' });
    });
  });
}

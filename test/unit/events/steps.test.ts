import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stepsBetween } from '../../../src/events/steps.ts';
import { MemoryObjectStore } from '../../../src/git/memory.ts';
import { serializeCommit } from '../../../src/git/objects.ts';
import type { Oid } from '../../../src/git/ports.ts';

/** Stores a history: each commit names its parents by how far they are back. Gives the ids, oldest first. */
async function storeHistory(store: MemoryObjectStore, history: readonly (readonly number[])[]): Promise<Oid[]> {
  const oids: Oid[] = [];
  for (const [i, back] of history.entries()) {
    const known = back.map((distance) => oids[i - 1 - (distance % Math.max(1, i))]);
    const parents = [...new Set(known.filter((oid) => oid !== undefined))];
    const who = { name: 'x', email: 'x', seconds: 1_700_000_000 + (i % 7), timezone: '+0000' };
    const tree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
    const data = serializeCommit({ tree, parents, author: who, committer: who, message: `${i}\n` });
    const oid = store.hash('commit', data);
    await store.write([{ oid, type: 'commit', data }]);
    oids.push(oid);
  }
  return oids;
}

async function reachable(store: MemoryObjectStore, tip: Oid): Promise<Set<Oid>> {
  const seen = new Set<Oid>();
  const queue = [tip];
  for (let oid = queue.pop(); oid !== undefined; oid = queue.pop()) {
    if (seen.has(oid)) continue;
    seen.add(oid);
    const object = await store.read(oid);
    queue.push(
      ...(Buffer.from(object?.data ?? [])
        .toString()
        .match(/(?<=^parent )\w+/gm) ?? []),
    );
  }
  return seen;
}

describe('the steps from tip to tip', () => {
  it('name every commit between exactly once, in an order in which each comes after its parents', async () => {
    const commit = fc.array(fc.nat(5), { minLength: 1, maxLength: 2 });
    await fc.assert(
      fc.asyncProperty(fc.array(commit, { minLength: 2, maxLength: 24 }), async (history) => {
        const store = new MemoryObjectStore();
        const oids = await storeHistory(store, history);
        const told: Oid[] = [];
        let at = oids[0] ?? '';
        for (const next of oids.slice(1)) {
          const steps = await stepsBetween(store, at, next);
          const isLater = (await reachable(store, next)).has(at);
          expect(steps !== undefined).toBe(isLater);
          if (steps === undefined) continue;
          for (const { commit: oid, side } of steps) told.push(...side, oid);
          at = next;
          expect(new Set(told)).toEqual(new Set([...(await reachable(store, at))].filter((oid) => oid !== oids[0])));
        }
        expect(new Set(told).size).toBe(told.length);
        const places = new Map(told.map((oid, i) => [oid, i]));
        for (const [oid, i] of places) {
          for (const parent of await reachable(store, oid)) expect(places.get(parent) ?? -1).toBeLessThanOrEqual(i);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('are unknown where the earlier tip is gone for good', async () => {
    const store = new MemoryObjectStore();
    const [, tip = ''] = await storeHistory(store, [[0], [0]]);
    expect(await stepsBetween(store, 'ab'.repeat(20), tip)).toBeUndefined();
  });
});

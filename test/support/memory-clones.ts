/** Clones of one ledger in memory, each with its own branch and clock, and merges as others make them. */
import { diff3Merge } from 'node-diff3';
import { initLedger } from '../../src/app/init.ts';
import { openSessionOf, type Session } from '../../src/app/session.ts';
import { configFromEntries } from '../../src/git/config.ts';
import { createMemoryRepository, type MemoryRepository } from '../../src/git/memory.ts';
import { commitReader, mergeBases } from '../../src/git/merge-base.ts';
import { serializeCommit } from '../../src/git/objects.ts';
import type { Oid } from '../../src/git/ports.ts';
import { readCommit } from '../../src/ledger/history.ts';
import { mergeTrees } from '../../src/ledger/join/merge-trees.ts';
import { Staging } from '../../src/ledger/staging.ts';
import { diffTrees } from '../../src/ledger/tree-diff.ts';
import { editTree } from '../../src/ledger/tree-edit.ts';
import { type TestWorld, testWorld } from './ledger.ts';

/** How somebody without our join merges: `driver` by files with our driver; the others by lines, or not at all. */
export type ForeignMerge = 'driver' | 'ours' | 'theirs' | 'markers' | 'our-tree';

/** One clone. */
export interface Clone {
  readonly name: string;
  readonly world: TestWorld;
  readonly session: Session;
  readonly tip: () => Promise<Oid>;
}

/** Clones over one object store, so that nothing has to be transferred. `offsets`: how far off each clock is, in ms. */
export async function makeClones(
  offsets: readonly number[],
): Promise<{ repository: MemoryRepository; clones: Clone[] }> {
  const repository = createMemoryRepository();
  const clones: Clone[] = [];
  for (const [i, offset] of offsets.entries()) {
    const world = testWorld();
    world.advance(offset);
    // Ids of different clones must differ, so each begins elsewhere in the one stream of randomness.
    for (let skipped = 0; skipped <= i * 7; skipped++) world.random(97);
    const config = configFromEntries([['tasks.branch', `clone-${i}`]]);
    const name = `actor${i}`;
    const session = openSessionOf({ ...repository, config }, world, { as: name });
    await initLedger(session);
    clones.push({ name, world, session, tip: async () => (await session.ledger.tip())?.oid ?? '' });
  }
  return { repository, clones };
}

/** Merges the other tip into the clone's branch the way that somebody without our join does. */
export async function mergeForeign(
  repository: MemoryRepository,
  clone: Clone,
  other: Oid,
  how: ForeignMerge,
): Promise<void> {
  const tip = await clone.tip();
  const [base] = await mergeBases(commitReader(repository.objects), tip, other);
  if (base === other) return;
  const { ledger } = clone.session;
  const seconds = Math.floor(clone.world.now() / 1000);
  const log = { name: clone.name, email: 'x@example.org', at: clone.world.now(), message: 'merge' };
  if (base === tip) {
    await repository.refs.compareAndSwap({ ref: ledger.ref, expected: tip, next: other, log });
    return;
  }
  const staging = new Staging(repository.objects);
  const tree = await foreignTree(staging, [base, tip, other], how);
  const signature = { name: clone.name, email: 'x@example.org', seconds, timezone: '+0100' };
  const commit = { tree, parents: [tip, other], author: signature, committer: signature, message: 'Merge branch\n' };
  const oid = staging.put('commit', serializeCommit(commit));
  await staging.flush();
  await repository.refs.compareAndSwap({ ref: ledger.ref, expected: tip, next: oid, log });
}

async function foreignTree(staging: Staging, commits: readonly (Oid | undefined)[], how: ForeignMerge): Promise<Oid> {
  const treeOf = async (oid: Oid | undefined): Promise<Oid | undefined> =>
    oid === undefined ? undefined : (await readCommit(staging, oid)).tree;
  const [base, x = '', y = ''] = await Promise.all(commits.map(treeOf));
  if (how === 'our-tree') return x;
  if (how === 'driver') {
    return (await mergeTrees({ staging, base, x, y, weigh: async () => ({ x: 0, y: 0 }) })).tree;
  }
  const mine = new Map((await diffTrees(staging, base, x)).map((file) => [file.path, file]));
  const edits = new Map<string, Oid | null>();
  for (const theirs of await diffTrees(staging, base, y)) {
    const ours = mine.get(theirs.path);
    if (ours?.after === undefined || theirs.after === undefined) edits.set(theirs.path, theirs.after ?? null);
    else {
      const files = [theirs.before, ours.after, theirs.after].map((oid) => linesOf(staging, oid));
      edits.set(theirs.path, staging.put('blob', Buffer.from(mergeLines(await Promise.all(files), how))));
    }
  }
  return (await editTree(staging, x, edits)) ?? x;
}

async function linesOf(staging: Staging, oid: Oid | undefined): Promise<string[]> {
  const data = oid === undefined ? undefined : (await staging.read(oid))?.data;
  return data === undefined ? [] : Buffer.from(data).toString('utf8').split('\n');
}

function mergeLines([base = [], ours = [], theirs = []]: readonly string[][], how: ForeignMerge): string {
  const lines = diff3Merge(ours, base, theirs).flatMap(({ ok, conflict }) => {
    if (conflict === undefined) return ok ?? [];
    if (how === 'markers') return ['<<<<<<< ours', ...conflict.a, '=======', ...conflict.b, '>>>>>>> theirs'];
    return how === 'ours' ? conflict.a : conflict.b;
  });
  return lines.join('\n');
}

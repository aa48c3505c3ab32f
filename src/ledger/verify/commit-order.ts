/** The order in which a history is replayed. */
import type { ObjectStore, Oid } from '../../git/ports.ts';
import { readCommit } from '../history.ts';

/**
 * The commits that a tip reaches and `since` does not, each after its parents. A side branch stands in one piece, so
 * that whoever follows the states has little to go back and forth.
 */
export async function commitOrder(store: ObjectStore, tip: Oid, since: Oid | undefined): Promise<Oid[]> {
  const order = new Set<Oid>();
  const known = since === undefined ? order : new Set(await commitOrder(store, since, undefined));
  // Ids only: the messages of a long history would not be worth their memory.
  const parentsOf = new Map<Oid, readonly Oid[]>();
  const stack = [tip];
  for (let oid = stack.at(-1); oid !== undefined; oid = stack.at(-1)) {
    const isVisited = parentsOf.has(oid);
    if (isVisited || order.has(oid) || known.has(oid)) {
      stack.pop();
      // The second visit: all of its parents are in their places.
      if (parentsOf.delete(oid)) order.add(oid);
      continue;
    }
    const { parents } = await readCommit(store, oid);
    parentsOf.set(oid, parents);
    for (const parent of parents) if (!parentsOf.has(parent) && !known.has(parent)) stack.push(parent);
  }
  return [...order];
}

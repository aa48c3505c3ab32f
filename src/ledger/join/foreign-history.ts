/** The part of the history that has not been checked yet, and what in it is not ours. */
import type { Commit } from '../../git/objects.ts';
import type { ObjectStore, Oid } from '../../git/ports.ts';
import { readCommit } from '../history.ts';
import { ROOT_COMMIT } from '../layout.ts';

/** Commits by id, parents before children. */
type History = Map<Oid, Commit>;

/**
 * The commits that can be reached from a tip and not from the checked commit (`fresh`), and those below the checked one
 * (`known`), which are read only when a merge is among the others: without one the way back is a line.
 */
export async function historySince(
  store: ObjectStore,
  tip: Oid,
  checked: Oid | undefined,
): Promise<{ readonly fresh: ReadonlyMap<Oid, Commit>; readonly known: ReadonlyMap<Oid, Commit> }> {
  if (checked === undefined) return { fresh: await history(store, tip, new Map()), known: new Map() };
  const line: [Oid, Commit][] = [];
  for (let oid: Oid | undefined = tip; oid !== undefined && oid !== checked;) {
    const commit: Commit = await readCommit(store, oid);
    line.push([oid, commit]);
    if (commit.parents.length > 1) {
      const known = await history(store, checked, new Map());
      return { fresh: await history(store, tip, known), known };
    }
    oid = commit.parents[0];
  }
  return { fresh: new Map(line.toReversed()), known: new Map() };
}

/** The commits from a tip down to what is known already. */
async function history(store: ObjectStore, tip: Oid, known: ReadonlyMap<Oid, Commit>): Promise<History> {
  const ordered: History = new Map();
  const read = new Map<Oid, Commit>();
  const stack = [tip];
  for (let oid = stack.at(-1); oid !== undefined; oid = stack.at(-1)) {
    const seen = read.get(oid);
    if (known.has(oid) || ordered.has(oid) || seen !== undefined) {
      stack.pop();
      // The second visit: all of its parents are in their places.
      if (seen !== undefined) ordered.set(oid, seen);
      continue;
    }
    const commit = await readCommit(store, oid);
    read.set(oid, commit);
    for (const parent of commit.parents) if (!known.has(parent) && !read.has(parent)) stack.push(parent);
  }
  return ordered;
}

/** Whether a commit is a merge that our join did not make. Ours follow from their parents: nobody has to check them. */
export function isForeignMerge({ author, committer, parents }: Commit): boolean {
  if (parents.length < 2) return false;
  const [x = '', y = ''] = parents;
  return !(isFixed(author) && isFixed(committer) && parents.length === 2 && x < y);
}

/** The mends among these commits, by the merge that each is for. */
export function mendsIn(commits: Iterable<readonly [Oid, Commit]>): Map<Oid, Oid> {
  const mends = new Map<Oid, Oid>();
  for (const [oid, commit] of commits) {
    const merge = mendedBy(commit);
    if (merge !== undefined) mends.set(merge, oid);
  }
  return mends;
}

/** The merge that a commit says it mends; undefined for any other commit. */
export function mendedBy({ author, committer, message, parents }: Commit): Oid | undefined {
  const isMend = isFixed(author) && isFixed(committer) && parents.length === 1 && message.startsWith('repair merge ');
  return isMend ? parents[0] : undefined;
}

function isFixed({ name, email }: Commit['author']): boolean {
  return name === ROOT_COMMIT.author.name && email === ROOT_COMMIT.author.email;
}

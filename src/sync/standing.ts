/** Finds out how the local branch and the remote's stand to each other. */
import { TasksError } from '../errors.ts';
import { commitReader, compareHistories } from '../git/merge-base.ts';
import type { Fetched, ObjectStore, Oid } from '../git/ports.ts';
import { checkFormat } from '../ledger/format.ts';
import { readCommit } from '../ledger/history.ts';
import type { Standing } from './plan-sync.ts';

/** How the sides stand, with what is said to people about it. */
export interface Look extends Omit<Standing, 'acceptRewrite'> {
  /** How many commits each side has that the other has not. */
  readonly counts: { readonly local: number; readonly remote: number };
  /** Whether a shallow clone does not reach back far enough to tell. */
  readonly isCut: boolean;
  /** Why the remote's branch cannot be used. */
  readonly problem?: TasksError;
}

/** What is compared. */
export interface Sides {
  readonly local: Oid | undefined;
  readonly fetched: Fetched;
  /** The value that the remote was seen with before. */
  readonly seen: Oid | undefined;
  /** The name of the remote's branch for messages. */
  readonly name: string;
}

/** Compares the sides. */
export async function lookAt(objects: ObjectStore, { local, fetched, seen, name }: Sides): Promise<Look> {
  const remote = fetched.tip;
  const nothing = { local: 0, remote: 0 };
  const base = { local, remote, isLedger: true, isRewritten: false, isCut: false };
  if (remote === null || remote === local) return { ...base, hasOwn: { local: false, remote: false }, counts: nothing };
  const problem = await problemOf(objects, remote, name);
  if (problem !== undefined) {
    return { ...base, isLedger: false, problem, hasOwn: { local: false, remote: false }, counts: nothing };
  }
  const reader = commitReader(objects);
  if (local === undefined) {
    const counts = { local: 0, remote: await countCommits(objects, remote) };
    return { ...base, hasOwn: { local: false, remote: true }, counts };
  }
  const apart = await compareHistories(reader, local, remote);
  const past =
    seen === undefined || seen === remote
      ? undefined
      : seen === local
        ? apart
        : await compareHistories(reader, seen, remote);
  const counts = { local: apart.onlyX.length, remote: apart.onlyY.length };
  return {
    ...base,
    hasOwn: { local: counts.local > 0, remote: counts.remote > 0 },
    counts,
    isRewritten: past !== undefined && past.onlyX.length > 0,
    isCut: apart.isCut || past?.isCut === true,
  };
}

/** How many commits a tip reaches. */
export async function countCommits(objects: ObjectStore, tip: Oid): Promise<number> {
  const seen = new Set<Oid>([tip]);
  const queue = [tip];
  for (let oid = queue.pop(); oid !== undefined; oid = queue.pop()) {
    const { parents } = await readCommit(objects, oid);
    queue.push(...parents.filter((parent) => !seen.has(parent)));
    for (const parent of parents) seen.add(parent);
  }
  return seen.size;
}

/** Why a commit that came cannot be joined; undefined when it is the tip of a ledger. */
export async function problemOf(objects: ObjectStore, tip: Oid, name: string): Promise<TasksError | undefined> {
  try {
    const { tree } = await readCommit(objects, tip);
    await checkFormat(objects, tree, name);
    return undefined;
  } catch (error) {
    if (error instanceof TasksError) return error;
    throw error;
  }
}

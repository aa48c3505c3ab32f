/**
 * The best common ancestors of two commits.
 *
 * Both sides are painted downwards, newest first by date, until only commits below a common one are left; of what was
 * painted twice, what another reaches is dropped. Dates only order the work, so clocks that are off by years cost time
 * and change nothing. Source: `paint_down_to_common` and `remove_redundant` of git's commit-reach.c.
 */
import { TasksError } from '../errors.ts';
import { type Commit, parseCommit } from './objects.ts';
import type { ObjectStore, Oid } from './ports.ts';

const X = 1;
const Y = 2;
const STALE = 4;

/** Reads commits once each. */
export interface CommitReader {
  read(oid: Oid): Promise<Commit>;
  /** Whether the history of a shallow clone ends at this commit: it is read without its parents. */
  isCut(oid: Oid): boolean;
}

/** A reader of a store's commits. Throws `damaged` for one that is missing or no commit. */
export function commitReader(store: ObjectStore): CommitReader {
  const known = new Map<Oid, Commit>();
  const isCut = (oid: Oid): boolean => store.shallow?.().has(oid) === true;
  return {
    read: async (oid) => {
      const seen = known.get(oid);
      if (seen !== undefined) return seen;
      const object = await store.read(oid);
      if (object?.type !== 'commit') {
        throw new TasksError('damaged', `Commit ${oid} is missing or damaged`, {
          hint: 'Run: git tasks doctor',
          data: { oid },
        });
      }
      const parsed = parseCommit(object.data);
      const commit = isCut(oid) ? { ...parsed, parents: [] } : parsed;
      known.set(oid, commit);
      return commit;
    },
    isCut,
  };
}

/** A wrong base would undo changes of the other side, so where the clone does not reach back far enough nothing is merged. */
function tooShallow(oid: Oid): TasksError {
  return new TasksError(
    'unsupported',
    'This is a shallow clone, and its history ends before what both sides have in common',
    {
      hint: 'Fetch the rest first: git fetch --unshallow',
      data: { oid },
    },
  );
}

/** All best common ancestors of two commits, sorted; none when their histories never meet. */
export async function mergeBases(reader: CommitReader, x: Oid, y: Oid): Promise<Oid[]> {
  if (x === y) return [x];
  const candidates = await paint(reader, x, y);
  const kept: Oid[] = [];
  for (const oid of candidates) {
    const others = candidates.filter((other) => other !== oid);
    if (!(await reaches(reader, others, oid))) kept.push(oid);
  }
  return kept.sort();
}

/** How two histories differ. */
export interface Apart {
  /** Commits that only the one or the other reaches. Empty exactly when the tip is contained in the other history. */
  readonly onlyX: readonly Oid[];
  readonly onlyY: readonly Oid[];
  /** Whether they have a commit in common. */
  readonly related: boolean;
  /** Whether a shallow clone's history ends on one side before it has met the other: the rest is a guess then. */
  readonly isCut: boolean;
}

/** The commits that two tips do not have in common. One contains the other when the other's list is empty. */
export async function compareHistories(reader: CommitReader, x: Oid, y: Oid): Promise<Apart> {
  if (x === y) return { onlyX: [], onlyY: [], related: true, isCut: false };
  const { flags, found, cut } = await paintBoth(reader, x, y);
  // Clocks that are off may leave a commit with one colour that is common; for the tips themselves that cannot be.
  const only = (side: number, tip: Oid): Oid[] =>
    flags.get(tip) === side ? [...flags].filter(([, flag]) => flag === side).map(([oid]) => oid) : [];
  return { onlyX: only(X, x), onlyY: only(Y, y), related: found.size > 0, isCut: cut !== undefined };
}

async function paint(reader: CommitReader, x: Oid, y: Oid): Promise<Oid[]> {
  const { flags, found, cut } = await paintBoth(reader, x, y);
  if (cut !== undefined) throw tooShallow(cut);
  return [...found].filter((oid) => ((flags.get(oid) ?? 0) & STALE) === 0);
}

interface Painted {
  readonly flags: ReadonlyMap<Oid, number>;
  /** Commits at which both colours met. */
  readonly found: ReadonlySet<Oid>;
  /** A commit of one colour at which a shallow clone's history ends. */
  readonly cut: Oid | undefined;
}

async function paintBoth(reader: CommitReader, x: Oid, y: Oid): Promise<Painted> {
  const flags = new Map<Oid, number>([
    [x, X],
    [y, Y],
  ]);
  const queue = new DateQueue(reader);
  await queue.push(x);
  await queue.push(y);
  const found = new Set<Oid>();
  const spread = async (oid: Oid): Promise<void> => {
    let paintWith = (flags.get(oid) ?? 0) & (X | Y | STALE);
    if (paintWith === (X | Y)) {
      found.add(oid);
      // What lies below a common ancestor is common too, and not the best.
      paintWith |= STALE;
    }
    for (const parent of (await reader.read(oid)).parents) {
      const before = flags.get(parent) ?? 0;
      if ((before & paintWith) === paintWith) continue;
      flags.set(parent, before | paintWith);
      await queue.push(parent);
    }
  };
  while (queue.has((oid) => ((flags.get(oid) ?? 0) & STALE) === 0)) await spread(queue.pop());
  // A common commit may have one colour still, with the other on its way from a commit that is not older.
  const oldest = await oldestOf(
    reader,
    [...flags.keys()].filter((oid) => isOneSided(flags.get(oid))),
  );
  while (queue.newest() >= oldest) await spread(queue.pop());
  const cut = [...flags.keys()].find((oid) => isOneSided(flags.get(oid)) && reader.isCut(oid));
  return { flags, found, cut };
}

function isOneSided(flag: number | undefined): boolean {
  return flag === X || flag === Y;
}

/** The date of the oldest of these commits, in seconds. */
async function oldestOf(reader: CommitReader, oids: readonly Oid[]): Promise<number> {
  let oldest = Number.POSITIVE_INFINITY;
  for (const oid of oids) oldest = Math.min(oldest, (await reader.read(oid)).committer.seconds);
  return oldest;
}

/** Commits by date, newest first. */
class DateQueue {
  readonly #reader: CommitReader;
  readonly #heap: { readonly oid: Oid; readonly seconds: number }[] = [];

  constructor(reader: CommitReader) {
    this.#reader = reader;
  }

  async push(oid: Oid): Promise<void> {
    const { seconds } = (await this.#reader.read(oid)).committer;
    let low = 0;
    let high = this.#heap.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#heap[middle]?.seconds ?? 0) <= seconds) low = middle + 1;
      else high = middle;
    }
    this.#heap.splice(low, 0, { oid, seconds });
  }

  pop(): Oid {
    return this.#heap.pop()?.oid ?? '';
  }

  /** The date of the newest one, in seconds. */
  newest(): number {
    return this.#heap.at(-1)?.seconds ?? Number.NEGATIVE_INFINITY;
  }

  has(test: (oid: Oid) => boolean): boolean {
    return this.#heap.some(({ oid }) => test(oid));
  }
}

async function reaches(reader: CommitReader, from: readonly Oid[], wanted: Oid): Promise<boolean> {
  const seen = new Set<Oid>(from);
  const queue = [...from];
  for (let oid = queue.pop(); oid !== undefined; oid = queue.pop()) {
    if (oid === wanted) return true;
    for (const parent of (await reader.read(oid)).parents) {
      if (!seen.has(parent)) queue.push(parent);
      seen.add(parent);
    }
  }
  return false;
}

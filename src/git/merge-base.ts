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
}

/** A reader of a store's commits. Throws `damaged` for one that is missing or no commit. */
export function commitReader(store: ObjectStore): CommitReader {
  const known = new Map<Oid, Commit>();
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
      const commit = parseCommit(object.data);
      known.set(oid, commit);
      return commit;
    },
  };
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

/** Whether the ancestor can be reached from the commit (a commit reaches itself). */
export async function isAncestor(reader: CommitReader, ancestor: Oid, commit: Oid): Promise<boolean> {
  if (ancestor === commit) return true;
  return (await mergeBases(reader, ancestor, commit)).includes(ancestor);
}

async function paint(reader: CommitReader, x: Oid, y: Oid): Promise<Oid[]> {
  const flags = new Map<Oid, number>([
    [x, X],
    [y, Y],
  ]);
  const queue = new DateQueue(reader);
  await queue.push(x);
  await queue.push(y);
  const found = new Set<Oid>();
  while (queue.has((oid) => ((flags.get(oid) ?? 0) & STALE) === 0)) {
    const oid = queue.pop();
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
  }
  return [...found].filter((oid) => ((flags.get(oid) ?? 0) & STALE) === 0);
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

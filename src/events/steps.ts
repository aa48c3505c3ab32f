/**
 * The way from one tip of the branch to a later one, commit by commit.
 *
 *     from ── p1 ── p2 ── M = to       path: p1, p2, M
 *        └── s1 ── s2 ──┘              M brings s1 and s2 with it
 *
 * Every commit that the later tip reaches and the earlier one does not is in exactly one step, so whoever takes all
 * steps of all ways from tip to tip is told of each commit once.
 */
import { compareHistories, type CommitReader } from '../git/merge-base.ts';
import type { Commit } from '../git/objects.ts';
import type { ObjectStore, Oid } from '../git/ports.ts';
import { readCommit } from '../ledger/history.ts';

/** One commit of the path, and what it brought: the commits that only a merged side had, oldest first. */
export interface Step {
  readonly commit: Oid;
  readonly side: readonly Oid[];
}

/** The steps, oldest first. Undefined: `to` does not contain `from`, the history was rewritten. */
export async function stepsBetween(store: ObjectStore, from: Oid, to: Oid): Promise<readonly Step[] | undefined> {
  const reader = slimReader(store);
  const line = await straightLine(reader, from, to);
  if (line !== undefined) return line.map((commit) => ({ commit, side: [] }));
  // A rewritten history may be tidied away by now.
  if (!(await store.has(from))) return undefined;
  const { onlyX: fresh, onlyY: lost } = await compareHistories(reader, to, from);
  if (lost.length > 0 || fresh.length === 0) return undefined;
  return steps(await graphOf(reader, await withoutKnown(reader, from, fresh), to), from, to);
}

/** By how much the clocks of clones may differ, in seconds. */
const SKEW = 86_400;

/**
 * Without those that `from` contains all the same: where clocks are off, a comparison may leave some. Looks back from
 * `from` to a day before the oldest.
 */
async function withoutKnown(reader: CommitReader, from: Oid, commits: readonly Oid[]): Promise<ReadonlySet<Oid>> {
  const fresh = new Set(commits);
  let end = Number.POSITIVE_INFINITY;
  for (const oid of commits) end = Math.min(end, (await reader.read(oid)).committer.seconds - SKEW);
  const seen = new Set([from]);
  for (const oid of seen) {
    const { committer, parents } = await reader.read(oid);
    fresh.delete(oid);
    if (committer.seconds >= end) for (const parent of parents) seen.add(parent);
  }
  return fresh;
}

/** The commits between, where each has one parent; undefined where there is a merge or `from` is not met. */
async function straightLine(reader: CommitReader, from: Oid, to: Oid): Promise<Oid[] | undefined> {
  const line: Oid[] = [];
  for (let oid = to; oid !== from;) {
    const [parent, ...others] = (await reader.read(oid)).parents;
    if (parent === undefined || others.length > 0) return undefined;
    line.push(oid);
    oid = parent;
  }
  return line.toReversed();
}

/** Parents by commit, each commit after its parents. Only the commits between. */
type Graph = ReadonlyMap<Oid, readonly Oid[]>;

async function graphOf(reader: CommitReader, fresh: ReadonlySet<Oid>, to: Oid): Promise<Graph> {
  const graph = new Map<Oid, readonly Oid[]>();
  const stack = [{ oid: to, left: [...(await reader.read(to)).parents] }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const parent = top.left.pop();
    if (parent === undefined) {
      graph.set(top.oid, (await reader.read(top.oid)).parents);
      stack.pop();
    } else if (fresh.has(parent) && !graph.has(parent)) {
      stack.push({ oid: parent, left: [...(await reader.read(parent)).parents] });
    }
  }
  return graph;
}

function steps(graph: Graph, from: Oid, to: Oid): Step[] {
  const onward = new Set([from]);
  for (const [oid, parents] of graph) if (parents.some((parent) => onward.has(parent))) onward.add(oid);
  const path: Oid[] = [];
  for (let oid: Oid | undefined = to; oid !== undefined && oid !== from;) {
    path.push(oid);
    oid = graph.get(oid)?.find((parent) => onward.has(parent));
  }
  const told = new Set<Oid>();
  return path.toReversed().map((commit) => ({ commit, side: takeUntold(graph, commit, told) }));
}

/** The commits that this one reaches and that no earlier step told of; it and they count as told afterwards. */
function takeUntold(graph: Graph, commit: Oid, told: Set<Oid>): Oid[] {
  const found = new Set<Oid>();
  const queue = [commit];
  for (let oid = queue.pop(); oid !== undefined; oid = queue.pop()) {
    if (told.has(oid)) continue;
    told.add(oid);
    if (oid !== commit) found.add(oid);
    queue.push(...(graph.get(oid) ?? []).filter((parent) => graph.has(parent)));
  }
  return found.size === 0 ? [] : [...graph.keys()].filter((oid) => found.has(oid));
}

/** Years of history are read at once when somebody catches up: their messages and trees need not stay in memory. */
function slimReader(store: ObjectStore): CommitReader {
  const known = new Map<Oid, Commit>();
  return {
    read: async (oid) => {
      const commit = known.get(oid) ?? { ...(await readCommit(store, oid)), message: '', tree: '' };
      known.set(oid, commit);
      return commit;
    },
    isCut: (oid) => store.shallow?.().has(oid) === true,
  };
}

/**
 * Joins two tips of the ledger into one commit: the same in every clone that joins the same two.
 *
 * Several merge bases (a criss-cross) are joined into one first, without a commit. Circles that two innocent edits have
 * closed are broken at the end, over the whole graph.
 */
import { commitReader, type CommitReader, mergeBases } from '../../git/merge-base.ts';
import { type Commit, serializeCommit } from '../../git/objects.ts';
import type { ObjectStore, Oid } from '../../git/ports.ts';
import { edgesToDrop, type HeldEdge, withoutEdges } from '../../merge/break-circles.ts';
import type { Weights } from '../../merge/decision.ts';
import { NONE } from '../../graph/table.ts';
import { findCycle } from '../../graph/walk.ts';
import type { Conflict, Task, TaskId } from '../../task/types.ts';
import { patchTask } from '../../yaml/codec.ts';
import type { LedgerIndex } from '../index/ledger-index.ts';
import { refreshIndex } from '../index/refresh.ts';
import { ROOT_COMMIT, taskPath } from '../layout.ts';
import { Snapshot } from '../snapshot.ts';
import { Staging } from '../staging.ts';
import { editTree } from '../tree-edit.ts';
import { diffTrees } from '../tree-diff.ts';
import { beginningsIn } from './beginnings.ts';
import { lineageOf } from './lineage.ts';
import { mergeTrees } from './merge-trees.ts';
import { joinMessage } from './message.ts';

/** What joining two tips comes to. */
export type Joined =
  /** One contains the other: nothing was made. */
  | { readonly kind: 'same' | 'x' | 'y'; readonly tip: Oid }
  | {
      readonly kind: 'merged';
      readonly tip: Oid;
      readonly tasks: readonly JoinedTask[];
      /** Paths of second versions of templates: both sides changed one in ways that do not fit together. */
      readonly spares: readonly string[];
    };

/** A task that both sides had changed. */
export interface JoinedTask {
  readonly id: TaskId;
  /** Conflicts that came up. */
  readonly conflicts: readonly Conflict[];
}

/** A join that is ready: its objects are staged, `index` describes its tip. */
export interface PreparedJoin {
  readonly joined: Joined;
  readonly staging: Staging;
  readonly index: LedgerIndex;
}

/** Joins two tips. `index` is an index of any state, to work on: it is moved to the result. */
export async function prepareJoin(
  store: ObjectStore,
  index: LedgerIndex,
  tips: { readonly x: Oid; readonly y: Oid },
): Promise<PreparedJoin> {
  const staging = new Staging(store);
  const reader = commitReader(store);
  // The sides have no order; sorting them makes the work alike as well.
  const [x, y] = [tips.x, tips.y].sort() as [Oid, Oid];
  const bases = await mergeBases(reader, x, y);
  const one = bases.length === 1 ? bases[0] : undefined;
  if (one === x || one === y) {
    const tip = one === x ? y : x;
    return { joined: { kind: x === y ? 'same' : tip === tips.x ? 'x' : 'y', tip }, staging, index };
  }
  const [commitX, commitY] = [await reader.read(x), await reader.read(y)];
  const base = await baseTree({ staging, reader }, bases);
  const weigh = weigher({ store, reader }, { bases, x, y });
  const apart = async (): Promise<Oid[]> => [
    ...(await commitsSince(reader, x, bases)),
    ...(await commitsSince(reader, y, [...bases, x])),
  ];
  const beginnings = beginningsIn({ store, reader }, apart);
  const lineage = lineageOf({ store, reader }, { x, y }, apart);
  const history = { weigh, beginnings, lineage };
  const trees = { base, x: commitX.tree, y: commitY.tree };
  const { tree, merged, touched, spares } = await mergeTrees({ staging, ...trees, ...history });
  const atTree = await refreshIndex(index, staging, { tip: '', tree });
  const broken = await withoutCircles({ staging, index: atTree, base, tree }, touched);
  const tasks = new Map<TaskId, JoinedTask>([...merged].map(([id, { conflicts }]) => [id, { id, conflicts }]));
  for (const task of broken.tasks) tasks.set(task.id, { id: task.id, conflicts: task.conflicts });
  const list = [...tasks.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const tip = staging.put(
    'commit',
    serializeCommit(joinCommit({ x, y, commitX, commitY }, broken.tree, joinMessage(list, spares))),
  );
  const atTip = await refreshIndex(atTree, staging, { tip, tree: broken.tree });
  return { joined: { kind: 'merged', tip, tasks: list, spares }, staging, index: atTip };
}

interface Parents {
  readonly x: Oid;
  readonly y: Oid;
  readonly commitX: Commit;
  readonly commitY: Commit;
}

/** Fixed identity, the date of the later parent, parents sorted: clones that join the same tips make the same commit. */
function joinCommit({ x, y, commitX, commitY }: Parents, tree: Oid, message: string): Commit {
  const seconds = Math.max(commitX.committer.seconds, commitY.committer.seconds);
  const author = { ...ROOT_COMMIT.author, seconds };
  return { tree, parents: [x, y], author, committer: author, message };
}

interface Tools {
  readonly staging: Staging;
  readonly reader: CommitReader;
}

/** The tree of the base; of several, their own merge, which is itself made from their bases. */
async function baseTree(tools: Tools, bases: readonly Oid[]): Promise<Oid | undefined> {
  const [first, ...rest] = bases;
  if (first === undefined) return undefined;
  let tree = (await tools.reader.read(first)).tree;
  for (const other of rest) {
    const below = await baseTree(tools, await mergeBases(tools.reader, first, other));
    const { tree: y } = await tools.reader.read(other);
    const even = async (): Promise<Weights> => ({ x: 0, y: 0 });
    tree = (await mergeTrees({ staging: tools.staging, base: below, x: tree, y, weigh: even })).tree;
  }
  return tree;
}

interface Range {
  readonly bases: readonly Oid[];
  readonly x: Oid;
  readonly y: Oid;
}

/** Counts, for each side, the commits since the bases that changed a file. Both sides are walked once, when first asked. */
function weigher(
  { store, reader }: { readonly store: ObjectStore; readonly reader: CommitReader },
  { bases, x, y }: Range,
): (paths: { readonly x: string; readonly y: string }) => Promise<Weights> {
  let counts: Promise<[Map<string, number>, Map<string, number>]> | undefined;
  const count = async (tip: Oid, other: Oid): Promise<Map<string, number>> => {
    const byPath = new Map<string, number>();
    for (const oid of await commitsSince(reader, tip, [...bases, other])) {
      const { tree, parents } = await reader.read(oid);
      if (parents.length !== 1) continue;
      const before = (await reader.read(parents[0] ?? '')).tree;
      for (const { path } of await diffTrees(store, before, tree)) byPath.set(path, (byPath.get(path) ?? 0) + 1);
    }
    return byPath;
  };
  return async (paths) => {
    counts ??= Promise.all([count(x, y), count(y, x)]);
    const [ofX, ofY] = await counts;
    return { x: ofX.get(paths.x) ?? 0, y: ofY.get(paths.y) ?? 0 };
  };
}

/** The commits that can be reached from a tip and from none of the others. */
async function commitsSince(reader: CommitReader, tip: Oid, others: readonly Oid[]): Promise<Oid[]> {
  const below = new Set<Oid>(others);
  const seen = new Set<Oid>();
  const queue = [tip];
  for (let oid = queue.pop(); oid !== undefined; oid = queue.pop()) {
    if (seen.has(oid) || below.has(oid)) continue;
    seen.add(oid);
    queue.push(...(await reader.read(oid)).parents);
  }
  return [...seen];
}

interface MergedState {
  readonly staging: Staging;
  /** Describes the merged tree. */
  readonly index: LedgerIndex;
  readonly base: Oid | undefined;
  readonly tree: Oid;
}

/** The tree without circles, and the tasks that had to give up an edge for that. */
async function withoutCircles(
  { staging, index, base, tree }: MergedState,
  touched: readonly TaskId[],
): Promise<{ readonly tree: Oid; readonly tasks: readonly Task[] }> {
  const rows = touched.map((id) => index.table.rowOf(id)).filter((row) => row !== NONE);
  if (findCycle(index.table, rows) === undefined) return { tree, tasks: [] };
  const old = await refreshIndex(index.fork(), staging, { tip: '', tree: base ?? '' });
  const wasThere = ({ holder, target, kind }: HeldEdge): boolean => {
    if (!old.has(holder)) return false;
    const { blockedBy, parent } = old.table.summary(old.table.rowOf(holder));
    return kind === 'parent' ? parent === target : blockedBy.includes(target);
  };
  const edges = edgesToDrop(index.table, touched, wasThere);
  const snapshot = new Snapshot(index, staging);
  const holders = [...new Set(edges.map(({ holder }) => holder))];
  const tasks: Task[] = [];
  const edits = new Map<string, Oid>();
  for (const id of holders) {
    const { task: before, text } = await snapshot.file(id);
    const task = withoutEdges(
      before,
      edges.filter(({ holder }) => holder === id),
    );
    tasks.push(task);
    edits.set(taskPath(task), staging.put('blob', Buffer.from(patchTask(text, before, task))));
  }
  return { tree: (await editTree(staging, tree, edits)) ?? tree, tasks };
}

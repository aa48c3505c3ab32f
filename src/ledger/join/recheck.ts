/**
 * Merges that somebody else made: a host's button, a git without our driver, a hand.
 *
 * Each is made again from its parents. Where the result differs, a commit upon the merge says what it should have been. That
 * commit follows from the merge alone, so every clone makes the same one, and joining it is an ordinary join: whoever has
 * it in their history is done.
 */
import { commitReader, type CommitReader, mergeBases } from '../../git/merge-base.ts';
import { type Commit, serializeCommit } from '../../git/objects.ts';
import type { ObjectStore, Oid } from '../../git/ports.ts';
import { type MadeMerge, mendTask } from '../../merge/mend-task.ts';
import { mergeTask } from '../../merge/merge-task.ts';
import { changedFields, sameJson } from '../../task/changes.ts';
import type { Task, TaskId } from '../../task/types.ts';
import { decodeTask, patchTask } from '../../yaml/codec.ts';
import { readBlobAt, readCommit } from '../history.ts';
import { historySince, isForeignMerge, mendsIn } from './foreign-history.ts';
import type { LedgerIndex } from '../index/ledger-index.ts';
import { pathToTask, ROOT_COMMIT, type TaskPlace, taskPath } from '../layout.ts';
import { Staging } from '../staging.ts';
import { diffTrees } from '../tree-diff.ts';
import { editTree } from '../tree-edit.ts';
import { prepareJoin } from './join.ts';

/** A merge that lost something, and the commit that mends it. */
export interface Mend {
  readonly merge: Oid;
  readonly commit: Oid;
  readonly tasks: readonly TaskId[];
  /** The fields of each that are another way with the mend than the merge left them. */
  readonly fields: ReadonlyMap<TaskId, readonly string[]>;
}

/** Foreign merges in the history of a tip that nobody has mended there yet. The mends are staged, not written. */
export interface Recheck {
  readonly mends: readonly Mend[];
  /** All that lost something, those included that the history has a mend for. */
  readonly all: readonly Mend[];
  readonly staging: Staging;
}

interface Tools {
  readonly staging: Staging;
  readonly reader: CommitReader;
  /** Of any state, to work on. */
  readonly index: LedgerIndex;
}

/** Looks at every merge that is reachable from `tip` and not from `checked`, parents before children. */
export async function recheckMerges(
  store: ObjectStore,
  index: LedgerIndex,
  { tip, checked }: { readonly tip: Oid; readonly checked?: Oid | undefined },
): Promise<Recheck> {
  const staging = new Staging(store);
  const tools = { staging, reader: commitReader(staging), index };
  const { fresh, known } = await historySince(store, tip, checked);
  const mended = mendsIn([...known, ...fresh]);
  const all: Mend[] = [];
  for (const [oid, commit] of fresh) {
    if (!isForeignMerge(commit)) continue;
    const mend = await mendOf(tools, { oid, commit, mended });
    if (mend === undefined) continue;
    mended.set(oid, mend.commit);
    all.push(mend);
  }
  return { mends: all.filter(({ commit }) => !fresh.has(commit) && !known.has(commit)), all, staging };
}

interface Merge {
  readonly oid: Oid;
  readonly commit: Commit;
  /** The mend of each merge that needed one, as far as known. */
  readonly mended: ReadonlyMap<Oid, Oid>;
}

async function mendOf(tools: Tools, merge: Merge): Promise<Mend | undefined> {
  const { staging } = tools;
  const { oid, commit } = merge;
  // What an earlier merge lost looks like somebody's wish to whoever merges after it: its mend comes first.
  const parents: Oid[] = [];
  for (const parent of commit.parents) parents.push(await withMends(tools, parent, merge.mended));
  const right = (await readCommit(staging, await joined(tools, parents))).tree;
  const places = await differingTasks(tools, commit.tree, right);
  if (places.size === 0) return undefined;
  const context = await contextOf(tools, commit, parents);
  const edits = new Map<string, Oid | null>();
  const fields = new Map<TaskId, readonly string[]>();
  for (const [id, lists] of places) {
    const mended = await mendFile({ staging, made: commit.tree, right, context, lists }, edits);
    if (mended !== undefined) fields.set(id, mended);
  }
  const tree = (await editTree(staging, commit.tree, edits)) ?? commit.tree;
  if (tree === commit.tree) return undefined;
  const author = { ...ROOT_COMMIT.author, seconds: commit.committer.seconds };
  const tasks = [...new Set([...edits.keys()].flatMap((path) => pathToTask(path)?.id ?? []))].sort();
  const message = mendMessage(oid, tasks);
  const data = serializeCommit({ tree, parents: [oid], author, committer: author, message });
  return { merge: oid, tasks, fields, commit: staging.put('commit', data) };
}

/** The commit, joined with the mends of the merges in its history that it does not have yet. */
async function withMends(tools: Tools, tip: Oid, mended: ReadonlyMap<Oid, Oid>): Promise<Oid> {
  if (mended.size === 0) return tip;
  const { fresh } = await historySince(tools.staging, tip, undefined);
  const missing = [...mended].filter(([merge, mend]) => fresh.has(merge) && !fresh.has(mend)).map(([, mend]) => mend);
  return joined(tools, [tip, ...missing.sort()]);
}

const MAX_LISTED = 50;

function mendMessage(merge: Oid, tasks: readonly TaskId[]): string {
  const listed = tasks.slice(0, MAX_LISTED).map((id) => `Merged: ${id}`);
  return `repair merge ${merge.slice(0, 12)}: ${tasks.length} task(s)\n\n${[...listed, 'Actor: git-tasks'].join('\n')}\n`;
}

/** The commit that joining these, one after the other, gives. Staged. */
async function joined({ staging, index }: Tools, [first = '', ...rest]: readonly Oid[]): Promise<Oid> {
  let tip = first;
  for (const other of rest) {
    const prepared = await prepareJoin(staging, index.fork(), { x: tip, y: other });
    await prepared.staging.flush();
    tip = prepared.joined.tip;
  }
  return tip;
}

/** The tasks whose files differ, each with the places where either tree has it. */
async function differingTasks({ staging }: Tools, made: Oid, right: Oid): Promise<Map<TaskId, TaskPlace[]>> {
  const places = new Map<TaskId, TaskPlace[]>();
  for (const { path } of await diffTrees(staging, made, right)) {
    const place = pathToTask(path);
    if (place !== undefined) places.set(place.id, [...(places.get(place.id) ?? []), place]);
  }
  return places;
}

interface MergeContext {
  readonly parents: readonly Oid[];
  readonly bases: readonly Oid[];
  readonly mended: readonly Oid[];
}

/** The trees of the parents, and of what came before the merge besides: their best common ancestors, and the mended parents. */
async function contextOf(
  { reader, staging }: Tools,
  { parents }: Commit,
  mended: readonly Oid[],
): Promise<MergeContext> {
  const [first = '', ...rest] = parents;
  const bases = new Set<Oid>();
  for (const other of rest) for (const base of await mergeBases(reader, first, other)) bases.add(base);
  const trees = async (oids: Iterable<Oid>): Promise<Oid[]> =>
    Promise.all([...oids].map(async (oid) => (await readCommit(staging, oid)).tree));
  const others = mended.filter((oid) => !parents.includes(oid));
  return { parents: await trees(parents), bases: await trees(bases), mended: await trees(others) };
}

interface FileInput {
  readonly staging: Staging;
  readonly made: Oid;
  readonly right: Oid;
  readonly context: MergeContext;
  /** Where either tree has the task. */
  readonly lists: readonly TaskPlace[];
}

/** Adds what has to be written to `edits`. Gives the fields that are mended; undefined when nothing is wrong. */
async function mendFile(
  { staging, made, right, context, lists }: FileInput,
  edits: Map<string, Oid | null>,
): Promise<readonly string[] | undefined> {
  const at = async (tree: Oid): Promise<Found[]> => versionsAt(staging, tree, lists);
  const all = async (trees: readonly Oid[]): Promise<Task[]> =>
    (await Promise.all(trees.map(at))).flat().map(({ task }) => task);
  const [[mine, ...twice], [wanted]] = [await at(made), await at(right)];
  // What only the merge has is its own; what cannot be read on either side of it is for `doctor`.
  if (wanted === undefined) return undefined;
  const parents = await all(context.parents);
  const bases = await all(context.bases);
  // Two files of one task are never as they should be.
  const sole = twice.length === 0 ? mine?.task : undefined;
  if (sole !== undefined && isDriverWork({ parents, bases, made: sole, right: wanted.task })) return undefined;
  const before = [...bases, ...(await all(context.mended))];
  const task =
    mine === undefined ? wanted.task : mendTask({ parents, bases: before, made: mine.task, right: wanted.task });
  const isRight = sameJson(task, wanted.task);
  if (sameJson(task, sole)) return undefined;
  for (const place of lists)
    if ((await readBlobAt(staging, made, taskPath(place))) !== undefined) edits.set(taskPath(place), null);
  const text = isRight ? wanted.text : patchTask(wanted.text, wanted.task, task);
  edits.set(taskPath(task), staging.put('blob', Buffer.from(text)));
  return changedFields(mine?.task, task).map(({ field }) => field);
}

/** Our driver merges file by file: it cannot weigh the sides by their commits, and sees no circle. The first is no loss. */
function isDriverWork({ parents, bases, made, right }: MadeMerge): boolean {
  const [[x, y, ...others], [base]] = [parents, bases];
  if (x === undefined || y === undefined || others.length > 0 || bases.length > 1) return false;
  const sameEdges = made.parent === right.parent && sameJson(made.blockedBy, right.blockedBy);
  return sameEdges && sameJson(made, mergeTask({ base, x, y, weights: { x: 0, y: 0 } }));
}

interface Found {
  readonly task: Task;
  readonly text: string;
}

async function versionsAt(store: ObjectStore, tree: Oid, places: readonly TaskPlace[]): Promise<Found[]> {
  const found: Found[] = [];
  for (const place of places) {
    const text = await readBlobAt(store, tree, taskPath(place));
    const decoded = text === undefined ? undefined : decodeTask(text, place);
    if (text !== undefined && decoded?.ok === true) found.push({ task: decoded.task, text });
  }
  return found;
}

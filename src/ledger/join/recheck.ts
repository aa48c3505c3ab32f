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
import { sameJson } from '../../task/changes.ts';
import type { Task, TaskId } from '../../task/types.ts';
import { decodeTask, patchTask } from '../../yaml/codec.ts';
import { readBlobAt, readCommit } from '../history.ts';
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
}

/** Foreign merges in the history of a tip that nobody has mended there yet. The mends are staged, not written. */
export interface Recheck {
  readonly mends: readonly Mend[];
  readonly staging: Staging;
}

interface Tools {
  readonly store: ObjectStore;
  readonly staging: Staging;
  readonly reader: CommitReader;
  /** Of any state, to work on. */
  readonly index: LedgerIndex;
}

/** Looks at every merge that is reachable from `tip` and not from `checked`. */
export async function recheckMerges(
  store: ObjectStore,
  index: LedgerIndex,
  { tip, checked }: { readonly tip: Oid; readonly checked?: Oid | undefined },
): Promise<Recheck> {
  const staging = new Staging(store);
  const tools = { store, staging, reader: commitReader(store), index };
  const commits = await newCommits(store, tip, checked);
  const mends: Mend[] = [];
  for (const [oid, commit] of commits) {
    if (!isForeignMerge(commit)) continue;
    const mend = await mendOf(tools, oid, commit);
    if (mend !== undefined && !commits.has(mend.commit)) mends.push(mend);
  }
  return { mends: mends.reverse(), staging };
}

/** The commits since the one that was checked, newest first. A merge made since may have brought older ones. */
async function newCommits(store: ObjectStore, tip: Oid, checked: Oid | undefined): Promise<Map<Oid, Commit>> {
  const known = new Set<Oid>(checked === undefined ? [] : [checked]);
  const commits = new Map<Oid, Commit>();
  const queue = [tip];
  let brings = false;
  for (let oid = queue.pop(); oid !== undefined; oid = queue.pop()) {
    if (commits.has(oid) || known.has(oid)) continue;
    const commit = await readCommit(store, oid);
    commits.set(oid, commit);
    brings ||= commit.parents.length > 1;
    queue.push(...commit.parents);
    // Without a merge the way back is one line. With one, what the checked commit holds has to be known first.
    if (brings && checked !== undefined && known.size === 1) await addAncestors(store, checked, known);
  }
  for (const oid of known) commits.delete(oid);
  return commits;
}

async function addAncestors(store: ObjectStore, tip: Oid, known: Set<Oid>): Promise<void> {
  const queue = [...(await readCommit(store, tip)).parents];
  for (let oid = queue.pop(); oid !== undefined; oid = queue.pop()) {
    if (known.has(oid)) continue;
    known.add(oid);
    queue.push(...(await readCommit(store, oid)).parents);
  }
}

/** Whether a commit is a merge that our join did not make. Ours follow from their parents: nobody has to check them. */
export function isForeignMerge({ author, committer, parents }: Commit): boolean {
  if (parents.length < 2) return false;
  const [x = '', y = ''] = parents;
  const isFixed = [author, committer].every(({ name, email }) => {
    return name === ROOT_COMMIT.author.name && email === ROOT_COMMIT.author.email;
  });
  return !(isFixed && parents.length === 2 && x < y);
}

async function mendOf(tools: Tools, merge: Oid, commit: Commit): Promise<Mend | undefined> {
  const { staging } = tools;
  const right = await rightTree(tools, commit.parents);
  const places = await differingTasks(tools, commit.tree, right);
  if (places.size === 0) return undefined;
  const context = await contextOf(tools, commit);
  const edits = new Map<string, Oid | null>();
  for (const lists of places.values()) await mendFile({ staging, made: commit.tree, right, context, lists }, edits);
  const tree = (await editTree(staging, commit.tree, edits)) ?? commit.tree;
  if (tree === commit.tree) return undefined;
  const { seconds } = commit.committer;
  const author = { ...ROOT_COMMIT.author, seconds };
  const tasks = [...new Set([...edits.keys()].flatMap((path) => pathToTask(path)?.id ?? []))].sort();
  const message = mendMessage(merge, tasks);
  return { merge, tasks, commit: staging.put('commit', serializeCommit({ tree, parents: [merge], author, committer: author, message })) };
}

const MAX_LISTED = 50;

function mendMessage(merge: Oid, tasks: readonly TaskId[]): string {
  const listed = tasks.slice(0, MAX_LISTED).map((id) => `Merged: ${id}`);
  return `repair merge ${merge.slice(0, 12)}: ${tasks.length} task(s)\n\n${[...listed, 'Actor: git-tasks'].join('\n')}\n`;
}

/** The tree that joining the parents, one after the other, gives. */
async function rightTree({ staging, index }: Tools, [first = '', ...rest]: readonly Oid[]): Promise<Oid> {
  let tip = first;
  for (const other of rest) {
    const prepared = await prepareJoin(staging, index.fork(), { x: tip, y: other });
    await prepared.staging.flush();
    tip = prepared.joined.tip;
  }
  return (await readCommit(staging, tip)).tree;
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
}

/** The trees of the parents, and of their best common ancestors. */
async function contextOf({ reader, staging }: Tools, { parents }: Commit): Promise<MergeContext> {
  const [first = '', ...rest] = parents;
  const bases = new Set<Oid>();
  for (const other of rest) for (const base of await mergeBases(reader, first, other)) bases.add(base);
  const trees = async (oids: Iterable<Oid>): Promise<Oid[]> =>
    Promise.all([...oids].map(async (oid) => (await readCommit(staging, oid)).tree));
  return { parents: await trees(parents), bases: await trees(bases) };
}

interface FileInput {
  readonly staging: Staging;
  readonly made: Oid;
  readonly right: Oid;
  readonly context: MergeContext;
  /** Where either tree has the task. */
  readonly lists: readonly TaskPlace[];
}

async function mendFile({ staging, made, right, context, lists }: FileInput, edits: Map<string, Oid | null>): Promise<void> {
  const at = async (tree: Oid): Promise<Found[]> => versionsAt(staging, tree, lists);
  const all = async (trees: readonly Oid[]): Promise<Task[]> =>
    (await Promise.all(trees.map(at))).flat().map(({ task }) => task);
  const [[mine, ...twice], [wanted]] = [await at(made), await at(right)];
  // What only the merge has is its own; what cannot be read on either side of it is for `doctor`.
  if (wanted === undefined) return;
  const parents = await all(context.parents);
  const bases = await all(context.bases);
  if (mine !== undefined && twice.length === 0 && isDriverWork({ parents, bases, made: mine.task, right: wanted.task })) return;
  const task = mine === undefined ? wanted.task : mendTask({ parents, bases, made: mine.task, right: wanted.task });
  const isRight = sameJson(task, wanted.task);
  if (mine !== undefined && twice.length === 0 && sameJson(task, mine.task)) return;
  for (const place of lists) if ((await readBlobAt(staging, made, taskPath(place))) !== undefined) edits.set(taskPath(place), null);
  const text = isRight ? wanted.text : patchTask(wanted.text, wanted.task, task);
  edits.set(taskPath(task), staging.put('blob', Buffer.from(text)));
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

/** Merges two trees from their base: reads only what differs, decides by `src/merge`, stages the result. */
import { isUtf8 } from 'node:buffer';
import type { Oid } from '../../git/ports.ts';
import { mergeTask, type TaskVersions } from '../../merge/merge-task.ts';
import type { Weights } from '../../merge/decision.ts';
import { sameJson } from '../../task/changes.ts';
import { MAX_FILE_BYTES } from '../../task/limits.ts';
import type { Conflict, Task, TaskId } from '../../task/types.ts';
import { decodeTask, encodeTask, patchTask } from '../../yaml/codec.ts';
import { pathToTask, taskPath } from '../layout.ts';
import type { Staging } from '../staging.ts';
import { editTree } from '../tree-edit.ts';
import { asBegunAt, beganAlike, earliest, type FindBeginnings } from './beginnings.ts';
import { compareTrees, type FileAt, type Trio } from './files.ts';
import type { FindLineage } from './lineage.ts';
import { mergeOther } from './merge-others.ts';

/** Where the states are, and how to weigh the two sides where both changed one value. */
export interface MergeInput {
  readonly staging: Staging;
  /** Undefined: the histories have nothing in common. */
  readonly base: Oid | undefined;
  readonly x: Oid;
  readonly y: Oid;
  /** How many commits of each side changed the file since the base; asked only where it matters. */
  weigh(paths: { readonly x: string; readonly y: string }): Promise<Weights>;
  /** How a task began that both sides made on their own; undefined where the history is not looked at. */
  readonly beginnings?: FindBeginnings;
  /** Where both versions come from although the base lacks the task; undefined where the history is not looked at. */
  readonly lineage?: FindLineage;
}

/** A merged tree. */
export interface MergedTree {
  readonly tree: Oid;
  /** Tasks that differ from either side: what a person may want to look at. */
  readonly merged: ReadonlyMap<TaskId, MergedTask>;
  /** Second versions of files that could not be merged into one: templates. */
  readonly spares: readonly string[];
  /** All tasks that one side or both changed since the base, as they are now. */
  readonly touched: readonly TaskId[];
}

/** A task that both sides changed. */
export interface MergedTask {
  readonly task: Task;
  /** Conflicts that neither side had before. */
  readonly conflicts: readonly Conflict[];
}

interface ReadFile extends FileAt {
  readonly text: string;
  /** Undefined: the file is damaged. */
  readonly task: Task | undefined;
}

/** Merges the trees. The result is staged, not written. */
export async function mergeTrees(input: MergeInput): Promise<MergedTree> {
  const { staging, base, x, y } = input;
  const { tasks, others } = await compareTrees(staging, base, { x, y });
  const edits = new Map<string, Oid | null>();
  const merged = new Map<TaskId, MergedTask>();
  const spares: string[] = [];
  for (const [id, trio] of tasks) {
    const clear = oneSidedFile(trio);
    if (clear !== undefined) place(edits, trio, clear.file);
    else {
      const { file, result } = await mergeFile(input, id, trio);
      place(edits, trio, file);
      if (result !== undefined) merged.set(id, result);
    }
  }
  for (const trio of others.values()) {
    const clear = oneSidedFile(trio);
    const { file, spare } = clear ?? (await mergeOther(staging, trio));
    place(edits, trio, file);
    if (spare !== undefined) {
      edits.set(spare.path, spare.blob);
      spares.push(spare.path);
    }
  }
  // Built upon `x`: what only `y` changed is in the edits, what nobody changed is the same in both.
  const tree = await editTree(staging, x, edits);
  return { tree: tree ?? '', merged, spares: spares.sort(), touched: [...tasks.keys()] };
}

/** The file of a side that alone changed it, or that both have alike; undefined when both changed it. */
function oneSidedFile({
  base,
  x,
  y,
}: Trio): { readonly file: FileAt | undefined; readonly spare?: FileAt } | undefined {
  const same = (a: FileAt | undefined, b: FileAt | undefined): boolean => a?.path === b?.path && a?.blob === b?.blob;
  if (same(x, y) || same(y, base)) return { file: x };
  if (same(x, base)) return { file: y };
  return undefined;
}

function place(edits: Map<string, Oid | null>, { x }: Trio, file: FileAt | undefined): void {
  if (x !== undefined && x.path !== file?.path) edits.set(x.path, null);
  if (file !== undefined) edits.set(file.path, file.blob);
}

interface FileMerge {
  readonly file: FileAt | undefined;
  readonly result?: MergedTask;
}

async function mergeFile(input: MergeInput, id: TaskId, trio: Trio): Promise<FileMerge> {
  const { staging } = input;
  const before = trio.base ?? (await lostBase(input, id, trio));
  const [base, x, y] = await Promise.all([before, trio.x, trio.y].map((file) => readFile(staging, file)));
  // Deletion does not exist in the format: a change made elsewhere outlives a file that somebody removed by hand.
  if (x === undefined || y === undefined) return { file: trio.x ?? trio.y };
  if (x.task === undefined || y.task === undefined) return { file: readable(x, y) };
  const weights = await input.weigh({ x: x.path, y: y.path });
  const task = mergeTask({ ...(await versionsOf(input, { base: base?.task, x: x.task, y: y.task })), weights });
  const file = { path: taskPath(task), blob: staging.put('blob', Buffer.from(textOf(task, x, y))) };
  const known = [...x.task.conflicts, ...y.task.conflicts];
  const conflicts = task.conflicts.filter((conflict) => !known.some((old) => sameJson(old, conflict)));
  return { file, result: { task, conflicts } };
}

async function lostBase({ lineage }: MergeInput, id: TaskId, { x, y }: Trio): Promise<FileAt | undefined> {
  if (lineage === undefined || x === undefined || y === undefined) return undefined;
  return lineage(id, [...new Set([x.path, y.path])]);
}

type Versions = Omit<TaskVersions, 'weights'>;

/** The versions to merge. Of a task that both sides made with one key, the base is how it began. */
async function versionsOf({ staging, beginnings }: MergeInput, versions: Versions): Promise<Versions> {
  const { base, x, y } = versions;
  if (base !== undefined || beginnings === undefined || !beganAlike(x, y)) return versions;
  const files = await Promise.all((await beginnings(x.id)).map((file) => readFile(staging, file)));
  const alike = files.flatMap((file) => (file?.task !== undefined && beganAlike(file.task, x) ? file.task : []));
  const begun = earliest(alike);
  if (begun === undefined) return versions;
  return { base: begun, x: asBegunAt(x, begun, alike), y: asBegunAt(y, begun, alike) };
}

/** Of two versions of which at most one can be read, that one; of two damaged ones, the greater. */
function readable(x: ReadFile, y: ReadFile): FileAt {
  if (x.task !== undefined) return x;
  if (y.task !== undefined) return y;
  return x.blob > y.blob ? x : y;
}

/** The text of a merged task: that of a file which a person wrote is patched, so that its comments stay. */
function textOf(task: Task, x: ReadFile, y: ReadFile): string {
  const byHand = [x, y].filter((file) => file.task !== undefined && encodeTask(file.task) !== file.text);
  const [carrier] = byHand.sort((a, b) => (a.blob > b.blob ? -1 : 1));
  return carrier?.task === undefined ? encodeTask(task) : patchTask(carrier.text, carrier.task, task);
}

async function readFile(staging: Staging, file: FileAt | undefined): Promise<ReadFile | undefined> {
  if (file === undefined) return undefined;
  const data = (await staging.read(file.blob))?.data;
  const isText = data !== undefined && data.byteLength <= MAX_FILE_BYTES && isUtf8(data);
  const text = isText ? Buffer.from(data).toString('utf8') : '';
  const where = pathToTask(file.path);
  const decoded = isText && where !== undefined ? decodeTask(text, where) : undefined;
  return { ...file, text, task: decoded?.ok === true ? decoded.task : undefined };
}

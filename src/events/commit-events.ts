/** The events that one commit makes by itself, from the files in which it differs from its parents. */
import type { ObjectStore, Oid } from '../git/ports.ts';
import { type LogEntry, readCommit } from '../ledger/history.ts';
import { pathToTask, type TaskPlace } from '../ledger/layout.ts';
import { parseTrailers } from '../ledger/message.ts';
import { diffTrees, type FileDifference } from '../ledger/tree-diff.ts';
import { toInstant } from '../task/instant.ts';
import { MAX_FILE_BYTES } from '../task/limits.ts';
import type { Task, TaskId } from '../task/types.ts';
import { decodeCanonical, decodeTask } from '../yaml/codec.ts';
import { changesOf, changesOfMerge, newConflicts, typeOfChange } from './classify.ts';
import type { LedgerEvent } from './types.ts';

/** An event before it is known whether its task is ready. */
export interface CommitEvent extends Omit<LedgerEvent, 'task'> {
  readonly task: Task | TaskPlace;
}

/** Fields by task that the commits of a merged side have changed. */
export type Told = Map<TaskId, Set<string>>;

/** The events of a commit with one parent or none. What it changed is added to `told`. */
export async function eventsOfCommit(store: ObjectStore, commit: LogEntry, told?: Told): Promise<CommitEvent[]> {
  const [parent] = commit.parents;
  const before = parent === undefined ? undefined : (await readCommit(store, parent)).tree;
  const facts = factsOf(commit);
  const events: CommitEvent[] = [];
  for (const difference of taskFiles(await diffTrees(store, before, commit.tree))) {
    const change = await readChange(store, difference);
    for (const event of eventsOfFile(change)) {
      events.push({ ...facts, ...event });
      if (told !== undefined) tell(told, change.place.id, event);
    }
  }
  return events;
}

/** A merge, the parent whose state was known before it, and what the commits that it brings have changed. */
export interface Merge {
  readonly commit: LogEntry;
  readonly known: Oid;
  readonly told: Told;
}

/** The events of a merge: what it decided. */
export async function eventsOfMerge(store: ObjectStore, { commit: merge, known, told }: Merge): Promise<CommitEvent[]> {
  const parents = [known, ...merge.parents.filter((parent) => parent !== known)];
  const differences = [];
  for (const parent of parents) {
    const { tree } = await readCommit(store, parent);
    differences.push(new Map(taskFiles(await diffTrees(store, tree, merge.tree)).map((file) => [file.path, file])));
  }
  const events: CommitEvent[] = [];
  const paths = new Set(differences.flatMap((files) => [...files.keys()]));
  for (const path of [...paths].sort()) {
    const files = differences.map((byPath) => byPath.get(path));
    const place = files.find((file) => file !== undefined)?.place;
    const isNew = files.every((file) => file !== undefined);
    if (place === undefined || (!isNew && !told.has(place.id))) continue;
    const after = await readTask(store, place, files.find((file) => file !== undefined)?.after);
    if (typeof after !== 'object') continue;
    const states: (Task | undefined)[] = [];
    for (const file of files) states.push(file === undefined ? after : await taskOr(store, place, file.before));
    events.push(...mergedEvents(states, after, told).map((event) => ({ ...factsOf(merge), ...event })));
  }
  return events;
}

type Bare = Omit<CommitEvent, 'at'>;

function mergedEvents(parents: readonly (Task | undefined)[], after: Task, told: Told): Bare[] {
  const changes = changesOfMerge({ parents, after, told: told.get(after.id) ?? new Set() });
  const conflicts = newConflicts(parents, after);
  return [
    ...(changes.length > 0 ? [{ type: 'changed', task: after, merge: true, changes } as const] : []),
    ...(conflicts.length > 0 ? [{ type: 'conflict', task: after, merge: true, conflicts } as const] : []),
  ];
}

interface Change {
  readonly place: TaskPlace;
  readonly before: Task | 'damaged' | undefined;
  readonly after: Task | 'damaged' | undefined;
}

function eventsOfFile({ place, before, after }: Change): Bare[] {
  if (after === undefined) return [{ type: 'removed', task: typeof before === 'object' ? before : place }];
  if (after === 'damaged') return [{ type: 'damaged', task: typeof before === 'object' ? before : place }];
  if (before === 'damaged') return [{ type: 'changed', task: after }];
  const type = typeOfChange(before, after);
  const conflicts = newConflicts([before], after);
  const changes = changesOf(before, after);
  const isAll = type === 'changed' && conflicts.length > 0 && changes.every(({ field }) => field === 'conflicts');
  return [
    ...(isAll ? [] : [{ type, task: after, ...(changes.length > 0 && { changes }) }]),
    ...(conflicts.length > 0 ? [{ type: 'conflict', task: after, conflicts } as const] : []),
  ];
}

function tell(told: Told, id: TaskId, { changes = [] }: Bare): void {
  const fields = told.get(id) ?? new Set();
  told.set(id, fields);
  for (const { field } of changes) fields.add(field);
}

function factsOf({
  oid,
  author,
  message,
}: LogEntry): Pick<LedgerEvent, 'at' | 'commit' | 'actor' | 'session' | 'reason'> {
  const trailers = parseTrailers(message);
  const [session] = trailers.get('Session') ?? [];
  const [reason] = trailers.get('Reason') ?? [];
  return {
    at: toInstant(author.seconds * 1000),
    commit: oid,
    actor: actorOf({ author, message }),
    ...(session !== undefined && { session }),
    ...(reason !== undefined && { reason }),
  };
}

/** Who made a commit: as its message says, else its author. */
export function actorOf({ author, message }: Pick<LogEntry, 'author' | 'message'>): string {
  return parseTrailers(message).get('Actor')?.[0] ?? author.name;
}

interface TaskFile extends FileDifference {
  readonly place: TaskPlace;
}

/** The files that hold tasks, by path, so that the events of a commit have one order everywhere. */
function taskFiles(differences: readonly FileDifference[]): TaskFile[] {
  const files = differences.flatMap((difference): TaskFile[] => {
    const place = pathToTask(difference.path);
    return place === undefined ? [] : [{ ...difference, place }];
  });
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function readChange(store: ObjectStore, { place, before, after }: TaskFile): Promise<Change> {
  return { place, before: await readTask(store, place, before), after: await readTask(store, place, after) };
}

async function taskOr(store: ObjectStore, place: TaskPlace, blob: Oid | undefined): Promise<Task | undefined> {
  const task = await readTask(store, place, blob);
  return task === 'damaged' ? undefined : task;
}

async function readTask(
  store: ObjectStore,
  place: TaskPlace,
  blob: Oid | undefined,
): Promise<Task | 'damaged' | undefined> {
  if (blob === undefined) return undefined;
  const object = await store.read(blob);
  if (object === undefined || object.data.byteLength > MAX_FILE_BYTES) return 'damaged';
  const text = Buffer.from(object.data).toString('utf8');
  const fast = decodeCanonical(text, place);
  if (fast !== undefined) return fast;
  const decoded = decodeTask(text, place);
  return decoded.ok ? decoded.task : 'damaged';
}

/** The whole ledger as of one commit: a table to reason on, and bodies on demand. */
import { TasksError } from '../errors.ts';
import type { ObjectStore, Oid } from '../git/ports.ts';
import { type Adjacency, blockedRowsOf, childrenOf } from '../graph/walk.ts';
import type { TaskTable } from '../graph/table.ts';
import { NONE } from '../graph/table.ts';
import type { Task, TaskId } from '../task/types.ts';
import { decodeCanonical, decodeTask } from '../yaml/codec.ts';
import type { LedgerIndex } from './index/ledger-index.ts';
import { refreshIndex } from './index/refresh.ts';
import type { DamagedFile, LastChange } from './index/types.ts';
import { readBlobAt } from './history.ts';
import { taskPath } from './layout.ts';
import { resolveId, shortId } from './resolve-id.ts';
import { filesBelow, type TextFile } from './tree-files.ts';

/** A task together with the text that it was read from. */
export interface TaskFile {
  readonly task: Task;
  readonly text: string;
}

/** One state of the ledger. Nothing in it changes while it is in use. */
export class Snapshot {
  /** The commit, or undefined for the empty ledger before its first commit. */
  readonly tip: Oid;
  readonly tree: Oid;
  readonly #index: LedgerIndex;
  readonly #store: ObjectStore;
  readonly #files: Map<TaskId, TaskFile>;
  #children: Adjacency | undefined;
  #blocked: Adjacency | undefined;

  /** `files`: what is known already, so that telling what a change did needs no reading that may fail. */
  constructor(index: LedgerIndex, store: ObjectStore, files?: ReadonlyMap<TaskId, TaskFile>) {
    this.#index = index;
    this.#store = store;
    this.#files = new Map(files);
    this.tip = index.head.tip;
    this.tree = index.head.tree;
  }

  get table(): TaskTable {
    return this.#index.table;
  }

  /** Files that hold no readable task. */
  get damaged(): readonly DamagedFile[] {
    return this.#index.damaged;
  }

  /** The children of every row; computed once. */
  get children(): Adjacency {
    this.#children ??= childrenOf(this.table);
    return this.#children;
  }

  /** For every row the rows that it blocks; computed once. */
  get blocks(): Adjacency {
    this.#blocked ??= blockedRowsOf(this.table);
    return this.#blocked;
  }

  /**
   * The id that a person or agent means: a whole id, an unambiguous prefix of three or more characters, a foreign id,
   * each with `<list>/` before it or not. Throws `not-found` or `ambiguous` (with the candidates).
   */
  find(name: string): TaskId {
    return resolveId(this.#index, name);
  }

  /** Ids of the tasks that carry a foreign id. */
  withAlias(name: string): TaskId[] {
    return this.#index.alias(name);
  }

  /** The shortest prefix of an id that is safe to type: four characters at least. */
  short(id: TaskId): string {
    return shortId(this.#index, id);
  }

  has(id: TaskId): boolean {
    return this.table.rowOf(id) !== NONE;
  }

  /** The last change of a task as far as the index knows it. */
  knownChange(id: TaskId): LastChange | undefined {
    return this.#index.change(this.#row(id));
  }

  /** The blob that holds a task. */
  blob(id: TaskId): Oid {
    return this.#index.blob(this.#row(id));
  }

  /** A task with its bodies. Throws `not-found` for an unknown id. */
  async task(id: TaskId): Promise<Task> {
    return (await this.file(id)).task;
  }

  /** Many tasks with their bodies, read together, in the order of the ids. */
  async tasks(ids: readonly TaskId[]): Promise<Task[]> {
    const missing = ids.filter((id) => !this.#files.has(id));
    const objects = await this.#store.readMany(missing.map((id) => this.blob(id)));
    for (const [i, id] of missing.entries()) this.#files.set(id, this.#decode(id, objects[i]?.data));
    return Promise.all(ids.map((id) => this.task(id)));
  }

  /** A task and the text of its file. Throws `not-found` for an unknown id. */
  async file(id: TaskId): Promise<TaskFile> {
    const known = this.#files.get(id);
    if (known !== undefined) return known;
    const object = await this.#store.read(this.blob(id));
    const file = this.#decode(id, object?.data);
    this.#files.set(id, file);
    return file;
  }

  /** The state at another commit, reached from this one: only what differs is read. This one stays as it is. */
  async moveTo(commit: { readonly tip: Oid; readonly tree: Oid }): Promise<Snapshot> {
    return new Snapshot(await refreshIndex(this.#index.fork(), this.#store, commit), this.#store);
  }

  /** The text of a file that holds no task, by its path; undefined when there is none. */
  async otherFile(path: string): Promise<string | undefined> {
    return readBlobAt(this.#store, this.tree, path);
  }

  /** The files right in a folder of the branch, by name. */
  async otherFiles(folder: string): Promise<readonly TextFile[]> {
    return filesBelow(this.#store, this.tree, folder);
  }

  #row(id: TaskId): number {
    const row = this.table.rowOf(id);
    if (row === NONE) throw new TasksError('not-found', `No task ${id}`, { data: { id } });
    return row;
  }

  #decode(id: TaskId, data: Uint8Array | undefined): TaskFile {
    const place = { id, list: this.table.listOf(this.#row(id)) };
    if (data === undefined) {
      throw new TasksError('damaged', `The object ${this.blob(id)} of task ${id} is missing`, {
        hint: 'Run: git tasks doctor',
        data: { id, path: taskPath(place) },
      });
    }
    const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8');
    const fast = decodeCanonical(text, place);
    if (fast !== undefined) return { task: fast, text };
    const decoded = decodeTask(text, place);
    if (decoded.ok) return { task: decoded.task, text };
    throw new TasksError('damaged', `${taskPath(place)}: ${decoded.problems[0]?.message ?? 'cannot be read'}`, {
      hint: 'Run: git tasks doctor',
      data: { id, path: taskPath(place) },
    });
  }
}

/**
 * Where a verb prepares its operations.
 *
 * It shows the ledger as it will be after the operations so far, so that the lines of a batch can build on each other,
 * and one verb has one implementation whether it runs alone, in a batch or behind a tool call.
 */
import { TasksError } from '../errors.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { idFromBytes } from '../task/ids.ts';
import { applyOperation, type Operation } from '../task/operations.ts';
import type { Task, TaskId } from '../task/types.ts';

/** What the caller knows a new task by. */
export interface Called {
  readonly words: string;
  /** Where it stands in the call, for programs. */
  readonly place?: Readonly<Record<string, number>>;
}

/** The operations of one change, and the state that they lead to. */
export class Workbench {
  readonly snapshot: Snapshot;
  readonly operations: Operation[] = [];
  /** Files that hold no task, to be stored as they are; null removes one. */
  readonly files: Map<string, Uint8Array | null> = new Map();
  readonly #tasks = new Map<TaskId, Task>();
  readonly #names = new Map<string, TaskId>();
  readonly #announced = new Set<TaskId>();
  readonly #made = new Set<TaskId>();
  readonly #called = new Map<TaskId, Called>();
  readonly #random: (length: number) => Uint8Array;

  constructor(snapshot: Snapshot, random: (length: number) => Uint8Array) {
    this.snapshot = snapshot;
    this.#random = random;
  }

  /** The id that a name stands for: `@name` was given in this batch, anything else is looked up in the ledger. */
  find(name: string): TaskId {
    if (this.#tasks.has(name) || this.#announced.has(name)) return name;
    if (!name.startsWith('@')) return this.snapshot.find(name);
    const id = this.#names.get(name.slice(1));
    if (id !== undefined) return id;
    throw new TasksError('not-found', `No earlier line of this batch is named ${name}`, {
      hint: 'Give the line that adds the task a "name"',
    });
  }

  /** Lets later lines say `@name`. */
  name(name: string, id: TaskId): void {
    if (this.#names.has(name)) {
      throw new TasksError('usage', `Two tasks of this batch are named ${name}`, {
        hint: 'Give each a name of its own',
      });
    }
    this.#names.set(name, id);
  }

  /** Says what the caller knows a task by, should it have no name. */
  call(id: TaskId, called: Called): void {
    this.#called.set(id, called);
  }

  /** What the caller knows the tasks by that are made here; a name before anything else. */
  newTasks(): Map<TaskId, Called> {
    const names = new Map([...this.#names].map(([name, id]) => [id, { words: `@${name}` }]));
    const alone = this.#made.size === 1 ? { words: 'the new task' } : undefined;
    const entries = [...this.#made].flatMap((id): [TaskId, Called][] => {
      const called = this.#called.get(id) ?? alone;
      const words = names.get(id) ?? called;
      return words === undefined ? [] : [[id, { ...called, ...words }]];
    });
    return new Map(entries);
  }

  /** Lets tasks name one that a later operation of the same plan creates. */
  announce(id: TaskId): void {
    this.#announced.add(id);
  }

  /** The task as the operations so far leave it; undefined when there is none. */
  async get(id: TaskId): Promise<Task | undefined> {
    return this.#tasks.get(id) ?? (this.snapshot.has(id) ? await this.snapshot.task(id) : undefined);
  }

  /** The task as the operations so far leave it. Throws `not-found`. */
  async task(id: TaskId): Promise<Task> {
    return this.#tasks.get(id) ?? (await this.snapshot.task(id));
  }

  /** Adds an operation. */
  async push(operation: Operation): Promise<void> {
    // Asked now: within a series of changes the snapshot moves on with them.
    if (operation.op === 'create' && !this.snapshot.has(operation.id)) this.#made.add(operation.id);
    this.#tasks.set(operation.id, applyOperation(await this.get(operation.id), operation));
    this.operations.push(operation);
  }

  /** An id that no task has. */
  freshId(): TaskId {
    for (;;) {
      const id = idFromBytes(this.#random(8));
      if (!this.snapshot.has(id) && !this.#tasks.has(id) && !this.#announced.has(id)) return id;
    }
  }
}

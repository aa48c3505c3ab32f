/**
 * The only writer of the ledger.
 *
 * Read the tip, run the pure `build` on a snapshot of it, apply and judge its operations, write the objects, then move
 * the branch by compare-and-swap. If somebody else moved it meanwhile, all of it runs again on the new tip: the rules are
 * judged against the state that the change really follows. Correctness rests on the compare-and-swap alone.
 */
import { TasksError } from '../errors.ts';
import { type Commit, serializeCommit } from '../git/objects.ts';
import type { ObjectStore, Oid, RefUpdate, RefUpdateResult, Repository } from '../git/ports.ts';
import type { Holder } from '../lease/lease.ts';
import type { Operation } from '../task/operations.ts';
import type { Task, TaskId } from '../task/types.ts';
import { draftChange, type DraftState, newDraftState } from './draft.ts';
import type { LedgerIndex } from './index/ledger-index.ts';
import { formatMessage } from './message.ts';
import type { Snapshot, TaskFile } from './snapshot.ts';
import { Staging } from './staging.ts';
import { editTree } from './tree-edit.ts';

/** What a change consists of. */
export interface Plan {
  readonly operations: readonly Operation[];
  /** Files of the branch that hold no task, by path; null removes one. */
  readonly files?: ReadonlyMap<string, Uint8Array | null>;
  /** Replaces the subject line that the operations give. */
  readonly title?: string;
  /** Goes into the commit message. */
  readonly reason?: string | undefined;
  /** Overrides the rules that can be overridden; needs a reason. */
  readonly force?: boolean;
  /** Restores what the ledger had: edges that led nowhere or in a circle then are no fault of this change. */
  readonly mends?: boolean;
  /** Times of imported history, in milliseconds since 1970; undefined: now. */
  readonly at?: number;
}

/** Decides what to do on a state. Runs again when the state moved: it must have no effects. */
export type Build = (snapshot: Snapshot) => Plan | Promise<Plan>;

/** What became of one plan. */
export interface Change {
  /** The commit that holds it: a new one, or the tip when there was nothing to change. */
  readonly commit: Oid;
  readonly changed: boolean;
  /** The tasks that its operations named, as they are now. */
  readonly tasks: readonly Task[];
  /** The ledger right after it. Within a series only the last one lasts: the next change moves its index on. */
  readonly snapshot: Snapshot;
}

/** Who writes, as git records it. */
export interface Author extends Holder {
  readonly email: string;
}

/** How the writer reaches the ledger; `Ledger` provides it. */
export interface WriterPort {
  readonly repository: Repository;
  readonly ref: string;
  now(): number;
  /** Moves the branch by compare-and-swap. */
  move(update: RefUpdate): Promise<RefUpdateResult>;
  /** Waits a random little while, longer after more attempts, so that writers do not meet again. */
  pause(attempt: number): Promise<void>;
  /** The state to build on. `local`: what the branch has now, null when it does not exist here yet. */
  openForWrite(): Promise<{ readonly index: LedgerIndex; readonly snapshot: Snapshot; readonly local: Oid | null }>;
  /** A snapshot of an index that a draft has moved on: some objects of it are only staged, some files known already. */
  view(index: LedgerIndex, objects: ObjectStore, files: ReadonlyMap<TaskId, TaskFile>): Snapshot;
  /** Called once the branch has moved: the index may be saved. */
  settled(index: LedgerIndex): void;
}

/** How often a change is built again before the writer gives up. */
const MAX_ATTEMPTS = 200;

/**
 * Makes a series of changes: a commit each, and the branch moves once, at the end. Either all are there or none is.
 * Each build sees the state that the one before it left.
 */
export async function transactAll(port: WriterPort, author: Author, builds: readonly Build[]): Promise<Change[]> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const proposal = await proposeAll(port, author, builds);
    if (await proposal.land()) return [...proposal.changes];
    await port.pause(attempt);
  }
  throw new TasksError('race', `The branch moved ${MAX_ATTEMPTS} times while this change was being made`, {
    hint: 'Nothing was written. Try again',
  });
}

/** A series of changes that is ready, on the state that it was built on, and not part of the branch yet. */
export interface Proposal {
  readonly changes: readonly Change[];
  /** The last of its commits. Where nothing differed: the tip that it was built on. */
  readonly tip: Oid;
  /** Writes the objects, so that the commits can be sent. */
  store(): Promise<void>;
  /** Makes it the branch's value; false when the branch has moved since. */
  land(): Promise<boolean>;
}

/** Prepares a series of changes without moving the branch. Refusals are thrown as by `transactAll`. */
export async function proposeAll(port: WriterPort, author: Author, builds: readonly Build[]): Promise<Proposal> {
  const { index, snapshot, local } = await port.openForWrite();
  const writing = new Writing(port, author, index);
  const changes: Change[] = [];
  let current = snapshot;
  for (const build of builds) {
    const change = await writing.write(current, await build(current));
    changes.push(change);
    current = change.snapshot;
  }
  return {
    changes,
    tip: index.head.tip,
    store: () => writing.store(),
    land: async () => {
      const hasMoved = index.head.tip === local || (await writing.publish(local));
      if (hasMoved) port.settled(index);
      return hasMoved;
    },
  };
}

/** One attempt: objects are staged, the index in memory moves along. */
class Writing {
  readonly #port: WriterPort;
  readonly #author: Author;
  readonly #index: LedgerIndex;
  readonly #staging: Staging;
  readonly #state: DraftState;
  #subject = '';

  constructor(port: WriterPort, author: Author, index: LedgerIndex) {
    this.#port = port;
    this.#author = author;
    this.#index = index;
    this.#staging = new Staging(port.repository.objects);
    this.#state = newDraftState();
  }

  /** Stages the commit of a plan. */
  async write(snapshot: Snapshot, plan: Plan): Promise<Change> {
    const now = plan.at ?? this.#port.now();
    const draft = await draftChange({ snapshot, index: this.#index, plan, holder: this.#author, now }, this.#state);
    const tasks = (ids: Iterable<TaskId>): Task[] => [...ids].flatMap((id) => draft.tasks.get(id) ?? []);
    const files = [...(plan.files ?? [])].map(
      ([path, data]) => [path, data && this.#staging.put('blob', data)] as const,
    );
    const same = { commit: snapshot.tip, changed: false, tasks: tasks(draft.named), snapshot };
    if (draft.changes.length === 0 && files.length === 0) return same;
    const blobs = draft.files.map((file) => {
      const { id } = file.summary;
      const like = snapshot.has(id) ? snapshot.blob(id) : undefined;
      return { ...file, oid: this.#staging.put('blob', Buffer.from(file.text), like) };
    });
    const edits = new Map<string, Oid | null>([...files, ...blobs.map(({ path, oid }) => [path, oid] as const)]);
    for (const path of draft.removedPaths) edits.set(path, null);
    const tree = await editTree(this.#staging, snapshot.tree, edits);
    if (tree === snapshot.tree) return same;
    const message = formatMessage({
      title: plan.title,
      operations: plan.operations,
      changes: draft.changes,
      holder: this.#author,
      reason: plan.reason,
      overridden: draft.overridden,
      mends: plan.mends,
      ended: draft.ended,
    });
    const commit = this.#commit({ tree: tree ?? '', parents: [snapshot.tip], message, now });
    const change = { commit, at: Math.floor(now / 1000), by: this.#author.actor };
    const rows = blobs.map(({ summary, oid }) => ({ summary, blob: oid, change }));
    const damaged = this.#index.damaged.filter(({ path }) => !edits.has(path));
    this.#index.apply({ tip: commit, tree: tree ?? '', rows, damaged });
    const after = this.#port.view(this.#index, this.#staging, draft.written);
    return { commit, changed: true, tasks: tasks(draft.named), snapshot: after };
  }

  /** Stores the objects. */
  async store(): Promise<void> {
    await this.#staging.flush();
  }

  /** Stores the objects and moves the branch; false when somebody else was first. */
  async publish(expected: Oid | null): Promise<boolean> {
    await this.store();
    const { actor, email } = this.#author;
    const result = await this.#port.move({
      ref: this.#port.ref,
      expected,
      next: this.#index.head.tip,
      log: { name: actor, email, at: this.#port.now(), message: `tasks: ${this.#subject}` },
    });
    return result.status === 'updated';
  }

  #commit(parts: Pick<Commit, 'tree' | 'parents' | 'message'> & { readonly now: number }): Oid {
    const { now, ...rest } = parts;
    const { actor, email } = this.#author;
    const signature = { name: actor, email, seconds: Math.floor(now / 1000), timezone: '+0000' };
    this.#subject = rest.message.slice(0, rest.message.indexOf('\n'));
    return this.#staging.put('commit', serializeCommit({ ...rest, author: signature, committer: signature }));
  }
}

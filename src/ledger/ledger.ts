/** An opened ledger: its state at any commit, and the one way to change it. */
import { join } from 'node:path';
import { invariant, TasksError } from '../errors.ts';
import { configInteger } from '../git/config.ts';
import { parseCommit } from '../git/objects.ts';
import type { Oid, RefUpdate, RefUpdateResult, Repository } from '../git/ports.ts';
import { fileIndexStore, type IndexStore } from './index/index-store.ts';
import type { LedgerIndex } from './index/ledger-index.ts';
import { refreshIndex } from './index/refresh.ts';
import { catchUp, moveBranch, type MoverPort, type MoverWorld } from './move-branch.ts';
import { removeLeftovers } from './leftovers.ts';
import { type QueueWorld, type Ticket, waitForTurn } from './queue.ts';
import type { CheckedTip } from './join/checked.ts';
import type { Mend } from './join/recheck.ts';
import type { BranchCheck, CheckedJoin } from './join/recheck-branch.ts';
import { readTip } from './read-tip.ts';
import { refuseUnseen } from './unseen.ts';
import { stageRoot } from './root-commit.ts';
import { readSightings } from './sightings.ts';
import { Snapshot } from './snapshot.ts';
import { Staging } from './staging.ts';
import {
  type Author,
  type Build,
  type Change,
  proposeAll,
  type Proposal,
  transactAll,
  type WriterPort,
} from './transact.ts';

/** What a ledger takes from the world. `World` fits. */
export type LedgerWorld = QueueWorld & MoverWorld;

/** Where the branch was found. `tracking`: only the remote's copy exists here; the first write makes the local branch. */
export type Beginning = 'local' | 'tracking';

/** The longest pause between two attempts to move the branch, in milliseconds. */
const MAX_PAUSE = 50;

/** How long a writer waits for its turn, and for one that does not move, in milliseconds. */
const QUEUE_TIMEOUT = 60_000;
const QUEUE_PATIENCE = 2000;

/** All lists of a repository, on one branch. */
export class Ledger {
  readonly repository: Repository;
  /** Full name of the branch's ref. */
  readonly ref: string;
  readonly #world: LedgerWorld;
  readonly #warn: (text: string) => void;
  readonly #indexes: IndexStore;
  /** The newest index that this process has seen. Never changed: writers work on forks. */
  #latest: LedgerIndex | undefined;
  #checked: CheckedTip | undefined;
  /** The tip that this process has written last: nothing to check in it. */
  #written: Oid | undefined;

  /** `warn` is told sentences for people that change no outcome. */
  constructor(repository: Repository, world: LedgerWorld, warn: (text: string) => void = () => undefined) {
    this.repository = repository;
    this.#world = world;
    this.#warn = warn;
    this.ref = `refs/heads/${repository.config.get('tasks.branch') ?? 'tasks'}`;
    const { oidLength } = repository.objects;
    const newId = (): string => Buffer.from(world.random(8)).toString('hex');
    const folder = privateFolder(repository);
    this.#indexes = fileIndexStore({ fs: repository.fs, folder, oidLength, newId, owner: () => world.identity });
  }

  /** The commit that the branch is at, and where it was found; undefined when there is no ledger yet. */
  async tip(): Promise<{ readonly oid: Oid; readonly from: Beginning } | undefined> {
    const local = await this.repository.refs.read(this.ref);
    if (local !== undefined) return { oid: local, from: 'local' };
    const tracking = await this.#trackingTip();
    return tracking === undefined ? undefined : { oid: tracking, from: 'tracking' };
  }

  /** The state at the tip. Throws `no-ledger`, `not-a-ledger` or `unsupported`. */
  async open(): Promise<Snapshot> {
    await catchUp(this.#mover());
    return this.#view(await this.#indexAt((await this.#mustHaveTip()).oid, 'save'));
  }

  /** The state at any commit of the branch. The index on disk stays at the tip. */
  async openAt(commit: Oid): Promise<Snapshot> {
    return this.#view(await this.#indexAt(commit, 'keep'));
  }

  /**
   * Begins the ledger: the deterministic root commit, or the remote's branch where a clone has one. Gives the tip and
   * whether anything was made. Throws `not-a-ledger` when the branch holds something else.
   */
  async begin(
    author: Author,
  ): Promise<{ readonly tip: Oid; readonly created: boolean; readonly from: Beginning | 'root' }> {
    const known = await this.tip();
    if (known?.from === 'local') {
      await this.#indexAt(known.oid, 'save');
      return { tip: known.oid, created: false, from: 'local' };
    }
    if (known !== undefined) await this.#indexAt(known.oid, 'keep');
    const tip = known?.oid ?? (await this.#writeRoot());
    const { status } = await this.move({
      ref: this.ref,
      expected: null,
      next: tip,
      log: { name: author.actor, email: author.email, at: this.#world.now(), message: 'tasks: begin the ledger' },
    });
    return { tip, created: status === 'updated', from: known?.from ?? 'root' };
  }

  /** Makes one change: one commit, or none when nothing differs. */
  async transact(author: Author, build: Build): Promise<Change> {
    const [change] = await this.transactAll(author, [build]);
    invariant(change !== undefined, 'one plan makes one change');
    return change;
  }

  /** Makes a series of changes, a commit each, all or none. */
  async transactAll(author: Author, builds: readonly Build[]): Promise<Change[]> {
    return this.#inTurn(async (writer) => {
      const mends = await this.#mendTip(writer, author);
      return transactAll(writer, author, refuseUnseen(builds, mends));
    });
  }

  /** Prepares a series of changes without moving the branch: for those that must be agreed on elsewhere first. */
  async propose(author: Author, builds: readonly Build[]): Promise<Proposal> {
    return this.#inTurn(async (writer) => {
      const mends = await this.#mendTip(writer, author);
      return proposeAll(writer, author, refuseUnseen(builds, mends));
    });
  }

  /**
   * Joins another tip into the branch; what both sides changed is merged. Merges that others made without us and that came
   * with it are checked and mended. Throws `damaged` or `race`.
   */
  async join(other: Oid, author: Author): Promise<CheckedJoin> {
    const { joinChecked } = await import('./join/recheck-branch.ts');
    const checked = await this.#checkedTip();
    return this.#inTurn((writer) => joinChecked(writer, author, { other, checked }));
  }

  /** Checks the merges since the last check that others made without us, and mends what they lost. */
  async recheck(author: Author): Promise<BranchCheck> {
    const { recheckBranch } = await import('./join/recheck-branch.ts');
    return this.#inTurn(async (writer) => recheckBranch(writer, author, await this.#checkedTip()));
  }

  /** The mends that `recheck` would make. Nothing is written. */
  async unmended(): Promise<readonly Mend[]> {
    const { recheckMerges } = await import('./join/recheck.ts');
    const { noteOf } = await import('./join/checked.ts');
    const { objects } = this.repository;
    const { oid } = await this.#mustHaveTip();
    const index = (await this.#indexAt(oid, 'keep')).fork();
    const checked = await noteOf(objects, await this.#checkedTip(), oid);
    return (await recheckMerges(objects, index, { tip: oid, checked })).mends;
  }

  /**
   * Moves a ref of the ledger by compare-and-swap; the files of worktrees that have it checked out follow. Everything
   * that moves the branch comes through here. Throws `touched`, `busy` or `unsupported` before anything has moved.
   */
  async move(update: RefUpdate): Promise<RefUpdateResult> {
    return moveBranch(this.#mover(), update);
  }

  async #inTurn<T>(write: (writer: WriterPort) => Promise<T>): Promise<T> {
    const { config, fs } = this.repository;
    const timeout = configInteger(config, 'tasks.queuetimeout', QUEUE_TIMEOUT);
    const folder = privateFolder(this.repository);
    const queue = { fs, folder: join(folder, 'queue'), timeout, patience: QUEUE_PATIENCE };
    const ticket = await waitForTurn(this.#world, queue);
    try {
      return await write(this.#writer(ticket));
    } finally {
      ticket.leave();
      if (ticket.metDead) removeLeftovers(folder, fs, this.#world);
    }
  }

  /** A merge that stock git has just made here is checked before anything is built upon it. Gives what it had lost. */
  async #mendTip(writer: WriterPort, author: Author): Promise<readonly Mend[]> {
    const none: readonly Mend[] = [];
    const { oid } = await this.#mustHaveTip();
    if (oid === this.#written) return none;
    const object = await this.repository.objects.read(oid);
    if (object?.type !== 'commit' || parseCommit(object.data).parents.length < 2) return none;
    const checked = await this.#checkedTip();
    if (checked.read() === oid) return none;
    const { recheckBranch } = await import('./join/recheck-branch.ts');
    const { mends } = await recheckBranch(writer, author, checked);
    const tasks = new Set(mends.flatMap((mend) => mend.tasks));
    if (tasks.size > 0)
      this.#warn(`A merge made without git-tasks had lost changes of ${tasks.size} task(s); they are back`);
    return mends;
  }

  async #checkedTip(): Promise<CheckedTip> {
    const { checkedTip } = await import('./join/checked.ts');
    return (this.#checked ??= checkedTip(this.repository, privateFolder(this.repository)));
  }

  async #mustHaveTip(): Promise<{ readonly oid: Oid; readonly from: Beginning }> {
    const tip = await this.tip();
    if (tip !== undefined) return tip;
    throw new TasksError('no-ledger', `There is no ledger here: ${this.ref} does not exist`, {
      hint: 'Begin one with: git tasks init',
      data: { ref: this.ref },
    });
  }

  async #trackingTip(): Promise<Oid | undefined> {
    const branch = this.ref.slice('refs/heads/'.length);
    const named = this.repository.config.get('tasks.remote');
    if (named !== undefined) return this.repository.refs.read(`refs/remotes/${named}/${branch}`);
    const origin = await this.repository.refs.read(`refs/remotes/origin/${branch}`);
    if (origin !== undefined) return origin;
    const others = await this.repository.refs.list('refs/remotes/');
    const fits = [...others].filter(([name]) => name.split('/').slice(3).join('/') === branch);
    // With two other remotes nobody can say which one is meant.
    return fits.length === 1 ? fits[0]?.[1] : undefined;
  }

  async #indexAt(commit: Oid, then: 'save' | 'keep'): Promise<LedgerIndex> {
    if (this.#latest?.head.tip === commit) return this.#latest;
    const index = this.#latest?.fork() ?? this.#indexes.load();
    if (index.head.tip === commit) return then === 'save' ? this.#keep(index) : index;
    const { tree, parents, author } = await readTip(this.repository.objects, commit, this.ref);
    const follows = index.head.tip !== '' && parents.length === 1 && parents[0] === index.head.tip;
    const change = follows ? { commit, at: author.seconds, by: author.name } : undefined;
    const refreshed = await refreshIndex(index, this.repository.objects, { tip: commit, tree, change });
    if (then === 'keep') return refreshed;
    return this.#keep(this.#indexes.save(refreshed));
  }

  #keep(index: LedgerIndex): LedgerIndex {
    this.#latest = index;
    return index;
  }

  #view(index: LedgerIndex): Snapshot {
    index.table.sightings = readSightings(this.repository.fs, privateFolder(this.repository));
    return new Snapshot(index, this.repository.objects);
  }

  #mover(): MoverPort {
    return {
      repository: this.repository,
      ref: this.ref,
      world: this.#world,
      warn: (text) => this.#warn(text),
    };
  }

  #writer(ticket: Ticket): WriterPort {
    return {
      repository: this.repository,
      ref: this.ref,
      move: (update) => this.move(update),
      now: () => this.#world.now(),
      pause: async (attempt) => {
        ticket.lost();
        await this.#pause(attempt);
      },
      openForWrite: async () => {
        const tip = await this.#mustHaveTip();
        const before = await this.#indexAt(tip.oid, 'save');
        const snapshot = this.#view(before);
        return { index: before.fork(), snapshot, local: tip.from === 'local' ? tip.oid : null };
      },
      view: (index, objects, files) => new Snapshot(index, objects, files),
      settled: (index) => {
        this.#written = this.#keep(this.#indexes.save(index)).head.tip;
      },
    };
  }

  async #pause(attempt: number): Promise<void> {
    const [byte = 0] = this.#world.random(1);
    await this.#world.sleep((byte / 255) * Math.min(MAX_PAUSE, attempt * 2));
  }

  async #writeRoot(): Promise<Oid> {
    const staging = new Staging(this.repository.objects);
    const oid = await stageRoot(staging);
    await staging.flush();
    return oid;
  }
}

/** The folder for what belongs to this clone alone and can be made again: the index. */
export function privateFolder(repository: Repository): string {
  return join(repository.commonDir, 'git-tasks');
}

/** Reads a history in portions: many commits, their trees and their files are read together, which is far cheaper. */
import { TasksError } from '../../errors.ts';
import { parseCommit } from '../../git/objects.ts';
import type { ObjectStore, Oid } from '../../git/ports.ts';
import { type LogEntry, readCommit } from '../history.ts';
import { diffTreePairs, type FileDifference } from '../tree-diff.ts';
import { readTasks, type TaskReads } from './commit-files.ts';

/** A commit with what it changed, against its only parent. */
export interface CommitRead {
  readonly commit: LogEntry;
  /** Undefined for a merge, a root, and where the history of a shallow clone ends. */
  readonly parent: CommitState | undefined;
  readonly files: readonly FileDifference[];
  readonly reads: TaskReads;
}

/** The state that a commit left, and when. Seconds since 1970. */
interface CommitState {
  readonly tree: Oid;
  readonly seconds: number;
}

/** Commits whose trees are compared together, and files that are read together (one commit may have more). */
const COMMITS = 256;
const FILES = 2048;

/** The commits in this order, which has parents first. Throws `damaged` where a commit or a folder is missing. */
export async function* readHistory(store: ObjectStore, order: readonly Oid[]): AsyncGenerator<CommitRead> {
  const states = new Map<Oid, CommitState>();
  for (let at = 0; at < order.length; at += COMMITS) {
    const commits = await readCommits(store, order.slice(at, at + COMMITS));
    for (const { oid, tree, committer } of commits) states.set(oid, { tree, seconds: committer.seconds });
    const parents: (CommitState | undefined)[] = [];
    for (const commit of commits) parents.push(await parentOf(store, commit, states));
    const pairs = commits.map(({ tree }, i) => ({ before: parents[i]?.tree ?? tree, after: tree }));
    const differences = await diffTreePairs(store, pairs);
    yield* withTasks(
      store,
      commits.map((commit, i) => ({ commit, parent: parents[i], files: differences[i] ?? [] })),
    );
  }
}

type Unread = Omit<CommitRead, 'reads'>;

async function* withTasks(store: ObjectStore, commits: readonly Unread[]): AsyncGenerator<CommitRead> {
  let portion: Unread[] = [];
  let files = 0;
  for (const [i, commit] of commits.entries()) {
    portion.push(commit);
    files += commit.files.length;
    if (files < FILES && i < commits.length - 1) continue;
    const reads = await readTasks(
      store,
      portion.flatMap((one) => one.files),
    );
    for (const one of portion) yield { ...one, reads };
    portion = [];
    files = 0;
  }
}

async function readCommits(store: ObjectStore, oids: readonly Oid[]): Promise<LogEntry[]> {
  const objects = await store.readMany(oids);
  const shallow = store.shallow?.();
  return oids.map((oid, i) => {
    const object = objects[i];
    if (object?.type !== 'commit') {
      throw new TasksError('damaged', `Commit ${oid} is missing or damaged`, {
        hint: 'Run: git tasks doctor',
        data: { oid },
      });
    }
    const commit = parseCommit(object.data);
    return { oid, ...commit, parents: shallow?.has(oid) === true ? [] : commit.parents };
  });
}

async function parentOf(
  store: ObjectStore,
  { parents }: LogEntry,
  states: ReadonlyMap<Oid, CommitState>,
): Promise<CommitState | undefined> {
  const [parent, ...others] = parents;
  if (parent === undefined || others.length > 0) return undefined;
  const known = states.get(parent);
  if (known !== undefined) return known;
  const { tree, committer } = await readCommit(store, parent);
  return { tree, seconds: committer.seconds };
}

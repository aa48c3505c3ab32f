/** What happened: commits of the branch, of one task, and the way from a name or a time to a commit. */
import { TasksError } from '../errors.ts';
import { type Commit, isOid, parseCommit, parseTree } from '../git/objects.ts';
import type { ObjectStore, Oid, Repository } from '../git/ports.ts';

/** A commit with its id. */
export interface LogEntry extends Commit {
  readonly oid: Oid;
}

/** Commits from a tip back to the root, newest first; a merged side comes between by date. */
export async function* walkHistory(store: ObjectStore, tip: Oid): AsyncGenerator<LogEntry> {
  const seen = new Set<Oid>([tip]);
  const heads: LogEntry[] = [await readCommit(store, tip)];
  for (let next = heads.shift(); next !== undefined; next = heads.shift()) {
    yield next;
    for (const parent of next.parents) {
      if (seen.has(parent)) continue;
      seen.add(parent);
      const entry = await readCommit(store, parent);
      const at = heads.findIndex(({ committer }) => committer.seconds < entry.committer.seconds);
      heads.splice(at < 0 ? heads.length : at, 0, entry);
    }
  }
}

/** The commits that changed the file at a path, newest first: those where it differs from every parent. */
export async function* walkFile(store: ObjectStore, tip: Oid, path: string): AsyncGenerator<LogEntry> {
  const trees = new TreeReader(store);
  let heads: Oid[] = [tip];
  const seen = new Set<Oid>(heads);
  while (heads.length > 0) {
    const oid = heads.shift() ?? '';
    const entry = await readCommit(store, oid);
    const mine = await trees.blobAt(entry.tree, path);
    const theirs: (Oid | undefined)[] = [];
    for (const parent of entry.parents) theirs.push(await trees.blobAt((await readCommit(store, parent)).tree, path));
    const same = theirs.indexOf(mine);
    if (mine === undefined && theirs.every((other) => other === undefined)) continue;
    if (same < 0) yield entry;
    // A merge that took one side's file as it was did not change it: only that side tells more (as `git log` does).
    const follow = same < 0 ? entry.parents : entry.parents.slice(same, same + 1);
    heads = [...heads, ...follow.filter((parent) => !seen.has(parent))];
    for (const parent of follow) seen.add(parent);
  }
}

/**
 * The parsed commit; where a shallow clone ends, without the parents that were not fetched. Throws `damaged` when it is
 * missing or no commit.
 */
export async function readCommit(store: ObjectStore, oid: Oid): Promise<LogEntry> {
  const object = await store.read(oid);
  if (object?.type !== 'commit') {
    throw new TasksError('damaged', `Commit ${oid} is missing or damaged`, {
      hint: 'Run: git tasks doctor',
      data: { oid },
    });
  }
  const commit = parseCommit(object.data);
  return { oid, ...commit, parents: store.shallow?.().has(oid) === true ? [] : commit.parents };
}

/** The text of the file at a path of a tree, or undefined when there is none that can be read. */
export async function readBlobAt(store: ObjectStore, tree: Oid, path: string): Promise<string | undefined> {
  const oid = await new TreeReader(store).blobAt(tree, path);
  const blob = oid === undefined ? undefined : await store.read(oid);
  return blob === undefined ? undefined : Buffer.from(blob.data).toString('utf8');
}

/** The blob at a path of a tree, or undefined. */
export async function blobAt(store: ObjectStore, tree: Oid, path: string): Promise<Oid | undefined> {
  return new TreeReader(store).blobAt(tree, path);
}

/** Looks up blobs by path; trees that were read are remembered. */
class TreeReader {
  readonly #store: ObjectStore;
  readonly #trees = new Map<Oid, ReadonlyMap<string, Oid>>();

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  async blobAt(tree: Oid, path: string): Promise<Oid | undefined> {
    let oid: Oid | undefined = tree;
    for (const name of path.split('/')) {
      if (oid === undefined) return undefined;
      oid = (await this.#entries(oid)).get(name);
    }
    return oid;
  }

  async #entries(tree: Oid): Promise<ReadonlyMap<string, Oid>> {
    const known = this.#trees.get(tree);
    if (known !== undefined) return known;
    const object = await this.#store.read(tree);
    const entries = object?.type === 'tree' ? parseTree(object.data, this.#store.oidLength) : [];
    const map = new Map(entries.map(({ name, oid }) => [name, oid]));
    this.#trees.set(tree, map);
    return map;
  }
}

/** So many commits are named when a name could be any of more. */
const MAX_CANDIDATES = 10;

/**
 * The commit that a revision or a time names: a full id, at least 4 digits of one on the branch, a ref's name (each with
 * `~n` or `^`), or a day or instant (the last commit of the branch before it). Throws `not-found` or `ambiguous`.
 */
export async function resolveRevision(repository: Repository, tip: Oid, name: string): Promise<Oid> {
  const match = /^(.+?)((?:\^|~\d*)*)$/.exec(name);
  const time = Date.parse(name);
  if (/^\d{4}-\d{2}-\d{2}/.test(name) && !Number.isNaN(time)) return commitBefore(repository.objects, tip, time);
  let oid = await namedCommit(repository, tip, match?.[1] ?? name);
  const steps = (match?.[2]?.match(/\^|~\d*/g) ?? []).map((step) => (step.length === 1 ? 1 : Number(step.slice(1))));
  for (let left = steps.reduce((sum, step) => sum + step, 0); left > 0; left--) {
    const [parent] = (await readCommit(repository.objects, oid)).parents;
    if (parent === undefined) throw unknownRevision(name);
    oid = parent;
  }
  return oid;
}

async function namedCommit(repository: Repository, tip: Oid, name: string): Promise<Oid> {
  if (name === '@' || name === 'tip') return tip;
  if (isOid(name)) return (await readCommit(repository.objects, name)).oid;
  for (const prefix of ['', 'refs/', 'refs/heads/', 'refs/tags/', 'refs/remotes/']) {
    const ref = prefix + name;
    const oid = ref.startsWith('refs/') ? await repository.refs.read(ref) : undefined;
    if (oid !== undefined) return oid;
  }
  if (!/^[0-9a-f]{4,}$/.test(name)) throw unknownRevision(name);
  return abbreviatedCommit(repository.objects, tip, name);
}

/** The commit of the branch that begins so. Walks all of it, since a second one may. */
async function abbreviatedCommit(store: ObjectStore, tip: Oid, name: string): Promise<Oid> {
  const found: Oid[] = [];
  for await (const { oid } of walkHistory(store, tip)) if (oid.startsWith(name)) found.push(oid);
  const [first] = found;
  if (first === undefined) throw unknownRevision(name);
  if (found.length === 1) return first;
  throw new TasksError('ambiguous', `${JSON.stringify(name)} could be ${found.length} commits of the ledger`, {
    hint: 'Type more of it',
    data: { revision: name, candidates: found.slice(0, MAX_CANDIDATES) },
  });
}

async function commitBefore(store: ObjectStore, tip: Oid, time: number): Promise<Oid> {
  for await (const { oid, committer } of walkHistory(store, tip)) if (committer.seconds * 1000 <= time) return oid;
  throw new TasksError('not-found', `The ledger begins after ${new Date(time).toISOString()}`);
}

function unknownRevision(name: string): TasksError {
  return new TasksError('not-found', `${JSON.stringify(name)} names no commit of the ledger`, {
    hint: 'Give a commit, a ref or a time. See: git tasks log',
    data: { revision: name },
  });
}

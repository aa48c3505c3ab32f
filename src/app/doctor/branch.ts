/** Finds out whether the branch points to a state that can be read, and which earlier one can where it does not. */
import { readFileSync } from 'node:fs';
import { isSystemFault, TasksError } from '../../errors.ts';
import { acquireLock } from '../../git/files/lock-file.ts';
import { appendReflog } from '../../git/files/reflog.ts';
import { readReflog, type ReflogLine } from '../../git/files/reflog-read.ts';
import { parseCommit } from '../../git/objects.ts';
import { sharedMode } from '../../git/open.ts';
import type { Oid, RefLog } from '../../git/ports.ts';
import { readEach, walkReachable } from '../../git/walk.ts';
import type { Finding, Scene } from './finding.ts';

/** What the ref says. `torn`: its file holds no id (a power failure may leave it empty). */
export interface BranchState {
  readonly oid: Oid | undefined;
  readonly torn: Buffer | undefined;
  /** Newest first. */
  readonly log: readonly ReflogLine[];
}

/** An earlier state that can be read, and what came after it. */
export interface Refuge {
  readonly oid: Oid;
  /** Where it was found. */
  readonly from: string;
  /** Commits after it, newest first. */
  readonly gone: readonly Oid[];
}

/** More commits than this are not listed one by one. */
const MAX_GONE = 10_000;
const MAX_NAMED = 5;

/** Reads the ref and its log. */
export async function readBranch(scene: Scene): Promise<BranchState> {
  const { repository, ledger } = scene.session;
  const log = readReflog(scene.files.fs, `${repository.commonDir}/logs/${ledger.ref}`);
  try {
    return { oid: await repository.refs.read(ledger.ref), torn: undefined, log };
  } catch (error) {
    const torn = error instanceof TasksError && error.code === 'damaged' ? readIfThere(refPath(scene)) : undefined;
    if (torn === undefined) throw error;
    return { oid: undefined, torn, log };
  }
}

/** The newest commit that the log, the ancestors of the tip or a remote-tracking branch still give, whole as a state. */
export async function findRefuge(scene: Scene, state: BranchState): Promise<Refuge | undefined> {
  const { ledger, repository } = scene.session;
  const past = await pastCommits(scene, state);
  const tracking = [...(await repository.refs.list('refs/remotes/'))].filter(
    ([name]) => branchOf(name) === branchOf(ledger.ref),
  );
  let own: Refuge | undefined;
  for (const [at, oid] of past.entries()) {
    if (!(await isWhole(scene, oid))) continue;
    own = { oid, from: 'the history of the branch', gone: past.slice(0, at) };
    break;
  }
  for (const [name, oid] of tracking) {
    if (own?.oid === oid || !(await isWhole(scene, oid))) continue;
    const theirs = await walkCommits(scene, oid);
    // What the remote has beyond the refuge was pushed from here, or is newer still.
    if (own === undefined || theirs.includes(own.oid)) {
      return { oid, from: name, gone: past.filter((other) => !theirs.includes(other)) };
    }
  }
  return own;
}

/** Moves the branch to the refuge; the log keeps where it was. Throws when somebody else moved it meanwhile. */
export async function takeRefuge(scene: Scene, state: BranchState, refuge: Refuge): Promise<void> {
  const { session, files } = scene;
  const { ref } = session.ledger;
  const { actor, email } = session.author();
  const log = { name: actor, email, at: files.now(), message: `tasks: doctor: back to the last whole state` };
  if (state.torn !== undefined) return replaceTorn(scene, { torn: state.torn, next: refuge.oid, log });
  const update = { ref, expected: state.oid ?? null, next: refuge.oid, log };
  const { status } = await session.ledger.move(update);
  if (status === 'stale')
    throw new TasksError('race', `${ref} was moved by somebody else meanwhile`, { hint: 'Run it again' });
}

/** The finding about a branch that points nowhere. */
export function branchFinding(
  scene: Scene,
  state: BranchState,
  outcome: { refuge: Refuge | undefined; fixed: boolean },
): Finding {
  const { ledger } = scene.session;
  const { refuge, fixed } = outcome;
  const what = whatItPointsTo(state);
  const about = {
    code: 'broken-ref',
    severity: 'error',
    path: ledger.ref,
    ...(state.oid !== undefined && { id: state.oid }),
  } as const;
  if (refuge === undefined) {
    const hint =
      'Fetch the branch from another clone: git fetch DIR tasks:refs/remotes/rescue/tasks, then git tasks doctor --fix';
    return { ...about, message: `${ledger.ref} ${what}, and no earlier state can be read`, hint };
  }
  const { oid, from, gone } = refuge;
  const message = `${ledger.ref} ${what}. The last whole state is ${oid.slice(0, 12)}, from ${from}; ${lossText(scene, gone)}`;
  return fixed
    ? { ...about, message: `${message}. The branch was moved there`, fixed }
    : { ...about, message, hint: 'Move the branch there with: git tasks doctor --fix' };
}

function lossText({ session }: Scene, gone: readonly Oid[]): string {
  if (gone.length === 0) return 'no change came after it';
  const named = gone.slice(0, MAX_NAMED).map((oid) => oid.slice(0, 12));
  const ids = `${named.join(', ')}${gone.length > MAX_NAMED ? ' …' : ''}`;
  return `${gone.length} change(s) (${ids}) came after it: their ids are in ${session.repository.commonDir}/logs/${session.ledger.ref}`;
}

function whatItPointsTo({ oid, torn }: BranchState): string {
  if (torn !== undefined) return torn.length === 0 ? 'is an empty file' : 'is a file that holds no object id';
  return oid === undefined ? 'is gone' : `points to ${oid}, which cannot be read whole`;
}

/** Where the branch was, newest first: by its log, and before that by the commits that can still be read. */
async function pastCommits(scene: Scene, { oid, log }: BranchState): Promise<Oid[]> {
  const past = new Set<Oid>(oid === undefined ? [] : await walkCommits(scene, oid));
  // A commit between two lines of the log is an ancestor of the later one.
  for (const { to, from } of log) for (const known of [to, from]) if (known !== null) past.add(known);
  const [last] = past;
  const readable = last === undefined ? [] : await walkCommits(scene, [...past].at(-1) ?? last);
  return [...new Set([...past, ...readable])].slice(0, MAX_GONE);
}

/** The commit and its ancestors by first parents, as far as they can be read. */
async function walkCommits({ session }: Scene, from: Oid): Promise<Oid[]> {
  const found: Oid[] = [];
  for (let oid: Oid | undefined = from; oid !== undefined && found.length < MAX_GONE;) {
    found.push(oid);
    const [object] = await readEach(session.repository.objects, [oid]);
    const isCommit = object !== undefined && !(object instanceof Error) && object.type === 'commit';
    oid = isCommit ? parseCommit(object.data).parents[0] : undefined;
  }
  return found;
}

/** Whether commit and folders can be read; a lost file is mended from history afterwards. */
async function isWhole({ session }: Scene, oid: Oid): Promise<boolean> {
  try {
    // Without a taker for what is bad, the walk ends at the first of it.
    await walkReachable(session.repository.objects, [oid], { ancestors: false, files: false });
    return true;
  } catch (error) {
    if (error instanceof TasksError && error.code === 'damaged') return false;
    throw error;
  }
}

/** Git refuses to touch a ref whose file holds nothing; under its lock, the file can be replaced if it is still the same. */
async function replaceTorn(scene: Scene, { torn, next, log }: { torn: Buffer; next: Oid; log: RefLog }): Promise<void> {
  const { repository, ledger } = scene.session;
  const { files } = scene;
  const shared = sharedMode(repository.config);
  const owners = `${repository.commonDir}/git-tasks/locks`;
  const lock = await acquireLock(refPath(scene), { world: files, timeout: 10_000, shared, owners });
  try {
    if (readIfThere(refPath(scene))?.equals(torn) !== true) {
      throw new TasksError('race', `${ledger.ref} was written by somebody else meanwhile`, { hint: 'Run it again' });
    }
    lock.write(Buffer.from(`${next}\n`), true);
    const path = `${repository.commonDir}/logs/${ledger.ref}`;
    appendReflog({ ref: ledger.ref, path, from: null, to: next, log }, { world: files, policy: true, shared });
    lock.commit();
  } finally {
    lock.release();
  }
}

function refPath({ session }: Scene): string {
  return `${session.repository.commonDir}/${session.ledger.ref}`;
}

/** `tasks` of `refs/heads/tasks` and of `refs/remotes/origin/tasks`. */
function branchOf(ref: string): string {
  return ref
    .split('/')
    .slice(ref.startsWith('refs/remotes/') ? 3 : 2)
    .join('/');
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (isSystemFault(error)) return undefined;
    throw error;
  }
}

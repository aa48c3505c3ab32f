/**
 * Replays the history of the ledger: every commit is judged against the state that it follows.
 *
 *     commits in order, some hundreds at a time -> their differing files -> the tasks in them -> one by one: judge, move on
 *
 * One state moves along with the history, so what a commit costs depends on what it changed and not on how many tasks
 * there are. Nothing is written.
 */
import type { ObjectStore, Oid } from '../../git/ports.ts';
import { LedgerIndex } from '../index/ledger-index.ts';
import { refreshIndex } from '../index/refresh.ts';
import { summaryOf } from '../../task/summary.ts';
import type { LogEntry } from '../history.ts';
import { stageRoot } from '../root-commit.ts';
import { Staging } from '../staging.ts';
import { type ChangedTask, type CommitFiles, sortFiles } from './commit-files.ts';
import { commitOrder } from './commit-order.ts';
import { judgeChanges, type LifeStep } from './judge.ts';
import { type MergeChecks, mergeChecks } from './merges.ts';
import { type CommitRead, readHistory } from './read-history.ts';
import { actorProblems, messageProblems, readStatement, type Statement } from './statement.ts';
import type { Broken, Transition, VerifyCounts, VerifyFinding } from './types.ts';

/** What to replay. */
export interface ReplayInput {
  readonly tip: Oid;
  /** Only what came after this commit; its state is taken as it is. */
  readonly since?: Oid | undefined;
  /** Collects every step in the life of every task. */
  readonly transitions?: boolean | undefined;
  /** Is told now and then how far it is. */
  readonly progress?: ((done: number, total: number) => void) | undefined;
}

/** What the replay found. */
export interface ReplayReport {
  readonly findings: readonly VerifyFinding[];
  readonly counts: Readonly<VerifyCounts>;
  /** How many tasks there are at the tip. */
  readonly tasks: number;
  /** Commits at which the history of a shallow clone ends: their states are taken as they are. */
  readonly cut: readonly Oid[];
  /** In the order of the history; empty unless asked for. */
  readonly transitions: readonly Transition[];
}

interface Replay {
  readonly store: ObjectStore;
  readonly input: ReplayInput;
  /** At the state that the next commit is expected to follow. */
  index: LedgerIndex;
  readonly merges: MergeChecks;
  readonly findings: VerifyFinding[];
  readonly counts: VerifyCounts;
  readonly cut: Oid[];
  readonly transitions: Transition[];
  /** Task and term of every claim. */
  readonly claims: Set<string>;
}

/** Replays the history. Throws `damaged` where commits or folders are missing: that is for `doctor`. */
export async function replayHistory(store: ObjectStore, input: ReplayInput): Promise<ReplayReport> {
  const counts = noCounts();
  const findings: VerifyFinding[] = [];
  const replay: Replay = {
    store,
    input,
    index: new LedgerIndex(store.oidLength),
    merges: mergeChecks(store, { counts, findings }),
    findings,
    counts,
    cut: [],
    transitions: [],
    claims: new Set(),
  };
  const order = await commitOrder(store, input.tip, input.since);
  for await (const read of readHistory(store, order)) {
    await replayCommit(replay, read);
    if (++counts.commits % PROGRESS === 0) input.progress?.(counts.commits, order.length);
  }
  await replay.merges.finish(replay.index, input.tip);
  const place = new Map(order.map((oid, i) => [oid, i]));
  findings.sort((a, b) => (place.get(a.commit) ?? 0) - (place.get(b.commit) ?? 0));
  const { index, cut, transitions } = replay;
  return { findings, counts, tasks: index.table.size, cut, transitions };
}

/** So many commits lie between two reports of progress. */
const PROGRESS = 250;

function noCounts(): VerifyCounts {
  return {
    commits: 0,
    transitions: 0,
    overrides: 0,
    takeovers: 0,
    merges: 0,
    foreignMerges: 0,
    mendedMerges: 0,
    uncheckedMerges: 0,
    imports: 0,
    repairs: 0,
    byHand: 0,
    rivalClaims: 0,
    backdated: 0,
  };
}

async function replayCommit(replay: Replay, read: CommitRead): Promise<void> {
  const { commit, parent } = read;
  const { counts, merges } = replay;
  if (parent !== undefined) {
    if (commit.committer.seconds < parent.seconds) counts.backdated++;
    await moveTo(replay, parent.tree);
    if (merges.isMend(commit.oid, commit)) await moveTo(replay, commit.tree);
    else await replayChange(replay, read);
    return;
  }
  if (commit.parents.length > 1) await merges.check(replay.index, commit.oid, commit);
  else await checkRoot(replay, commit.oid);
  await moveTo(replay, commit.tree);
}

async function moveTo(replay: Replay, tree: Oid): Promise<void> {
  if (replay.index.head.tree !== tree) replay.index = await refreshIndex(replay.index, replay.store, { tip: '', tree });
}

async function checkRoot({ store, cut, findings }: Replay, oid: Oid): Promise<void> {
  if (store.shallow?.().has(oid) === true) cut.push(oid);
  else if ((await stageRoot(new Staging(store))) !== oid) {
    const message = 'The history begins with this commit, and not with the one that every ledger begins with';
    findings.push({ rule: 'root', commit: oid, message });
  }
}

/** A commit with one parent: a change, made by us or by hand. */
async function replayChange(replay: Replay, { commit, files, reads }: CommitRead): Promise<void> {
  const { index, counts } = replay;
  const { table } = index;
  const statement = readStatement(commit);
  const sorted = sortFiles(files, reads, {
    has: (id) => index.has(id),
    isList: (folder) => table.columns.lists.includes(folder),
  });
  const tasks = inOrderOf(statement, sorted.tasks);
  const now = commit.committer.seconds * 1000;
  // Whole ids: what is short enough at one commit is not at another.
  const judged = judgeChanges(table, tasks, { statement, now, short: (id) => id });
  // A repair takes files away whose tasks it has brought to their places.
  const shown = statement.exempt === 'repair' ? [] : sorted.broken;
  const broken = [...actorProblems(statement), ...shown, ...messageProblems(statement, tasks), ...judged.broken];
  report(replay, commit, broken);
  countKind(counts, statement);
  counts.overrides += judged.overridden;
  for (const step of judged.steps) record(replay, step, { commit, statement });
  await advance(replay, commit, sorted);
}

/** The order in which the commit names its tasks is the order in which they were first touched. */
function inOrderOf({ tasks: said }: Statement, tasks: readonly ChangedTask[]): readonly ChangedTask[] {
  if (tasks.length < 2) return tasks;
  const places = new Map(said.map(([name = ''], i) => [name, i]));
  const placeOf = ({ after }: ChangedTask): number => places.get(`Task: ${after.list}/${after.id}`) ?? said.length;
  return tasks.toSorted((a, b) => placeOf(a) - placeOf(b));
}

function report({ findings }: Replay, { oid }: LogEntry, broken: readonly Broken[]): void {
  for (const one of broken) findings.push({ ...one, commit: oid });
}

function countKind(counts: VerifyCounts, { exempt, isByHand }: Statement): void {
  if (exempt === 'import') counts.imports++;
  else if (exempt === 'repair') counts.repairs++;
  else if (isByHand) counts.byHand++;
}

interface Made {
  readonly commit: LogEntry;
  readonly statement: Statement;
}

function record(replay: Replay, step: LifeStep, { commit, statement }: Made): void {
  const { counts, claims, input, transitions } = replay;
  const { before, after } = step.change;
  const term = after.claim?.term ?? 0;
  counts.transitions++;
  if (step.isTakeover) counts.takeovers++;
  if (step.verbs.includes('claim')) {
    const claim = `${after.id} ${term}`;
    if (claims.has(claim)) counts.rivalClaims++;
    claims.add(claim);
  }
  if (input.transitions !== true) return;
  transitions.push({
    commit: commit.oid,
    at: commit.committer.seconds,
    id: after.id,
    actor: statement.actor,
    ...(statement.session !== undefined && { session: statement.session }),
    verbs: step.verbs,
    ...(before !== undefined && { from: before.status }),
    to: after.status,
    term,
    ...(after.owner !== undefined && { owner: after.owner }),
    ...(step.isTakeover && { takeover: true as const }),
  });
}

/** Moves the state over the commit: by what was read of it, or by its tree where that does not tell all. */
async function advance(replay: Replay, { oid, tree }: LogEntry, { tasks, isIrregular }: CommitFiles): Promise<void> {
  const { index } = replay;
  const wasDamaged = index.damaged.length > 0;
  if (isIrregular || wasDamaged) return moveTo(replay, tree);
  index.apply({ tip: oid, tree, rows: tasks.map(({ after, blob }) => ({ summary: summaryOf(after), blob })) });
}

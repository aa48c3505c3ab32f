/**
 * `mirror claude`: keeps a list of the ledger and a native task list of Claude Code alike, in both directions.
 *
 * The ledger is the truth, the native list a projection that its owner works in. Each run compares three states of every
 * task (what both last agreed on, the native file, the ledger), brings native changes into the ledger by its rules, and then
 * writes the ledger's state into the native files. A run that is killed in between is finished by the next one: everything
 * that it did is found to be there already. See docs/native-store.md.
 */
import { existsSync } from 'node:fs';
import { basename, isAbsolute } from 'node:path';
import { invariant, TasksError } from '../errors.ts';
import { acquireLock } from '../git/files/lock-file.ts';
import { sanitizeListId } from '../interop/claude/list-id.ts';
import { nativeList } from '../interop/claude/locate.ts';
import { fingerprint, withNativeLock } from '../interop/claude/store.ts';
import { privateFolder } from '../ledger/ledger.ts';
import { issuesOf, lookAtNative, withBases, worksOf } from './mirror/look.ts';
import { idPairs, pairUp, viewsOf } from './mirror/pairing.ts';
import { type MirrorState, readState, stateFile, writeState } from './mirror/state.ts';
import { bringToLedger, type LedgerOutcome } from './mirror/to-ledger.ts';
import { bringToNative, type NativeOutcome, shownTasks } from './mirror/to-native.ts';
import type { MirrorIssue, MirrorScene } from './mirror/job.ts';
import { filesWorldOf } from './object-files.ts';
import type { Session } from './session.ts';

export interface MirrorInput {
  /** Absolute path of the native list; undefined: the one that the environment means. */
  readonly folder?: string | undefined;
  /** How long to wait for a lock that somebody else holds, in milliseconds; 15 s when undefined. */
  readonly timeout?: number | undefined;
  /** Whether an agent works in the native list just now (a hook knows): its claims are renewed. */
  readonly isAlive?: boolean | undefined;
}

/** What a run of the mirror did. */
export interface MirrorAnswer {
  /** The list of the ledger. */
  readonly list: string;
  readonly native: { readonly id: string; readonly folder: string };
  /** Commits that hold what came from the native side. */
  readonly commits: readonly string[];
  /** Tasks that came from the native side: new ones, and changed ones. */
  readonly created: number;
  readonly changed: number;
  /** Native files that were written and removed. */
  readonly written: number;
  readonly removed: number;
  /** Tasks that the native list shows, and open tasks of the ledger's list that it does not. */
  readonly shown: number;
  readonly hidden: number;
  /** Whether the owner has wiped the list since the last run. */
  readonly isWiped: boolean;
  readonly issues: readonly MirrorIssue[];
}

/** A lock that a killed agent left is stale after 10 s. */
const TIMEOUT = 15_000;

/** How often a run begins again because the native side moved meanwhile. */
const MAX_PASSES = 4;

/** Brings both sides together once. Costs next to nothing where neither has moved. Throws `usage` or `busy`. */
export async function mirrorClaude(session: Session, input: MirrorInput = {}): Promise<MirrorAnswer> {
  const scene = sceneOf(session, input);
  const path = stateFile(session, scene.folder);
  const state = readState(path);
  if (await isQuiet(scene, state)) return { ...emptyAnswer(scene, state), issues: state.seen?.unreadable ?? [] };
  const owners = `${privateFolder(session.repository)}/locks`;
  const world = filesWorldOf(session);
  const lock = await acquireLock(path, { world, timeout: scene.timeout, shared: undefined, owners });
  try {
    let answer = emptyAnswer(scene, state);
    for (let pass = 1; pass <= MAX_PASSES; pass++) {
      const { done, hasMoved } = await runOnce(scene, path);
      answer = joined(answer, done);
      if (!hasMoved) break;
    }
    return answer;
  } finally {
    lock.release();
  }
}

/** The native list that a mirror is to work with. Throws `usage` when nothing names one. */
function sceneOf(session: Session, { folder, timeout = TIMEOUT, isAlive = false }: MirrorInput): MirrorScene {
  const common = { session, timeout, isAlive };
  if (folder !== undefined) {
    invariant(isAbsolute(folder), 'the folder of a native list is absolute');
    return { ...common, folder, listId: sanitizeListId(basename(folder)) };
  }
  const named = nativeList(session.world.env);
  if (named !== undefined) return { ...common, folder: named.folder, listId: named.id };
  throw new TasksError('usage', 'Nothing says which native list is meant', {
    hint: 'Set CLAUDE_CODE_TASK_LIST_ID, or name the folder: git tasks mirror claude ~/.claude/tasks/NAME',
  });
}

async function isQuiet({ session, folder }: MirrorScene, { seen }: MirrorState): Promise<boolean> {
  if (seen === undefined || seen.native === '') return false;
  if (seen.native !== fingerprint(folder, session.world.now())) return false;
  return (await session.ledger.tip())?.oid === seen.tip;
}

interface Pass {
  readonly done: MirrorAnswer;
  readonly hasMoved: boolean;
}

async function runOnce(scene: MirrorScene, path: string): Promise<Pass> {
  const { session } = scene;
  const state = readState(path);
  const look = await lookAtNative(scene, state.pairs);
  const snapshot = await session.read();
  const pairs = pairUp(state.pairs, look.natives, { scene, snapshot });
  const views = viewsOf(look.natives, pairs);
  // New ids are noted before the ledger gets them: whoever is killed in between gives the same ones again.
  if ([...pairs].some(([native, pair]) => state.pairs.get(native) !== pair)) writeState(path, { pairs });
  const works = worksOf(look, { pairs, views, snapshot });
  const inLedger = await bringToLedger(scene, works, idPairs(pairs));
  const agreed = withBases(pairs, views);
  if (inLedger.commits.length > 0) writeState(path, { pairs: agreed });
  const found = issuesOf(look, state.pairs);
  const unreadable = found.filter(({ kind }) => kind === 'unreadable');
  const before = { natives: look.natives, views, pairs: agreed, unreadable };
  const { hidden, ...inNative } = await project(scene, path, before);
  const { native, list } = emptyAnswer(scene, state);
  const shown = [...inNative.pairs.values()].filter(({ isGone }) => isGone !== true).length;
  const issues = [...found, ...inLedger.issues];
  const { written, removed, hasMoved } = inNative;
  const { commits, created, changed } = inLedger;
  const done = {
    list,
    native,
    commits,
    created,
    changed,
    written,
    removed,
    shown,
    hidden,
    isWiped: look.isWiped,
    issues,
  };
  return { done, hasMoved };
}

type Before = Parameters<typeof bringToNative>[2]['before'];

/** Writes the ledger's state into the native list, and remembers where both are. */
async function project(
  scene: MirrorScene,
  path: string,
  { unreadable, ...before }: Before & { readonly unreadable: readonly MirrorIssue[] },
): Promise<NativeOutcome & { readonly hidden: number }> {
  const { session, folder, timeout } = scene;
  const snapshot = await session.read();
  const { tasks, hidden } = await shownTasks(snapshot, before.pairs, scene);
  if (tasks.length === 0 && !existsSync(folder)) {
    writeState(path, { pairs: before.pairs });
    return { pairs: new Map(before.pairs), written: 0, removed: 0, hasMoved: false, hidden };
  }
  const newId = (): string => Buffer.from(session.world.random(6)).toString('hex');
  const { outcome, native } = await withNativeLock(folder, { timeout, newId }, (list) => {
    const result = bringToNative(list, tasks, { before, scene });
    return { outcome: result, native: fingerprint(folder, session.world.now()) };
  });
  const seen = outcome.hasMoved ? {} : { seen: { native, tip: snapshot.tip, hidden, unreadable } };
  writeState(path, { pairs: outcome.pairs, ...seen });
  return { ...outcome, hidden };
}

function emptyAnswer({ session, listId, folder }: MirrorScene, { pairs, seen }: MirrorState): MirrorAnswer {
  const none: Omit<LedgerOutcome, 'issues'> = { commits: [], created: 0, changed: 0 };
  const shown = [...pairs.values()].filter(({ isGone }) => isGone !== true).length;
  const native = { id: listId, folder };
  return {
    list: session.list,
    native,
    ...none,
    written: 0,
    removed: 0,
    shown,
    hidden: seen?.hidden ?? 0,
    isWiped: false,
    issues: [],
  };
}

function joined(a: MirrorAnswer, b: MirrorAnswer): MirrorAnswer {
  const known = new Set(a.issues.map(({ message }) => message));
  return {
    ...b,
    commits: [...a.commits, ...b.commits],
    created: a.created + b.created,
    changed: a.changed + b.changed,
    written: a.written + b.written,
    removed: a.removed + b.removed,
    isWiped: a.isWiped || b.isWiped,
    issues: [...a.issues, ...b.issues.filter(({ message }) => !known.has(message))],
  };
}

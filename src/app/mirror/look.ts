/** Looks at the native list: what is there, what has gone, and whether it went one by one or all at once. */
import { isInternal, type NativeTask } from '../../interop/claude/native-task.ts';
import { type NativeState, readNativeList, withNativeLock } from '../../interop/claude/store.ts';
import { unknownFields, type NativeView } from '../../interop/claude/view.ts';
import type { Snapshot } from '../../ledger/snapshot.ts';
import { sameJson } from '../../task/changes.ts';
import type { NativeTasks } from './pairing.ts';
import type { Pair } from './state.ts';
import type { MirrorIssue, MirrorScene, Work } from './job.ts';

type Pairs = ReadonlyMap<string, Pair>;

/** The native list as it is now. */
export interface Look {
  readonly state: NativeState;
  /** The tasks that everybody may see. */
  readonly natives: NativeTasks;
  /** Tasks whose files were there and have gone. */
  readonly vanished: readonly string[];
  /** All files have gone together: the owner has wiped the list, which deletes no task. */
  readonly isWiped: boolean;
}

/** How often, and with what pause (in milliseconds), to look again at what may still be on its way. */
const LOOKS = 3;
const PAUSE = 50;

/** Reads the list until it holds still: half a file, or half a wipe, is looked at again. */
export async function lookAtNative(scene: MirrorScene, pairs: Pairs): Promise<Look> {
  for (let turn = 1; ; turn++) {
    const look = compare(await readLocked(scene), pairs);
    if (turn === LOOKS || !isUnsettled(look, pairs)) return look;
    await scene.session.world.sleep(PAUSE);
  }
}

async function readLocked({ folder, timeout, session }: MirrorScene): Promise<NativeState> {
  const state = readNativeList(folder);
  // Nothing is made where nothing is: a list that does not exist needs no lock.
  if (state.highest === 0 && state.tasks.size + state.bad.length === 0) return state;
  const newId = (): string => Buffer.from(session.world.random(6)).toString('hex');
  return withNativeLock(folder, { timeout, newId }, (list) => list.read());
}

function compare(state: NativeState, pairs: Pairs): Look {
  const natives = new Map([...state.tasks].filter(([, task]) => !isInternal(task)));
  const present = new Set([...state.tasks.keys(), ...state.bad.map(({ id }) => id)]);
  const known = [...pairs].filter(([, { base, isGone }]) => base !== undefined && isGone !== true).map(([id]) => id);
  const vanished = known.filter((id) => !present.has(id));
  return { state, natives, vanished, isWiped: vanished.length > 0 && vanished.length === known.length };
}

/**
 * A file that cannot be read may be half written. And where open tasks have gone while only completed ones are left, the
 * owner may be in the middle of a wipe.
 */
function isUnsettled({ state, natives, vanished, isWiped }: Look, pairs: Pairs): boolean {
  if (state.bad.length > 0) return true;
  const isOpen = (id: string): boolean => pairs.get(id)?.base?.status !== 'completed';
  return !isWiped && vanished.some(isOpen) && [...natives.values()].every(({ status }) => status === 'completed');
}

/** What a look is compared with. */
export interface Known {
  readonly pairs: Pairs;
  readonly views: ReadonlyMap<string, NativeView>;
  readonly snapshot: Snapshot;
}

/** What there is to bring into the ledger. */
export function worksOf({ natives, vanished, isWiped }: Look, known: Known): Work[] {
  const { pairs, snapshot } = known;
  const changed = [...natives.values()].flatMap((task) => changeOf(task, known) ?? []);
  const deleted = (isWiped ? [] : vanished).flatMap((native): Work[] => {
    const pair = pairs.get(native);
    return pair !== undefined && snapshot.has(pair.id) ? [{ native, ...named(pair), seen: undefined }] : [];
  });
  return [...changed, ...deleted];
}

/** What is new of a native task; work in progress is always looked at, for its lease. */
function changeOf(task: NativeTask, { pairs, views, snapshot }: Known): Work | undefined {
  const pair = pairs.get(task.id);
  const view = views.get(task.id);
  if (pair === undefined || view === undefined) return undefined;
  const base = snapshot.has(pair.id) ? pair.base : undefined;
  const isSame = base !== undefined && sameJson(base, view);
  if (isSame && view.status !== 'in_progress') return undefined;
  const fields = isSame ? {} : unknownFields(task);
  return { native: task.id, ...named(pair), seen: { base, native: view, fields } };
}

function named({ id, alias, base }: Pair): Pick<Work, 'id' | 'alias' | 'baseStatus'> {
  return { id, alias, baseStatus: base?.status ?? 'pending' };
}

/** What is to be told of the list itself. */
export function issuesOf({ state, vanished, isWiped }: Look, pairs: Pairs): MirrorIssue[] {
  const bad = state.bad.map(({ id, message }): MirrorIssue => ({ kind: 'unreadable', native: id, message }));
  const open = vanished.filter((id) => isWiped && pairs.get(id)?.base?.status !== 'completed');
  const gone = open.map((native): MirrorIssue => {
    const pair = pairs.get(native);
    const message = `#${native} went with its whole list while it was ${pair?.base?.status ?? 'open'}; no task is given up for that`;
    return { kind: 'vanished', native, message, ...(pair !== undefined && { id: pair.id }) };
  });
  return [...bad, ...gone];
}

/** The pairs with what was read as what both sides agree on: the ledger has it now. */
export function withBases(pairs: Pairs, views: ReadonlyMap<string, NativeView>): Map<string, Pair> {
  return new Map(
    [...pairs].map(([native, pair]) => {
      const base = views.get(native);
      return [native, base === undefined ? pair : { ...pair, base }];
    }),
  );
}

/**
 * Has a change confirmed by the remote: its commit is there before it is part of the local branch.
 *
 * The push is a compare-and-swap on the remote's branch, so of all who build on one state exactly one gets through. Who
 * does not drops the commit, joins what came, and builds anew: what was free may now be held. Nothing that is not known
 * counts as a success: after a push without an answer the remote is looked at again.
 */
import { TasksError } from '../errors.ts';
import { commitReader, compareHistories } from '../git/merge-base.ts';
import type { Oid, PushResult, Transport } from '../git/ports.ts';
import { remoteFailure } from '../git/remote-trouble.ts';
import type { Change, Proposal } from '../ledger/transact.ts';
import { noteLook, uniqueName } from './looks.ts';
import { syncRemote, type SyncOptions, type SyncPort } from './sync.ts';
import { rememberSeen, seenTip } from './seen.ts';

/** A proposal, and whether it has to be confirmed. */
export interface Proposed extends Proposal {
  readonly waits: boolean;
}

/** What confirming works with. */
export interface ConfirmPort extends Omit<SyncPort, 'transport'> {
  /** A way to the remote that is cut off after so many milliseconds from now. */
  reach(milliseconds: number): Transport;
  /** Builds the change on the branch as it is now. Throws what the rules say. */
  propose(): Promise<Proposed>;
  /** How long the remote may be silent, in milliseconds. */
  readonly timeout: number;
}

/**
 * What became of it. `needless`: the branch is such by now that there is nothing to confirm. `unconfirmed`: nothing was made
 * here; whether the remote has it, nobody could tell when `isUnknown`.
 */
export type Confirmation =
  | { readonly status: 'confirmed'; readonly changes: readonly Change[] }
  | { readonly status: 'needless'; readonly proposal: Proposed }
  | { readonly status: 'unconfirmed'; readonly error: TasksError; readonly isUnknown: boolean };

/** How many times the bound on silence it may take in all, where a remote answers that others were faster. */
const PATIENCE = 12;

/** How much longer the last look may take that tells whether a push without an answer has arrived, in milliseconds. */
const LAST_LOOK = 2000;

const MAX_PAUSE = 200;

/** Confirms a change. Throws what `propose` throws: then the change is not to be made any more. */
export async function confirmChange(port: ConfirmPort, options: SyncOptions): Promise<Confirmation> {
  const { ledger, world, timeout } = port;
  const giveUpAt = world.now() + PATIENCE * timeout;
  const run: Run = { port, options, isUnknown: false, refusedAt: undefined };
  let known: Oid | null | undefined = await seenTip(ledger, options.remote);
  for (let attempt = 1; world.now() < giveUpAt; attempt++) {
    if (attempt > 2) await pause(port, attempt);
    const seen = known === undefined ? await look(port, options) : { tip: known };
    if ('error' in seen) return { status: 'unconfirmed', error: seen.error, isUnknown: run.isUnknown };
    known = undefined;
    const confirmation = await tryOnce(run, seen.tip);
    if (confirmation !== undefined) return confirmation;
  }
  const error = new TasksError('race', `others have pushed to ${options.remote} before us all the time`);
  return { status: 'unconfirmed', error, isUnknown: run.isUnknown };
}

interface Run {
  readonly port: ConfirmPort;
  readonly options: SyncOptions;
  /** Whether a push may arrive that nobody has answered. */
  isUnknown: boolean;
  /** What the remote had when it refused a push. */
  refusedAt: Oid | null | undefined;
}

/** One push, on what the remote was seen with. Undefined: look again. */
async function tryOnce(run: Run, from: Oid | null): Promise<Confirmation | undefined> {
  const { port, options } = run;
  const proposal = await port.propose();
  if (!proposal.waits) return { status: 'needless', proposal };
  await proposal.store();
  if (from !== null && !(await contains(port, proposal.tip, from))) return undefined;
  const began = port.world.now();
  const pushed = await push(port, options, { from, to: proposal.tip });
  noteTry(run, began, pushed);
  if (pushed.status === 'stale') return undefined;
  const arrival = pushed.status === 'pushed' ? 'there' : await hasArrived(port, options, proposal.tip);
  if (arrival === 'there') return { status: 'confirmed', changes: await land(port, options, proposal) };
  if (pushed.status !== 'refused') return undefined;
  // What was cut off on its way may still arrive.
  run.isUnknown ||= arrival === 'unknown' || pushed.trouble === 'unreachable';
  const error = remoteFailure(options.remote, pushed.trouble, { words: pushed.reason });
  // A race inside the remote looks like a refusal: it counts when the remote has not moved since.
  const isFinal = arrival === 'unknown' || run.refusedAt === from;
  run.refusedAt = from;
  return isFinal ? { status: 'unconfirmed', error, isUnknown: run.isUnknown } : undefined;
}

/** A push that gets through is a look as well: the remote had what was expected, and nothing else. */
function noteTry({ port, options }: Run, began: number, { status }: PushResult): void {
  const looks = { tried: began, ...(status === 'pushed' && { looked: began }) };
  noteLook(port.ledger.repository, options.remote, { ...looks, unique: uniqueName(port.world) });
}

/** Brings in what the remote has. Gives its branch's value, or why it cannot be had. */
async function look(
  port: ConfirmPort,
  options: SyncOptions,
): Promise<{ readonly tip: Oid | null } | { readonly error: TasksError }> {
  try {
    const report = await syncRemote(
      { ...port, transport: port.reach(port.timeout) },
      { ...options, receiveOnly: true },
    );
    const isEmpty = report.scenarios.at(-1)?.name === 'remote empty';
    return { tip: isEmpty ? null : ((await seenTip(port.ledger, options.remote)) ?? null) };
  } catch (error) {
    if (error instanceof TasksError) return { error };
    throw error;
  }
}

/** A push that fails as a whole is one that was not answered. */
async function push(
  port: ConfirmPort,
  { remote }: SyncOptions,
  { from, to }: { readonly from: Oid | null; readonly to: Oid },
): Promise<PushResult> {
  try {
    return await port.reach(port.timeout).push({ remote, ref: port.ledger.ref, expected: from, next: to });
  } catch (error) {
    if (!(error instanceof TasksError) || error.code !== 'remote') throw error;
    return { status: 'refused', trouble: 'unreachable', reason: error.message };
  }
}

/** Whether the remote has a commit: the answer to its push may have got lost on the way. */
async function hasArrived(
  port: ConfirmPort,
  { remote }: SyncOptions,
  commit: Oid,
): Promise<'there' | 'absent' | 'unknown'> {
  try {
    const { tip } = await port.reach(LAST_LOOK).fetch({ remote, ref: port.ledger.ref });
    return tip !== null && (await contains(port, tip, commit)) ? 'there' : 'absent';
  } catch (error) {
    if (error instanceof TasksError) return 'unknown';
    throw error;
  }
}

/** Makes what the remote has taken a part of the local branch, which may have moved meanwhile. */
async function land(port: ConfirmPort, options: SyncOptions, proposal: Proposal): Promise<readonly Change[]> {
  const { ledger, world } = port;
  const { actor: name, email } = options.author;
  try {
    if (!(await proposal.land())) await ledger.join(proposal.tip, options.author);
    const log = { name, email, at: world.now(), message: `tasks: confirmed by ${options.remote}` };
    await rememberSeen(ledger, options.remote, { next: proposal.tip, log });
  } catch (error) {
    if (!(error instanceof TasksError)) throw error;
    // It is won, whatever stands in the way here.
    port.warn(`${options.remote} has it, but the branch here does not follow yet: ${error.message}`);
  }
  return proposal.changes;
}

async function contains({ ledger }: ConfirmPort, tip: Oid, oid: Oid): Promise<boolean> {
  const { onlyY } = await compareHistories(commitReader(ledger.repository.objects), tip, oid);
  return onlyY.length === 0;
}

async function pause({ world }: ConfirmPort, attempt: number): Promise<void> {
  const [byte = 0] = world.random(1);
  await world.sleep((byte / 255) * Math.min(MAX_PAUSE, attempt * 10));
}

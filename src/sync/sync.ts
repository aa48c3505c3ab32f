/**
 * Brings the local branch and a remote's together.
 *
 * Fetch, see how the sides stand, join what came, push with the value that was seen as the expected one; when somebody
 * else was faster, all of it again. Nothing of either side is ever given up.
 */
import { invariant, TasksError } from '../errors.ts';
import { commitReader, compareHistories } from '../git/merge-base.ts';
import type { Fetched, Oid, PushResult, RefLog, Transport } from '../git/ports.ts';
import { remoteFailure } from '../git/remote-trouble.ts';
import { trackingRef } from '../git/tracking.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Author } from '../ledger/transact.ts';
import type { World } from '../world.ts';
import { expectArrivals } from './arrivals.ts';
import { noteLook, uniqueName } from './looks.ts';
import { planSync } from './plan-sync.ts';
import { ReportDraft, type SyncReport } from './report.ts';
import { rememberSeen, seenTip } from './seen.ts';
import { countCommits, type Look, lookAt, problemOf } from './standing.ts';

/** What a sync works with. */
export interface SyncPort {
  readonly ledger: Ledger;
  readonly transport: Transport;
  readonly world: Pick<World, 'now' | 'random' | 'sleep'>;
  /** Is told sentences for people that change no outcome. */
  warn(text: string): void;
}

/** How to sync. */
export interface SyncOptions {
  /** Name of a configured remote. */
  readonly remote: string;
  readonly author: Author;
  /** Joins a remote that has lost commits which it was seen with, instead of refusing. */
  readonly acceptRewrite: boolean;
  /** The branches on which work travels that the remote did not let into the ledger's own; ends with `/`. */
  readonly inbox: string;
  /** Whether the work of others that travels there is joined. */
  readonly adopt: boolean;
  /** Takes what the remote has and sends nothing. */
  readonly receiveOnly?: boolean | undefined;
  /** The branch for our own work when the remote refuses it; undefined: it stays here. */
  readonly fallback: string | undefined;
}

/** How often a push may lose the race. */
const MAX_ATTEMPTS = 20;

/** The longest pause after a lost race, in milliseconds: grows to this with the attempts. */
const MAX_PAUSE = 1000;
const PAUSE_STEP = 60;

/** A refusal counts when the remote has not moved since: a race inside the remote looks the same at first. */
const REFUSALS_THAT_COUNT = 2;

/** Syncs with one remote. Throws `remote`, `race`, `no-ledger`, `not-a-ledger` or `unsupported`. */
export async function syncRemote(port: SyncPort, options: SyncOptions): Promise<SyncReport> {
  const draft = new ReportDraft(options.remote);
  const run: Run = { port, options, draft };
  const last: { tip: Oid | null | undefined; refusals: number } = { tip: undefined, refusals: 0 };
  while (draft.attempts < MAX_ATTEMPTS) {
    if (draft.attempts > 0) await pause(run);
    const met = await lookUp(run);
    const { fetched } = met;
    const tip = await bringIn(run, met);
    if (tip === undefined) continue;
    await remember(run, fetched.tip);
    if (options.receiveOnly === true) return draft.at(tip);
    if (tip === fetched.tip) return finish(run, fetched, tip);
    if (last.tip !== fetched.tip) last.refusals = 0;
    last.tip = fetched.tip;
    const pushed = await send(run, { from: fetched.tip, to: tip });
    if (pushed.status === 'pushed') return finish(run, { ...fetched, tip }, tip);
    if (pushed.status === 'stale' || ++last.refusals < REFUSALS_THAT_COUNT) continue;
    if (await settleRefusal(run, { pushed, fetched, tip })) return draft.at(tip);
  }
  throw new TasksError('race', `Others pushed to ${options.remote} before us ${MAX_ATTEMPTS} times`, {
    hint: 'What came is joined and nothing is lost. Try again: git tasks sync',
    data: { remote: options.remote, attempts: MAX_ATTEMPTS },
  });
}

interface Run {
  readonly port: SyncPort;
  readonly options: SyncOptions;
  readonly draft: ReportDraft;
}

/** Looks at the remote, and notes when. */
async function lookUp(run: Run): Promise<Met> {
  const { ledger, world } = run.port;
  const began = world.now();
  noteLook(ledger.repository, run.options.remote, { tried: began, unique: uniqueName(world) });
  return { ...(await meet(run)), began };
}

interface Met {
  readonly fetched: Fetched;
  readonly look: Look;
  /** Milliseconds since 1970. */
  readonly began: number;
}

/** Fetches, and sees how the sides stand. A shallow clone that cannot tell is deepened. */
async function meet({ port, options }: Run): Promise<{ readonly fetched: Fetched; readonly look: Look }> {
  const { ledger, transport } = port;
  const { objects, refs } = ledger.repository;
  const { remote, inbox } = options;
  const { ref } = ledger;
  const local = await refs.read(ref);
  const seen = (await seenTip(ledger, remote)) ?? (await refs.read(trackingRef(remote, ref)));
  const name = trackingRef(remote, ref).replace('refs/remotes/', '');
  const fetched = await transport.fetch({ remote, ref, prefix: inbox });
  const look = await lookAt(objects, { local, fetched, seen, name });
  if (!look.isCut) return { fetched, look };
  const whole = await transport.fetch({ remote, ref, prefix: inbox, deepen: true });
  return { fetched: whole, look: await lookAt(objects, { local, fetched: whole, seen, name }) };
}

/** Joins what came. Gives the local branch's new value; undefined: it moved meanwhile, look again. */
async function bringIn(run: Run, { fetched, look, began }: Met): Promise<Oid | undefined> {
  const { port, options, draft } = run;
  const { ledger } = port;
  const { scenario, steps } = planSync({ ...look, acceptRewrite: options.acceptRewrite });
  draft.begin(scenario);
  if (steps.includes('refuse')) throw refusal(run, look);
  draft.received += look.counts.remote;
  if (steps.includes('take')) {
    const { status } = await ledger.move({ ref: ledger.ref, expected: null, next: fetched.tip, log: logOf(run) });
    if (status === 'stale') return undefined;
  }
  const noteArrivals = look.local === undefined ? undefined : await expectArrivals(port, options.remote);
  if (steps.includes('join') && fetched.tip !== null) await join(run, fetched.tip);
  for (const [ref, oid] of fetched.others) await adopt(run, ref, oid);
  await noteArrivals?.();
  noteLook(ledger.repository, options.remote, { looked: began, unique: uniqueName(port.world) });
  return ledger.repository.refs.read(ledger.ref);
}

async function join({ port, options, draft }: Run, oid: Oid): Promise<void> {
  const { joined, mends } = await port.ledger.join(oid, options.author);
  draft.mended.push(...mends.map(({ merge, tasks }) => ({ merge, tasks })));
  if (joined.kind !== 'merged') return;
  draft.merge(joined.tasks);
  for (const path of joined.spares) {
    port.warn(`A template was changed on both sides, and the versions do not fit together: the other one is ${path}`);
  }
}

/** Joins work that travels on a branch of its own, unless it is known already. */
async function adopt(run: Run, ref: string, oid: Oid): Promise<void> {
  const { port, options, draft } = run;
  const { objects, refs } = port.ledger.repository;
  if (!options.adopt && ref !== options.fallback) return;
  const local = await refs.read(port.ledger.ref);
  invariant(local !== undefined, 'work is adopted into a branch that exists');
  const { onlyY } = await compareHistories(commitReader(objects), local, oid);
  if (onlyY.length === 0) return;
  const problem = await problemOf(objects, oid, ref);
  if (problem !== undefined) return port.warn(`${ref} of ${options.remote} was left alone: ${problem.message}`);
  await join(run, oid);
  draft.received += onlyY.length;
  draft.adopt(ref);
}

/** Pushes to the ledger's own branch. */
async function send(
  { port, options, draft }: Run,
  move: { readonly from: Oid | null; readonly to: Oid },
): Promise<PushResult> {
  const { from, to } = move;
  const { objects } = port.ledger.repository;
  const apart = from === null ? undefined : await compareHistories(commitReader(objects), to, from);
  invariant(apart === undefined || apart.onlyY.length === 0, 'what is pushed contains what the remote has');
  const { ref } = port.ledger;
  const result = await port.transport.push({ remote: options.remote, ref, expected: from, next: to });
  if (result.status === 'pushed') draft.sent += apart?.onlyX.length ?? (await countCommits(objects, to));
  return result;
}

/** Remembers what the remote has and which is now part of the local branch. */
async function remember({ port, options, ...run }: Run, tip: Oid | null): Promise<void> {
  if (tip === null) return;
  await rememberSeen(port.ledger, options.remote, { next: tip, log: logOf({ port, options, ...run }) });
}

/** Both sides are the same now: work that travelled on other branches has arrived, so these can go. */
async function finish(run: Run, { others, tip }: Fetched, local: Oid): Promise<SyncReport> {
  const { port, options, draft } = run;
  await remember(run, tip);
  const isOurs = draft.sent > 0;
  for (const [ref, expected] of others) {
    const isMine = ref === options.fallback;
    if (!isMine && !(isOurs && options.adopt)) continue;
    if (!(await contains(run, local, expected))) continue;
    // That it stays is no harm, for instance where only its owner may delete it.
    await port.transport.push({ remote: options.remote, ref, expected, next: null });
  }
  return draft.at(local);
}

async function contains({ port }: Run, tip: Oid, oid: Oid): Promise<boolean> {
  const { onlyY } = await compareHistories(commitReader(port.ledger.repository.objects), tip, oid);
  return onlyY.length === 0;
}

interface RefusedPush {
  readonly pushed: Extract<PushResult, { status: 'refused' }>;
  readonly fetched: Fetched;
  readonly tip: Oid;
}

/** What to do when the remote does not take the branch. Gives whether the sync is over. Throws `remote`. */
async function settleRefusal(run: Run, { pushed, fetched, tip }: RefusedPush): Promise<boolean> {
  const { port, options, draft } = run;
  const { trouble, reason } = pushed;
  const { remote, fallback } = options;
  const refused = { ref: port.ledger.ref, trouble, reason: reason.trim() };
  if (trouble === 'unreachable') throw failureOf(run, remoteFailure(remote, trouble, { words: reason }), tip);
  draft.refused = refused;
  if (fallback === undefined) return true;
  const expected = fetched.others.get(fallback) ?? null;
  draft.refused = { ...refused, travelsOn: fallback };
  if (expected === tip) return true;
  const result = await port.transport.push({ remote, ref: fallback, expected, next: tip });
  if (result.status === 'stale') return false;
  if (result.status === 'pushed') draft.sent += await countSent(run, { tip, expected: expected ?? fetched.tip });
  else draft.refused = { ...refused, reason: `${refused.reason}\n${result.reason.trim()}` };
  return true;
}

async function countSent(
  { port }: Run,
  { tip, expected }: { readonly tip: Oid; readonly expected: Oid | null },
): Promise<number> {
  const { objects } = port.ledger.repository;
  if (expected === null) return countCommits(objects, tip);
  return (await compareHistories(commitReader(objects), tip, expected)).onlyX.length;
}

/** A failure in the middle, with what had been done by then. */
function failureOf({ draft }: Run, error: TasksError, tip: Oid): TasksError {
  const { received, merged } = draft.at(tip);
  const { code, message, hint, data } = error;
  return new TasksError(code, message, { ...(hint !== undefined && { hint }), data: { ...data, received, merged } });
}

function refusal({ port, options }: Run, { remote, problem }: Look): TasksError {
  if (problem !== undefined) return problem;
  const branch = port.ledger.ref.replace('refs/heads/', '');
  if (remote === null) {
    return new TasksError('no-ledger', `There is no ledger, neither here nor on ${options.remote}`, {
      hint: 'Begin one with: git tasks init',
      data: { ref: port.ledger.ref, remote: options.remote },
    });
  }
  return new TasksError('remote', `${branch} on ${options.remote} was rewritten: commits that it had are gone`, {
    hint: 'Nothing was changed here. To join what you have with what it has now: git tasks sync --accept-rewrite',
    data: { remote: options.remote, trouble: 'rewritten', scenario: 8, now: remote },
  });
}

function logOf({ port, options }: Run): RefLog {
  const { actor: name, email } = options.author;
  return { name, email, at: port.world.now(), message: `tasks: sync with ${options.remote}` };
}

async function pause({ port, draft }: Run): Promise<void> {
  const [byte = 0] = port.world.random(1);
  await port.world.sleep((byte / 255) * Math.min(MAX_PAUSE, draft.attempts * PAUSE_STEP));
}

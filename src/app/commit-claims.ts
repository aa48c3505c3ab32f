/**
 * Commits changes that claim tasks: with the remote's word where the ledger is shared (docs/claims.md).
 *
 * What this clone knows already is judged first, without a word to the remote; then one command of this clone after the
 * other asks it, because the first to win makes the question idle for the rest.
 */
import { join } from 'node:path';
import { TasksError } from '../errors.ts';
import { configInteger } from '../git/config.ts';
import { openTransport } from '../git/open-transport.ts';
import type { Transport } from '../git/ports.ts';
import { privateFolder } from '../ledger/ledger.ts';
import { type Ticket, waitForTurn } from '../ledger/queue.ts';
import type { Author, Build, Change } from '../ledger/transact.ts';
import { type Confirmation, confirmChange, type ConfirmPort, type Proposed } from '../sync/confirm.ts';
import { readLooks } from '../sync/looks.ts';
import { syncRemote, type SyncOptions } from '../sync/sync.ts';
import type { ClaimMarks } from './claim-marks.ts';
import { inboxOf } from './remotes.ts';
import type { Session } from './session.ts';
import { type Certainty, claimMode, sharedRemote } from './shared-remote.ts';

/** What is to be committed. */
export interface ClaimWork {
  readonly author: Author;
  readonly builds: readonly Build[];
  readonly marks: ClaimMarks;
  readonly kind: ClaimKind;
}

/**
 * `claim`: it may take tasks. `finish`: it may complete or cancel what the author holds. `tell`: it renews claims or gives
 * them back; that is made in any case, because it is the holder's to decide and takes nothing from anybody, and told to
 * the others as soon as they can be reached.
 */
export type ClaimKind = 'claim' | 'finish' | 'tell';

/** How a claim was made. */
export interface ClaimOutcome {
  readonly certainty: Certainty;
  /** The remote that was asked or is to be. */
  readonly remote?: string;
  /** Why it is not confirmed. */
  readonly reason?: string;
}

/** What was committed. No outcome: nothing was claimed. */
export interface CommittedClaims {
  readonly changes: readonly Change[];
  readonly outcome?: ClaimOutcome;
}

/** How long a claim waits for the remote, in milliseconds. `tasks.claimTimeout` says otherwise. */
const CLAIM_TIMEOUT = 5000;

/** What was seen of the remote this long ago is not asked for again before a task is refused, in milliseconds. */
const FRESH = 2000;

/** How often a plan may change its mind about whether there is something to claim. */
const MAX_ATTEMPTS = 50;

/** Refusals that no news from the remote could change. */
const LOCAL_MATTERS: ReadonlySet<string> = new Set(['usage', 'unmet', 'invalid', 'race']);

/** Commits. Throws what the rules say, and `remote` where only the remote's word will do and it cannot be had. */
export async function commitClaims(session: Session, work: ClaimWork): Promise<CommittedClaims> {
  const { marks } = work;
  const mode = claimMode(session);
  const remote = await sharedRemote(session);
  if (remote === undefined) {
    if (mode === 'remote' && work.kind === 'claim') throw noRemote();
    return commitHere(session, work, { certainty: 'local' });
  }
  if (mode === 'local') {
    marks.way = 'provisional';
    return commitHere(session, work, { certainty: 'provisional', remote, reason: 'tasks.claim is local' });
  }
  marks.way = 'confirming';
  const asking = asker(session, work, remote);
  let proposal = await judge(asking);
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    if (proposal.waits) {
      const confirmation = await inTurn(asking, () => confirmChange(asking.port, asking.options));
      if (confirmation.status !== 'needless') return settle(asking, confirmation);
      ({ proposal } = confirmation);
    }
    if (await proposal.land()) return committed(proposal.changes, asking);
    const changes = await commitUnlessItWaits(asking);
    if (changes !== undefined) return committed(changes, asking);
    proposal = await asking.port.propose();
  }
  throw new TasksError('race', `The branch moved ${MAX_ATTEMPTS} times while this change was being made`, {
    hint: 'Nothing was written. Try again',
  });
}

/** The plan claims something, or ends a claim. */
class WaitsError extends Error {}

/**
 * Commits what need not wait, in its turn. On a branch that has moved the same plan may find something to claim after all:
 * that is not made here, unasked, and undefined is given.
 */
async function commitUnlessItWaits({ session, work }: Asking): Promise<readonly Change[] | undefined> {
  const { author, builds, marks } = work;
  const guarded = builds.map((build): Build => async (snapshot) => {
    const plan = await build(snapshot);
    if (marks.waits) throw new WaitsError();
    return plan;
  });
  try {
    return await session.ledger.transactAll(author, guarded);
  } catch (error) {
    if (error instanceof WaitsError) return undefined;
    throw error;
  }
}

/** A claim of this very command that got through without our hearing of it is a win like any other. */
function committed(changes: readonly Change[], { work, remote }: Asking): CommittedClaims {
  return { changes, ...(work.marks.met && { outcome: { certainty: 'confirmed', remote } }) };
}

interface Asking {
  readonly session: Session;
  readonly work: ClaimWork;
  readonly remote: string;
  readonly options: SyncOptions;
  readonly port: ConfirmPort;
}

function asker(session: Session, work: ClaimWork, remote: string): Asking {
  const { ledger, repository, world } = session;
  const { author, builds, marks } = work;
  const { config } = repository;
  const timeout = configInteger(config, 'tasks.claimtimeout', CLAIM_TIMEOUT);
  const branch = ledger.ref.slice('refs/heads/'.length);
  const inbox = inboxOf(config, { branch, actor: author.actor });
  const options = { remote, author, acceptRewrite: false, ...inbox };
  const propose = async (): Promise<Proposed> => {
    const proposal = await ledger.propose(author, builds);
    return { ...proposal, waits: marks.waits };
  };
  const reach = (milliseconds: number): Transport =>
    openTransport(repository, { world, deadline: world.now() + milliseconds });
  const port: ConfirmPort = { ledger, reach, world, timeout, propose, warn: session.warn };
  return { session, work, remote, options, port };
}

/** What the branch here says. Where that is a no and the remote may know better, it is brought in first. */
async function judge(asking: Asking): Promise<Proposed> {
  const first = await firstWord(asking);
  if (!(first instanceof TasksError) && (first.waits || isNew(first) || asking.work.marks.met)) return first;
  const { session, remote, options, port } = asking;
  const { tried = 0 } = readLooks(session.repository, remote);
  const age = session.world.now() - tried;
  if (age < 0 || age > FRESH) {
    try {
      await syncRemote({ ...port, transport: port.reach(port.timeout) }, { ...options, receiveOnly: true });
      return await port.propose();
    } catch (error) {
      if (!(error instanceof TasksError) || error.code !== 'remote') throw error;
    }
  }
  if (first instanceof TasksError) throw first;
  return first;
}

/** What the rules say of the branch as it is here: a change, or a refusal that news from the remote may overturn. */
async function firstWord({ port }: Asking): Promise<Proposed | TasksError> {
  try {
    return await port.propose();
  } catch (error) {
    if (error instanceof TasksError && !LOCAL_MATTERS.has(error.code)) return error;
    throw error;
  }
}

function isNew({ changes }: Proposed): boolean {
  return changes.some(({ changed }) => changed);
}

/** One after the other, but not at any price: the remote decides in any case. */
async function inTurn<T>({ session, port: { timeout } }: Asking, ask: () => Promise<T>): Promise<T> {
  const { repository, world } = session;
  const folder = join(privateFolder(repository), 'claiming');
  let ticket: Ticket | undefined;
  try {
    ticket = await waitForTurn(world, { fs: repository.fs, folder, timeout: 2 * timeout, patience: 2 * timeout });
  } catch (error) {
    if (!(error instanceof TasksError) || error.code !== 'busy') throw error;
  }
  try {
    return await ask();
  } finally {
    ticket?.leave();
  }
}

async function settle(
  asking: Asking,
  confirmation: Exclude<Confirmation, { status: 'needless' }>,
): Promise<CommittedClaims> {
  const { session, work, remote } = asking;
  if (confirmation.status === 'confirmed') {
    return { changes: confirmation.changes, outcome: { certainty: 'confirmed', remote } };
  }
  const { error, isUnknown } = confirmation;
  // Where the remote has the last word on who works, an end that it never heard of would be done once more elsewhere.
  if (claimMode(session) === 'remote' && work.kind !== 'tell')
    throw notConfirmed(work.kind, error, { remote, isUnknown });
  work.marks.way = 'provisional';
  const certainty = work.kind === 'claim' ? 'provisional' : 'local';
  const made = await commitHere(session, work, { certainty, remote, reason: error.message });
  if (made.outcome !== undefined) {
    session.warn(
      work.kind === 'claim'
        ? `Claimed provisionally: ${error.message}. Another clone may win it; git tasks sync settles that`
        : `The change is made here, but has not reached ${remote}: ${error.message}`,
    );
  }
  return made;
}

async function commitHere(
  { ledger }: Session,
  { author, builds, marks }: ClaimWork,
  outcome: ClaimOutcome,
): Promise<CommittedClaims> {
  const changes = await ledger.transactAll(author, builds);
  return { changes, ...((marks.waits || marks.met) && { outcome }) };
}

function notConfirmed(
  kind: Exclude<ClaimKind, 'tell'>,
  cause: TasksError,
  { remote, isUnknown }: { readonly remote: string; readonly isUnknown: boolean },
): TasksError {
  const doubt = isUnknown ? '. It may have arrived all the same: the next sync tells' : '';
  const [words, outcome] =
    kind === 'claim'
      ? ['Nothing was claimed', 'unclaimed']
      : ['Nothing was changed, and the task is still held', 'unchanged'];
  return new TasksError('remote', `${words}: ${cause.message.replace(/\.$/, '')}${doubt}`, {
    hint: 'tasks.claim is remote: try again when the remote can be used, or: git config tasks.claim auto',
    data: { ...cause.data, remote, outcome: isUnknown ? 'unknown' : outcome },
    cause,
  });
}

function noRemote(): TasksError {
  return new TasksError('remote', 'Nothing was claimed: tasks.claim is remote, and the ledger is on no remote yet', {
    hint: 'Send it there first: git tasks sync',
    data: { outcome: 'unclaimed' },
  });
}

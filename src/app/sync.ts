/** `sync`: brings the ledger and its remotes together. */
import { TasksError } from '../errors.ts';
import { openTransport } from '../git/open-transport.ts';
import type { GitConfig } from '../git/ports.ts';
import type { SyncReport } from '../sync/report.ts';
import { syncRemote } from '../sync/sync.ts';
import type { TaskId } from '../task/types.ts';
import { confirmHeld, type HeldConfirmed } from './confirm-held.ts';
import { inboxOf, remotesOf } from './remotes.ts';
import { sharedRemote } from './shared-remote.ts';
import type { Session } from './session.ts';
import { countTasks } from './stats.ts';

/** What `sync` can be told. */
export interface SyncRequest {
  readonly remote?: string | undefined;
  /** With every remote, one after the other. */
  readonly all?: boolean | undefined;
  readonly acceptRewrite?: boolean | undefined;
  /** Takes what the remote has and sends nothing. */
  readonly receiveOnly?: boolean | undefined;
  /** Is told the progress of transfers. */
  readonly progress?: ((text: string) => void) | undefined;
  /** Is told sentences for people that change no outcome. */
  readonly warn?: ((text: string) => void) | undefined;
}

/** The answer of `sync`. */
export interface SyncAnswer {
  /** A report for each remote, in their order. */
  readonly reports: readonly SyncReport[];
  /** Remotes that failed, with `all`. */
  readonly failures: readonly { readonly remote: string; readonly error: TasksError }[];
  /** Provisional claims of the caller that the remote has confirmed. */
  readonly confirmed: readonly TaskId[];
  /** Tasks with open conflicts, and files that cannot be read, in the whole ledger. */
  readonly conflicts: number;
  readonly damaged: number;
}

/** Syncs with the chosen remote, or with all. Throws `remote`, `race`, `usage`, `no-ledger`, `not-a-ledger`. */
export async function syncLedger(session: Session, request: SyncRequest = {}): Promise<SyncAnswer> {
  const author = session.author();
  const { world, repository, ledger } = session;
  const { config } = repository;
  const transport = openTransport(repository, { world, progress: request.progress });
  const port = { ledger, transport, world, warn: request.warn ?? (() => undefined) };
  const branch = ledger.ref.slice('refs/heads/'.length);
  const shared = {
    author,
    acceptRewrite: request.acceptRewrite === true,
    receiveOnly: request.receiveOnly,
    ...inboxOf(config, { branch, actor: author.actor }),
  };
  const sync = (remote: string): Promise<SyncReport> => syncRemote(port, { ...shared, remote });
  const outcome =
    request.all === true
      ? await syncAll(remotesOf(config), sync)
      : { reports: [await sync(chooseRemote(config, { branch, named: request.remote }))], failures: [] };
  const confirmed = await confirmAfter(session, outcome, request);
  const reports = outcome.reports.map((report) =>
    confirmed === undefined ? report : { ...report, tip: confirmed.commit },
  );
  const { conflicts, damaged } = await countTasks({ ...session, onlyList: undefined });
  return { ...outcome, reports, confirmed: confirmed?.ids ?? [], conflicts, damaged };
}

/** What was claimed without the remote that answers now is put to it, unless it has just refused to take anything. */
async function confirmAfter(
  session: Session,
  { reports }: Outcome,
  { receiveOnly }: SyncRequest,
): Promise<HeldConfirmed | undefined> {
  const remote = await sharedRemote(session);
  const isOpen = reports.some((report) => report.remote === remote && report.refused === undefined);
  return receiveOnly === true || !isOpen ? undefined : confirmHeld(session);
}

type Outcome = Pick<SyncAnswer, 'reports' | 'failures'>;

/** Each in turn; those before one that brought something new get it in a second turn. */
async function syncAll(remotes: readonly string[], sync: (remote: string) => Promise<SyncReport>): Promise<Outcome> {
  if (remotes.length === 0) throw noRemote();
  const reports = new Map<string, SyncReport>();
  const failures = new Map<string, TasksError>();
  const turn = async (remote: string): Promise<void> => {
    try {
      const report = await sync(remote);
      reports.set(remote, addReports(reports.get(remote), report));
    } catch (error) {
      if (!(error instanceof TasksError)) throw error;
      failures.set(remote, error);
    }
  };
  for (const remote of remotes) await turn(remote);
  const lastWithNews = remotes.findLastIndex((remote) => (reports.get(remote)?.received ?? 0) > 0);
  for (const remote of remotes.slice(0, Math.max(0, lastWithNews))) if (!failures.has(remote)) await turn(remote);
  return { reports: [...reports.values()], failures: [...failures].map(([remote, error]) => ({ remote, error })) };
}

function addReports(one: SyncReport | undefined, two: SyncReport): SyncReport {
  if (one === undefined) return two;
  return {
    ...two,
    scenarios: [...one.scenarios, ...two.scenarios],
    received: one.received + two.received,
    sent: one.sent + two.sent,
    merged: [...one.merged, ...two.merged],
    adopted: [...one.adopted, ...two.adopted],
    attempts: one.attempts + two.attempts,
  };
}

/** `--remote`, `tasks.remote`, the branch's own, `origin`, the only one. Throws `usage` or `not-found`. */
function chooseRemote(
  config: GitConfig,
  { branch, named }: { readonly branch: string; readonly named: string | undefined },
): string {
  const remotes = remotesOf(config);
  const wanted = named ?? config.get('tasks.remote') ?? config.get(`branch.${branch}.remote`);
  if (wanted !== undefined) {
    if (remotes.includes(wanted)) return wanted;
    throw new TasksError('not-found', `There is no remote ${JSON.stringify(wanted)}`, {
      hint: remotes.length > 0 ? `Choose from: ${remotes.join(', ')}` : `Add one: git remote add ${wanted} URL`,
      data: { remote: wanted, remotes },
    });
  }
  if (remotes.includes('origin')) return 'origin';
  const [only, ...others] = remotes;
  if (only === undefined) throw noRemote();
  if (others.length === 0) return only;
  throw new TasksError('usage', `There are several remotes: ${remotes.join(', ')}`, {
    hint: 'Name one with --remote NAME, or for good: git config tasks.remote NAME. With all of them: --all',
    data: { remotes },
  });
}

function noRemote(): TasksError {
  return new TasksError('not-found', 'There is no remote to sync with', { hint: 'Add one: git remote add origin URL' });
}

/** What of the ledger is here and on no remote, as far as the last fetch or push has seen. */
import type { Oid } from '../git/ports.ts';
import { walkHistory } from '../ledger/history.ts';
import type { Session } from './session.ts';
import { checkFormat } from '../ledger/format.ts';
import { TasksError } from '../errors.ts';

/** The commits of the branch that no remote-tracking branch has. */
export interface Unpushed {
  readonly tip: Oid;
  readonly total: number;
  /** Newest first, at most 20. */
  readonly commits: readonly { readonly oid: Oid; readonly subject: string }[];
}

const MAX_LISTED = 20;

/** The commits that the tip reaches and no remote-tracking branch does. */
export async function unpushedCommits({ repository }: Session, tip: Oid): Promise<Unpushed> {
  const { objects, refs } = repository;
  const remote = new Set((await refs.list('refs/remotes/')).values());
  const pushed = new Set<Oid>();
  for (const oid of remote) {
    if (pushed.has(oid) || !(await isLedger(repository, oid))) continue;
    for await (const commit of walkHistory(objects, oid)) pushed.add(commit.oid);
  }
  const commits: { oid: Oid; subject: string }[] = [];
  let total = 0;
  for await (const { oid, message, parents } of walkHistory(objects, tip)) {
    // The root is the same everywhere and holds nothing of anybody.
    if (pushed.has(oid) || parents.length === 0) continue;
    total += 1;
    if (total <= MAX_LISTED) commits.push({ oid, subject: message.split('\n', 1)[0] ?? '' });
  }
  return { tip, total, commits };
}

/** Other branches of the remote have another history, which may be long. */
async function isLedger({ objects }: Session['repository'], oid: Oid): Promise<boolean> {
  try {
    for await (const { tree } of walkHistory(objects, oid)) {
      await checkFormat(objects, tree, oid);
      return true;
    }
  } catch (error) {
    if (!(error instanceof TasksError)) throw error;
  }
  return false;
}

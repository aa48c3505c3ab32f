/** What a remote was seen with: a ref of our own, because a tracking ref follows every fetch of anybody. */
import type { Oid, RefLog } from '../git/ports.ts';
import { setRef, trackingRef } from '../git/tracking.ts';
import type { Ledger } from '../ledger/ledger.ts';

function seenRef(remote: string, ref: string): string {
  return `refs/git-tasks/seen/${remote}/${ref.replace(/^refs\/heads\//, '')}`;
}

/** The value that this clone has seen the remote's branch with, and joined; undefined: none. */
export async function seenTip({ repository, ref }: Ledger, remote: string): Promise<Oid | undefined> {
  return repository.refs.read(seenRef(remote, ref));
}

/** Remembers what the remote has and which is now part of the local branch. */
export async function rememberSeen(
  { repository, ref }: Ledger,
  remote: string,
  to: { readonly next: Oid; readonly log: RefLog },
): Promise<void> {
  await setRef(repository.refs, seenRef(remote, ref), to);
  await setRef(repository.refs, trackingRef(remote, ref), to);
}

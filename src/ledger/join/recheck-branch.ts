/** Joins with an eye on merges that others made without us: what they lost is joined first. */
import type { Oid } from '../../git/ports.ts';
import type { Author, WriterPort } from '../transact.ts';
import { type CheckedTip, noteOf } from './checked.ts';
import { joinInto, type JoinOutcome } from './join-into.ts';
import { type Mend, recheckMerges } from './recheck.ts';

/** What checking the branch came to. */
export interface BranchCheck {
  /** Where the branch is now. */
  readonly tip: Oid;
  readonly mends: readonly Mend[];
}

/** A join, and the foreign merges that were mended on the way. */
export type CheckedJoin = JoinOutcome & { readonly mends: readonly Mend[] };

/** Looks at the merges of the branch since the last check; each mend is joined into it. */
export async function recheckBranch(port: WriterPort, author: Author, checked: CheckedTip): Promise<BranchCheck> {
  const { snapshot } = await port.openForWrite();
  const mends = await joinMends(port, author, {
    tip: snapshot.tip,
    checked: await noteOf(port.repository.objects, checked, snapshot.tip),
  });
  const { tip } = mends.length === 0 ? snapshot : (await port.openForWrite()).snapshot;
  checked.save(tip);
  return { tip, mends };
}

/** Joins another tip. Mends go before what they mend, so that nobody merges with a file that was left damaged. */
export async function joinChecked(
  port: WriterPort,
  author: Author,
  { other, checked }: { readonly other: Oid; readonly checked: CheckedTip },
): Promise<CheckedJoin> {
  const own = await recheckBranch(port, author, checked);
  const theirs = await joinMends(port, author, { tip: other, checked: checked.read() });
  const outcome = await joinInto(port, author, other);
  checked.save(outcome.after);
  return { ...outcome, mends: [...own.mends, ...theirs] };
}

async function joinMends(
  port: WriterPort,
  author: Author,
  { tip, checked }: { readonly tip: Oid; readonly checked: Oid | undefined },
): Promise<readonly Mend[]> {
  const { index } = await port.openForWrite();
  const { mends, staging } = await recheckMerges(port.repository.objects, index, { tip, checked });
  if (mends.length > 0) await staging.flush();
  for (const { commit } of mends) await joinInto(port, author, commit);
  return mends;
}

/** Joins another tip into the branch: what a sync brings, or a tip that somebody names. */
import { TasksError } from '../../errors.ts';
import type { Oid } from '../../git/ports.ts';
import type { LedgerIndex } from '../index/ledger-index.ts';
import { refreshIndex } from '../index/refresh.ts';
import { readCommit } from '../history.ts';
import type { Author, WriterPort } from '../transact.ts';
import { type Joined, prepareJoin } from './join.ts';

/** What a join did to the branch. */
export interface JoinOutcome {
  readonly joined: Joined;
  /** Where the branch was, and where it is now. */
  readonly before: Oid;
  readonly after: Oid;
}

/** How often a join is made again because the branch moved meanwhile. */
const MAX_ATTEMPTS = 50;

/** Moves the branch to what contains both its tip and the other one. Nothing moves when it contains that already. */
export async function joinInto(port: WriterPort, author: Author, other: Oid): Promise<JoinOutcome> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const { index, snapshot, local } = await port.openForWrite();
    const before = snapshot.tip;
    const { joined, staging, index: work } = await prepareJoin(port.repository.objects, index, { x: before, y: other });
    if (joined.tip === local) return { joined, before, after: before };
    const moved = joined.kind === 'merged' ? work : await indexAt(port, work, joined.tip);
    await staging.flush();
    const { status } = await port.move({
      ref: port.ref,
      expected: local,
      next: joined.tip,
      log: { name: author.actor, email: author.email, at: port.now(), message: `tasks: join ${other.slice(0, 12)}` },
    });
    if (status === 'updated') {
      port.settled(moved);
      return { joined, before, after: joined.tip };
    }
    await port.pause(attempt);
  }
  throw new TasksError('race', `The branch moved ${MAX_ATTEMPTS} times while it was being joined`, {
    hint: 'Nothing was lost. Try again',
  });
}

async function indexAt({ repository }: WriterPort, index: LedgerIndex, tip: Oid): Promise<LedgerIndex> {
  const { tree } = await readCommit(repository.objects, tip);
  return refreshIndex(index, repository.objects, { tip, tree });
}

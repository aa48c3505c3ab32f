/** `next`: claims the best ready task in one step. */
import { urgency } from '../graph/order.ts';
import { readinessAt, readyRows } from '../graph/readiness.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import type { TaskId } from '../task/types.ts';
import { answerTask, makeChange, type TaskAnswer } from './change.ts';
import { planClaim } from './life.ts';
import type { Session } from './session.ts';

export interface NextInput {
  readonly labels?: readonly string[] | undefined;
  /** Length of the lease in milliseconds; undefined: as configured. */
  readonly lease?: number | undefined;
  readonly hold?: boolean | undefined;
  /** How long to wait for a task to become ready, in milliseconds. 0 or undefined: not at all. */
  readonly wait?: number | undefined;
}

/** `none`: nothing is ready; `open` says how much work remains. An expected outcome, not a failure. */
export type NextAnswer =
  | ({ readonly status: 'claimed' } & TaskAnswer)
  | { readonly status: 'none'; readonly open: number; readonly tip: string };

/** How often a waiting `next` looks at the branch again, in milliseconds. */
const POLL = 250;

/** Claims the most urgent ready task. Never hands out what anyone holds, the caller included. */
export async function claimNext(session: Session, input: NextInput = {}): Promise<NextAnswer> {
  const deadline = session.world.now() + (input.wait ?? 0);
  for (;;) {
    const answer = await tryNext(session, input);
    if (answer.status === 'claimed' || session.world.now() >= deadline) return answer;
    await session.world.sleep(Math.min(POLL, Math.max(1, deadline - session.world.now())));
  }
}

async function tryNext(session: Session, input: NextInput): Promise<NextAnswer> {
  const change = await makeChange(session, async (bench, context): Promise<TaskId | undefined> => {
    const id = bestReady(bench.snapshot, { now: context.now, labels: input.labels, list: session.onlyList });
    if (id !== undefined) await planClaim(bench, { ids: [id], lease: input.lease, hold: input.hold }, context);
    return id;
  });
  const { result: id, snapshot } = change;
  if (id !== undefined) return { status: 'claimed', ...(await answerTask(session, { ...change, result: id })) };
  let open = 0;
  for (let row = 0; row < snapshot.table.size; row++) if (snapshot.table.isOpen(row)) open++;
  return { status: 'none', open, tip: snapshot.tip };
}

interface Choice {
  readonly now: number;
  readonly labels: readonly string[] | undefined;
  readonly list: string | undefined;
}

function bestReady({ table }: Snapshot, { now, labels, list }: Choice): TaskId | undefined {
  const readiness = readinessAt(table, now);
  const compare = urgency(table);
  let best: number | undefined;
  for (const row of readyRows(readiness)) {
    if (list !== undefined && table.listOf(row) !== list) continue;
    if (labels !== undefined && !labels.every((label) => table.summary(row).labels?.includes(label) === true)) continue;
    if (best === undefined || compare(row, best) < 0) best = row;
  }
  return best === undefined ? undefined : table.id(best);
}

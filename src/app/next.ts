/** `next`: claims the best ready task in one step. */
import type { TasksError } from '../errors.ts';
import { urgency } from '../graph/order.ts';
import { isWork, readinessAt, readyRows } from '../graph/readiness.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import type { TaskId } from '../task/types.ts';
import { answerTask, makeChange, type PlanContext, type PlanVerb, type TaskAnswer } from './change.ts';
import type { ClaimOutcome } from './commit-claims.ts';
import { planClaim } from './life.ts';
import type { Session } from './session.ts';

export interface NextInput {
  readonly labels?: readonly string[] | undefined;
  /** Length of the lease in milliseconds; undefined: as configured. */
  readonly lease?: number | undefined;
  readonly hold?: boolean | undefined;
  /** How long to wait for a task to become ready, in milliseconds. 0 or undefined: not at all. */
  readonly wait?: number | undefined;
  /** The pause between two fetches from the remote while it waits, in milliseconds; undefined: nothing is fetched. */
  readonly fetch?: number | undefined;
  /** Is told of a remote that cannot be used, once until it can be used again. */
  readonly warn?: ((error: TasksError) => void) | undefined;
}

/** `none`: nothing is ready; `open` says how much work remains, in the session's list where it has one. An expected outcome, not a failure. */
export type NextAnswer =
  | ({ readonly status: 'claimed'; readonly claimed: ClaimOutcome } & TaskAnswer)
  | { readonly status: 'none'; readonly open: number; readonly tip: string };

/** Claims the most urgent ready task. Never hands out what anyone holds, the caller included. */
export async function claimNext(session: Session, input: NextInput = {}): Promise<NextAnswer> {
  let asked = session.world.now();
  const until = asked + (input.wait ?? 0);
  let answer = await tryNext(session, input);
  if (answer.status === 'claimed' || session.world.now() >= until) return answer;
  const { whileFetching } = await import('./fetch-often.ts');
  const { followTip } = await import('../events/follow-tip.ts');
  const { nextMoment } = await import('../events/clock.ts');
  // A moment that came while it was tried is one that the try may have missed.
  const momentAfter = async (tip: string): Promise<number> =>
    nextMoment((await session.ledger.openAt(tip)).table, asked);
  let due = await momentAfter(answer.tip);
  const known = answer.tip;
  const news = whileFetching(session, input, (signal) =>
    followTip(session, { known, dueAt: () => due, until, signal }),
  );
  // Whatever the news is, what is there now decides.
  while (answer.status === 'none' && (await news.next()).done !== true) {
    asked = session.world.now();
    answer = await tryNext(session, input);
    if (answer.status === 'none') due = await momentAfter(answer.tip);
  }
  await news.return(undefined);
  return answer;
}

async function tryNext(session: Session, input: NextInput): Promise<NextAnswer> {
  const plan: PlanVerb<TaskId | undefined> = async (bench, context) => {
    const choice = { labels: input.labels, list: session.onlyList };
    // A claim of this very command may have got through unheard: that is the task, and not a second one.
    const id = (await context.claims?.ownTask(bench)) ?? bestReady(bench.snapshot, context, choice);
    if (id !== undefined) await planClaim(bench, { ids: [id], lease: input.lease, hold: input.hold }, context);
    return id;
  };
  const change = await makeChange(session, plan, { claims: 'claim' });
  const { result: id, snapshot, claimed = { certainty: 'local' } } = change;
  if (id !== undefined)
    return { status: 'claimed', claimed, ...(await answerTask(session, { ...change, result: id })) };
  return { status: 'none', open: countOpen(snapshot, session.onlyList), tip: snapshot.tip };
}

/** How many tasks are open, of the list where there is one. */
function countOpen({ table }: Snapshot, list: string | undefined): number {
  let open = 0;
  for (let row = 0; row < table.size; row++)
    if (table.isOpen(row) && isWork(table, row) && (list === undefined || table.listOf(row) === list)) open++;
  return open;
}

interface Choice {
  readonly labels: readonly string[] | undefined;
  readonly list: string | undefined;
}

function bestReady({ table }: Snapshot, { now, author }: PlanContext, { labels, list }: Choice): TaskId | undefined {
  const readiness = readinessAt(table, now, author.actor);
  const compare = urgency(table);
  let best: number | undefined;
  for (const row of readyRows(readiness)) {
    if (list !== undefined && table.listOf(row) !== list) continue;
    if (labels !== undefined && !labels.every((label) => table.summary(row).labels?.includes(label) === true)) continue;
    if (best === undefined || compare(row, best) < 0) best = row;
  }
  return best === undefined ? undefined : table.id(best);
}

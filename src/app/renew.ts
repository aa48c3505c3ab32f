/** `renew`: says that a claim is still worked on. */
import { TasksError } from '../errors.ts';
import {
  confirmedClaim,
  type Holder,
  isHolder,
  isRenewalDue,
  leaseLength,
  leaseState,
  renewedClaim,
} from '../lease/lease.ts';
import { holderName } from '../ledger/rules.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import type { Claim, TaskId } from '../task/types.ts';
import {
  answerTasks,
  type Changed,
  makeChange,
  type PlanContext,
  type PlanVerb,
  type TasksAnswer,
  type WriteOptions,
} from './change.ts';
import type { Session } from './session.ts';
import type { Workbench } from './workbench.ts';

/** What `renew` can be told. */
export interface RenewInput {
  readonly ids: readonly string[];
  /** Length of the lease from now on in milliseconds; undefined: as before. */
  readonly lease?: number | undefined;
}

/** Extends leases that the caller holds. Before half of one has passed there is no need to, and nothing is written. */
export async function renewTasks(
  session: Session,
  input: RenewInput,
  options: WriteOptions = {},
): Promise<TasksAnswer> {
  const isForced = options.force === true;
  const plan: PlanVerb<TaskId[]> = (bench, context) => planRenew(bench, { ...input, isForced }, context);
  return answerTasks(session, await makeChange(session, plan, { ...options, claims: 'tell' }));
}

/** Which renewals are due. */
export interface RenewDueInput {
  /** Only these; all that the caller holds when undefined. */
  readonly ids?: ReadonlySet<TaskId> | undefined;
}

/**
 * How much of a lease must have passed to be renewed with another one that is due. Leases that begin a little apart would be
 * renewed apart for ever; like this they meet by the second renewal, whatever lies between them.
 */
const PASSED_TO_JOIN = 1 / 4;

/** Renews, in one commit, all claims of the caller that are due, and with them those that soon will be. Gives their ids. */
export async function renewDue(session: Session, input: RenewDueInput = {}): Promise<readonly TaskId[]> {
  const { world, warn } = session;
  const now = world.now();
  const own = ownClaims(await session.read(), session.author()).filter(({ id }) => input.ids?.has(id) !== false);
  if (!own.some(({ claim }) => isRenewalDue(claim, now))) return [];
  const held = own.flatMap(({ id, claim }) => (isRenewalDue(claim, now, PASSED_TO_JOIN) ? id : []));
  const plan: PlanVerb<TaskId[]> = (bench, context) => planDue(bench, held, context);
  const change: Changed<TaskId[]> = await makeChange(session, plan, { claims: 'tell' });
  for (const id of held.filter((one) => !change.result.includes(one))) warn(`${id} is not yours any more`);
  return change.result;
}

function ownClaims({ table }: Snapshot, author: Holder): { readonly id: TaskId; readonly claim: Claim }[] {
  const own: { readonly id: TaskId; readonly claim: Claim }[] = [];
  for (let row = 0; row < table.size; row++) {
    if (table.status(row) !== 'in_progress') continue;
    const { id, owner, claim } = table.summary(row);
    if (claim !== undefined && isHolder({ owner, claim }, author)) own.push({ id, claim });
  }
  return own;
}

/** Plans what is still held when it comes to that, and what nobody has renewed meanwhile. */
async function planDue(bench: Workbench, ids: readonly TaskId[], context: PlanContext): Promise<TaskId[]> {
  const held: TaskId[] = [];
  for (const id of ids) {
    const { owner, claim } = await bench.task(id);
    if (claim === undefined || !isHolder({ owner, claim }, context.author)) continue;
    if (leaseState(claim, context.now) === 'free') continue;
    const isForced = isRenewalDue(claim, context.now, PASSED_TO_JOIN);
    held.push(...(await planRenew(bench, { ids: [id], isForced }, context)));
  }
  return held;
}

/** Plans renewals. An expired lease that nobody took over is renewed too: its holder is alive after all. */
export async function planRenew(
  bench: Workbench,
  input: RenewInput & { readonly isForced?: boolean },
  context: PlanContext,
): Promise<TaskId[]> {
  if (input.ids.length === 0) throw new TasksError('usage', 'No task named', { hint: 'Give at least one id' });
  const ids = [...new Set(input.ids.map((name) => bench.find(name)))];
  const { author, claims, now } = context;
  for (const id of ids) {
    const { owner, claim } = await bench.task(id);
    if (claim === undefined || leaseState(claim, now) === 'free' || !isHolder({ owner, claim }, author)) {
      throw notHeld(bench, { id, owner, claim }, author.actor);
    }
    const renewed = renewedAs(claim, input, context);
    if (renewed === claim) continue;
    await bench.push({ op: 'renew', id, claim: renewed });
    if (claims !== undefined) claims.waits = true;
  }
  return ids;
}

/** The claim as it is to be; the same one when there is no need to write it. */
function renewedAs(
  claim: Claim,
  { lease, isForced }: Pick<RenewInput, 'lease'> & { readonly isForced?: boolean },
  context: PlanContext,
): Claim {
  const { claims, now } = context;
  const isWanted = isForced === true || lease !== undefined || isRenewalDue(claim, now);
  const length = lease ?? leaseLength(claim) ?? context.lease;
  const renewed = isWanted ? renewedClaim(claim, { lease: length, now }) : claim;
  return claims?.way === 'confirming' && claim.provisional === true ? confirmedClaim(renewed) : renewed;
}

function notHeld(
  { snapshot }: Workbench,
  { id, owner, claim }: { readonly id: TaskId; readonly owner: string | undefined; readonly claim: Claim | undefined },
  actor: string,
): TasksError {
  const name = snapshot.has(id) ? snapshot.short(id) : id;
  const holder = owner === undefined ? 'nobody holds it' : `it is held by ${holderName({ owner, claim })}`;
  return new TasksError('claimed', `${name} is not held by ${actor}: ${holder}`, {
    hint:
      owner === undefined
        ? `Claim it with: git tasks claim ${name}`
        : 'Wait for its release or the end of its lease: git tasks stale lists what ran out',
    data: { id, owner, claim },
  });
}

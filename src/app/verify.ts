/** `verify`: replays the history of the ledger and judges every change by the rules that it was made under. */
import type { Oid } from '../git/ports.ts';
import { resolveRevision } from '../ledger/history.ts';
import { replayHistory } from '../ledger/verify/replay.ts';
import type { Transition, VerifyCounts, VerifyFinding, VerifyRule } from '../ledger/verify/types.ts';
import { toInstant } from '../task/instant.ts';
import type { Session } from './session.ts';

export type { VerifyCounts, VerifyFinding, VerifyRule } from '../ledger/verify/types.ts';

export interface VerifyInput {
  /** A commit, ref or time: only what came after it is judged. */
  readonly since?: string | undefined;
  /** Tells every step in the life of every task, in the order of the history. */
  readonly transitions?: boolean | undefined;
  /** Is told now and then how many commits of how many are done. */
  readonly progress?: ((done: number, total: number) => void) | undefined;
}

/** A step in the life of a task, with its time as everywhere in JSON. */
export type VerifyTransition = Omit<Transition, 'at'> & { readonly at: string };

/** The answer of `verify`. `legal`: nothing was found. */
export interface VerifyAnswer {
  readonly legal: boolean;
  readonly findings: readonly VerifyFinding[];
  /** How many findings there are of each rule. */
  readonly byRule: Readonly<Partial<Record<VerifyRule, number>>>;
  readonly counts: Readonly<VerifyCounts>;
  /** How many tasks there are at the end. */
  readonly tasks: number;
  readonly tip: Oid;
  /** The commit whose state was taken as it is. */
  readonly since?: Oid;
  /** Where the history of a shallow clone ends: these states were taken as they are. */
  readonly cut: readonly Oid[];
  readonly transitions?: readonly VerifyTransition[];
}

/** Judges the history up to the tip, or up to where the session looks. Throws `damaged` where it cannot be followed. */
export async function verifyLedger(session: Session, input: VerifyInput = {}): Promise<VerifyAnswer> {
  const { repository } = session;
  const { tip } = await session.read();
  const since = input.since === undefined ? undefined : await resolveRevision(repository, tip, input.since);
  const report = await replayHistory(repository.objects, { ...input, tip, since });
  const { findings, counts, tasks, cut, transitions } = report;
  const byRule: Partial<Record<VerifyRule, number>> = {};
  for (const { rule } of findings) byRule[rule] = (byRule[rule] ?? 0) + 1;
  return {
    legal: findings.length === 0,
    findings,
    byRule,
    counts,
    tasks,
    tip,
    ...(since !== undefined && { since }),
    cut,
    ...(input.transitions === true && { transitions: transitions.map((one) => ({ ...one, at: instantOf(one.at) })) }),
  };
}

function instantOf(seconds: number): string {
  return toInstant(seconds * 1000);
}

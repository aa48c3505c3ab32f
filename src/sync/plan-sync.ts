/**
 * Decides what a sync has to do, from how the two sides stand. Pure.
 *
 * The scenarios are numbered, and the numbers appear in reports and in `docs/sync.md`.
 */
import type { Oid } from '../git/ports.ts';

/** How the two sides stand. */
export type Scenario =
  | { readonly number: 1; readonly name: 'same' }
  | { readonly number: 2; readonly name: 'ahead' }
  | { readonly number: 3; readonly name: 'behind' }
  | { readonly number: 4; readonly name: 'diverged' }
  | { readonly number: 5; readonly name: 'remote empty' }
  | { readonly number: 6; readonly name: 'remote damaged' }
  | { readonly number: 7; readonly name: 'no local branch' }
  | { readonly number: 8; readonly name: 'remote rewritten' }
  | { readonly number: 9; readonly name: 'no ledger anywhere' };

/** The name of a scenario. */
export type ScenarioName = Scenario['name'];

/** What to do: `take` makes the local branch, `join` brings in what came, `push` sends; `refuse` does nothing. */
export type Step = 'take' | 'join' | 'push' | 'refuse';

/** What is known when the plan is made. */
export interface Standing {
  /** The local branch; undefined where there is none. */
  readonly local: Oid | undefined;
  /** The remote's branch; null when it has none. */
  readonly remote: Oid | null;
  /** Whether what the remote has is a ledger that can be read. */
  readonly isLedger: boolean;
  /** Whether each side has commits that the other has not. Meaningless where one side is missing. */
  readonly hasOwn: { readonly local: boolean; readonly remote: boolean };
  /** Whether the remote has lost commits that it was seen with. */
  readonly isRewritten: boolean;
  /** Whether the person accepts that it has. */
  readonly acceptRewrite: boolean;
}

/** The scenario, and the steps in their order. */
export interface SyncPlan {
  readonly scenario: Scenario;
  readonly steps: readonly Step[];
}

/** The plan for how the sides stand. */
export function planSync(standing: Standing): SyncPlan {
  const { local, remote, isLedger, isRewritten, acceptRewrite } = standing;
  if (remote === null) {
    if (local === undefined) return { scenario: { number: 9, name: 'no ledger anywhere' }, steps: ['refuse'] };
    return { scenario: { number: 5, name: 'remote empty' }, steps: ['push'] };
  }
  if (!isLedger) return { scenario: { number: 6, name: 'remote damaged' }, steps: ['refuse'] };
  // Without a local branch nothing of this clone can be lost.
  if (local === undefined) return { scenario: { number: 7, name: 'no local branch' }, steps: ['take'] };
  if (local === remote) return { scenario: { number: 1, name: 'same' }, steps: [] };
  if (isRewritten) {
    const steps: readonly Step[] = acceptRewrite ? moves(standing).steps : ['refuse'];
    return { scenario: { number: 8, name: 'remote rewritten' }, steps };
  }
  return moves(standing);
}

function moves({ hasOwn }: Standing): SyncPlan {
  if (hasOwn.local && hasOwn.remote) return { scenario: { number: 4, name: 'diverged' }, steps: ['join', 'push'] };
  if (hasOwn.local) return { scenario: { number: 2, name: 'ahead' }, steps: ['push'] };
  return { scenario: { number: 3, name: 'behind' }, steps: ['join'] };
}

/** What a sync did. */
import type { Oid, RemoteTrouble } from '../git/ports.ts';
import type { TaskId } from '../task/types.ts';
import type { JoinedTask } from '../ledger/join/join.ts';
import type { Scenario, ScenarioName } from './plan-sync.ts';

/** A push that the remote did not take. */
export interface Refusal {
  /** The ref that it did not take. */
  readonly ref: string;
  readonly trouble: RemoteTrouble;
  /** The host's own words, as they came. */
  readonly reason: string;
  /** The ref that the work was pushed to instead; undefined: it is in this clone only. */
  readonly travelsOn?: string;
}

/** The report of one sync with one remote. */
export interface SyncReport {
  readonly remote: string;
  /** How the sides stood, at each attempt; the numbers are those of `planSync`. */
  readonly scenarios: readonly { readonly number: Scenario['number']; readonly name: ScenarioName }[];
  /** Commits that came, and that went. */
  readonly received: number;
  readonly sent: number;
  /** Tasks that both sides had changed, with the conflicts that came up. */
  readonly merged: readonly JoinedTask[];
  /** Merges that somebody made without our rules, and the tasks in which they had lost something: it is back. */
  readonly mended: readonly MendedMerge[];
  /** Branches of others' work that the remote had not let into the ledger's own branch, and that were joined here. */
  readonly adopted: readonly string[];
  readonly refused?: Refusal;
  /** How often it was tried: more than once when others pushed meanwhile. */
  readonly attempts: number;
  /** The local branch afterwards. */
  readonly tip: Oid;
}

/** A merge of somebody else's that was mended. */
export interface MendedMerge {
  readonly merge: Oid;
  readonly tasks: readonly TaskId[];
}

/** A report while it is being written. */
export class ReportDraft {
  readonly #remote: string;
  readonly #scenarios: Scenario[] = [];
  readonly #merged = new Map<string, JoinedTask>();
  readonly #adopted: string[] = [];
  readonly mended: MendedMerge[] = [];
  received: number = 0;
  sent: number = 0;
  refused: Refusal | undefined;

  constructor(remote: string) {
    this.#remote = remote;
  }

  /** How often it was tried until now. */
  get attempts(): number {
    return this.#scenarios.length;
  }

  /** Begins an attempt. */
  begin(scenario: Scenario): void {
    this.#scenarios.push(scenario);
  }

  /** Notes tasks that were merged; of one that was merged before, the conflicts add up. */
  merge(tasks: readonly JoinedTask[]): void {
    for (const { id, conflicts } of tasks) {
      this.#merged.set(id, { id, conflicts: [...(this.#merged.get(id)?.conflicts ?? []), ...conflicts] });
    }
  }

  /** Notes a branch that was joined. */
  adopt(ref: string): void {
    this.#adopted.push(ref);
  }

  /** The report, with the local branch at this commit. */
  at(tip: Oid): SyncReport {
    return {
      remote: this.#remote,
      scenarios: this.#scenarios,
      received: this.received,
      sent: this.sent,
      merged: [...this.#merged.values()],
      mended: this.mended,
      adopted: this.#adopted,
      ...(this.refused !== undefined && { refused: this.refused }),
      attempts: this.attempts,
      tip,
    };
  }
}

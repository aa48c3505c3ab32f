/** Checks merges by making them again: ours must come out byte for byte, others' must have lost nothing for good. */
import { TasksError } from '../../errors.ts';
import type { Commit } from '../../git/objects.ts';
import type { ObjectStore, Oid } from '../../git/ports.ts';
import type { LedgerIndex } from '../index/ledger-index.ts';
import { isForeignMerge, mendedBy } from '../join/foreign-history.ts';
import { prepareJoin } from '../join/join.ts';
import { recheckMerges } from '../join/recheck.ts';
import type { VerifyCounts, VerifyFinding } from './types.ts';

/** The merges of a history, and the commits that mended some of them. */
export interface MergeChecks {
  /** Checks a merge, or puts off what can only be told at the end. */
  check(index: LedgerIndex, oid: Oid, commit: Commit): Promise<void>;
  /** Whether the commit mends a merge; it is checked at the end. */
  isMend(oid: Oid, commit: Commit): boolean;
  /** Makes the merges again that were made without git-tasks. */
  finish(index: LedgerIndex, tip: Oid): Promise<void>;
}

interface Report {
  readonly counts: VerifyCounts;
  readonly findings: VerifyFinding[];
}

/** Checks that add to a report. */
export function mergeChecks(store: ObjectStore, { counts, findings }: Report): MergeChecks {
  const foreign = new Set<Oid>();
  const mends = new Map<Oid, Oid>();
  const found = (commit: Oid, message: string): void => void findings.push({ rule: 'merge', commit, message });
  return {
    check: async (index, oid, commit) => {
      if (isForeignMerge(commit)) {
        counts.foreignMerges++;
        foreign.add(oid);
        return;
      }
      const made = await withinReach(() => remadeBy(store, index, commit));
      if (made === undefined) counts.uncheckedMerges++;
      else if (made === oid) counts.merges++;
      else found(oid, 'It is written as a merge of ours, and is not what joining its parents gives');
    },
    isMend: (oid, commit) => {
      const merge = mendedBy(commit);
      if (merge !== undefined) mends.set(oid, merge);
      return merge !== undefined;
    },
    finish: async (index, tip) => {
      if (foreign.size === 0 && mends.size === 0) return;
      const recheck = await withinReach(() => recheckMerges(store, index.fork(), { tip }));
      if (recheck === undefined) {
        counts.uncheckedMerges += foreign.size;
        return;
      }
      const needed = new Map(recheck.all.map((mend) => [mend.commit, mend]));
      const open = new Set(recheck.mends.map(({ commit }) => commit));
      for (const { merge, commit, tasks } of recheck.all) {
        if (!foreign.has(merge)) continue;
        if (!open.has(commit)) counts.mendedMerges++;
        else
          found(
            merge,
            `It was made without git-tasks and lost changes of ${tasks.length} task(s); nothing mends it yet`,
          );
      }
      for (const [oid, merge] of mends) {
        if (needed.get(oid)?.merge !== merge)
          found(
            oid,
            `It is written as a repair of the merge ${merge.slice(0, 12)}, and is not what repairing it gives`,
          );
      }
    },
  };
}

async function remadeBy(store: ObjectStore, index: LedgerIndex, { parents }: Commit): Promise<Oid> {
  const [x = '', y = ''] = parents;
  const { joined } = await prepareJoin(store, index.fork(), { x, y });
  return joined.tip;
}

/** Undefined where a shallow clone ends before what both sides have in common. */
async function withinReach<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TasksError && error.code === 'unsupported') return undefined;
    throw error;
  }
}

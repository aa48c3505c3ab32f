/** What would make a task ready, in words. */
import { isClosedGate, isReady, type Readiness, type Reason, reasonsAgainst } from '../graph/readiness.ts';
import { NONE } from '../graph/table.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { inWords } from '../task/in-words.ts';
import type { TaskId } from '../task/types.ts';

/** How many steps an answer names. */
const MAX_STEPS = 5;

/** One step on the way. */
export interface NextStep {
  readonly do: 'complete' | 'open-gate' | 'unblock' | 'wait' | 'hand-over' | 'reopen';
  /** The task or gate that it is about. */
  readonly id: TaskId;
  /** `complete 7kq3`. */
  readonly text: string;
}

/** The steps that lead to the first row, which stands before the rows that it waits for. */
export function stepsFor(
  snapshot: Snapshot,
  readiness: Readiness,
  rows: readonly number[],
): { readonly steps: readonly NextStep[]; readonly total: number } {
  const [first = NONE, ...others] = rows;
  const all = new Map<string, NextStep>();
  const add = (step: NextStep | undefined): void => {
    if (step !== undefined && !all.has(step.text)) all.set(step.text, step);
  };
  for (const row of [first, ...others]) {
    if (row !== first && isReady(readiness, row)) add(completion(snapshot, row));
    for (const reason of reasonsAgainst(readiness, row)) add(stepFor(snapshot, row, reason));
  }
  return { steps: [...all.values()].slice(0, MAX_STEPS), total: all.size };
}

function completion(snapshot: Snapshot, row: number): NextStep {
  const id = snapshot.table.id(row);
  return { do: 'complete', id, text: `complete ${snapshot.short(id)}` };
}

/** The step that ends a reason; none where it ends with another task that has steps of its own. */
function stepFor(snapshot: Snapshot, row: number, reason: Reason): NextStep | undefined {
  const { table } = snapshot;
  const id = table.id(row);
  const name = snapshot.short(id);
  switch (reason.kind) {
    case 'status':
      if (reason.status === 'in_progress') return { do: 'wait', id, text: `wait for ${name}` };
      return { do: 'reopen', id, text: `reopen ${name}` };
    case 'claimed':
      return { do: 'wait', id, text: `wait for ${name} (${inWords(reason.owner ?? 'somebody')})` };
    case 'deferred':
      return { do: 'wait', id, text: `wait until ${reason.until}` };
    case 'scope':
      return { do: 'wait', id: reason.id, text: `wait for ${snapshot.short(reason.id)}` };
    case 'own-work':
      return { do: 'hand-over', id, text: `let somebody else take ${name}` };
    case 'gate':
      return { do: 'open-gate', id: reason.id, text: `open gate ${inWords(reason.name)}` };
    case 'blocker':
      return blockerStep(snapshot, { id, name }, reason);
    case 'not-work':
      return isClosedGate(table, row)
        ? { do: 'open-gate', id, text: `open gate ${inWords(table.summary(row).subject)}` }
        : undefined;
    case 'child':
      return undefined;
  }
}

function blockerStep(
  snapshot: Snapshot,
  { id, name }: { readonly id: TaskId; readonly name: string },
  { id: blocker, status }: Extract<Reason, { readonly kind: 'blocker' }>,
): NextStep | undefined {
  if (status === 'pending' || status === 'in_progress') return undefined;
  const other = status === 'missing' ? blocker : snapshot.short(blocker);
  return { do: 'unblock', id, text: `git tasks set ${name} --unblock ${other} (${status})` };
}

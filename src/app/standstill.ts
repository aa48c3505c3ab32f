/** A plan that stands still, in words: `stats`, `lint`, `next` and `ready` say the same. */
import { type DeadlockScope, findDeadlock, type HeldUp, type StopCause } from '../graph/deadlock.ts';
import type { Readiness } from '../graph/readiness.ts';
import { NONE } from '../graph/table.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { isTaskId } from '../task/ids.ts';
import type { TaskId } from '../task/types.ts';

/** How many causes an answer names; `total` says how many there are. */
const MAX_CAUSES = 10;

/** One cause: what it is, how much waits for it, and what would end it. */
export interface StandstillCause {
  readonly kind: StopCause['kind'];
  readonly id: TaskId;
  readonly short: string;
  readonly holdsUp: number;
  /** `the gate release is closed`. */
  readonly message: string;
  /** The command that would end it. */
  readonly hint: string;
}

/** Work remains, nothing of it is ready, nobody is working, and no moment will change that. */
export interface Standstill {
  /** How many tasks are open, all of them waiting. */
  readonly open: number;
  /** The causes that hold up most. */
  readonly causes: readonly StandstillCause[];
  /** How many causes there are. */
  readonly total: number;
}

/** The standstill of the ledger, or of one list; undefined when something can move. */
export function standstillOf(snapshot: Snapshot, readiness: Readiness, list?: string): Standstill | undefined {
  const scope: DeadlockScope = { list, damaged: damagedIds(snapshot) };
  const deadlock = findDeadlock(readiness, scope);
  if (deadlock === undefined) return undefined;
  const causes = deadlock.causes.slice(0, MAX_CAUSES).map((cause) => causeOf(snapshot, cause));
  return { open: deadlock.open, causes, total: deadlock.causes.length };
}

/** Whether somebody has to mend the plan. A closed gate is as it should be: whoever closed it will open it. */
export function isBroken({ causes }: Standstill): boolean {
  return causes.some(({ kind }) => kind !== 'gate');
}

function damagedIds({ damaged }: Snapshot): Set<TaskId> {
  const names = damaged.map(({ path }) => path.slice(path.lastIndexOf('/') + 1).replace(/\.yaml$/, ''));
  return new Set(names.filter(isTaskId));
}

function causeOf(snapshot: Snapshot, cause: HeldUp): StandstillCause {
  const { kind, id, holdsUp } = cause;
  const row = snapshot.table.rowOf(id);
  const short = row === NONE ? id : snapshot.short(id);
  const subject = row === NONE ? '' : ` ${snapshot.table.summary(row).subject}`;
  return { kind, id, short, holdsUp, ...wordsFor(cause, { short, subject, snapshot }) };
}

interface Words {
  readonly message: string;
  readonly hint: string;
}

function wordsFor(
  cause: StopCause,
  { short, subject, snapshot }: { readonly short: string; readonly subject: string; readonly snapshot: Snapshot },
): Words {
  switch (cause.kind) {
    case 'gate':
      return { message: `the gate ${cause.name} is closed`, hint: `git tasks gate open ${short}` };
    case 'cancelled':
      return { message: `${short}${subject} is cancelled`, hint: `git tasks cancel ${short} --unblock` };
    case 'missing':
      return cause.damaged === true
        ? { message: `the file of ${cause.id} cannot be read`, hint: 'git tasks doctor' }
        : { message: `no task has the id ${cause.id}`, hint: `git tasks set ID --unblock ${cause.id}` };
    case 'not-work':
      return {
        message: `${short}${subject} is of the kind ${cause.of}, which this version does not know`,
        hint: `git tasks show ${short}`,
      };
    case 'cycle': {
      const names = [...cause.ids, cause.id].map((id) => snapshot.short(id));
      return { message: `these wait for each other: ${names.join(' -> ')}`, hint: 'git tasks doctor' };
    }
  }
}

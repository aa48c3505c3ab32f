/**
 * Looks at the members of a process group. That needs /proc, so Linux; elsewhere nothing is known of them.
 *
 * A process that has ended stays a member until its parent has taken note. Where nobody does, as in a container whose first
 * program is not made for it, a group that is signalled seems to live for ever.
 */
import { readFileSync } from 'node:fs';
import { isSystemFault } from '../errors.ts';
import { allProcesses } from './strays.ts';

/** Whether all that is left of a group has ended. False where that cannot be told. */
export function hasEnded(leader: number): boolean {
  const states = allProcesses().flatMap((pid) => stateIn(leader, pid) ?? []);
  return states.length > 0 && states.every((state) => state === 'Z' || state === 'X');
}

/** The state of a process, as one letter; undefined when it is gone or not of this group. */
function stateIn(leader: number, pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The program's name stands in parentheses and may hold blanks and parentheses itself.
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(group) === leader ? state : undefined;
  } catch (error) {
    if (isSystemFault(error)) return undefined;
    throw error;
  }
}

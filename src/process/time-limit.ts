/** A limit on how long a command may take. */
import type { Group } from './group.ts';

/** A timer of Node is at most that long, in milliseconds. */
const MAX_TIMER = 2 ** 31 - 1;

/**
 * Calls `onLate` when the command of a group still runs after so many milliseconds. To clear up after it (what it left
 * running, what it wrote) does not count: that may take longer than the command did.
 */
export function limitTime({ exited }: Pick<Group, 'exited'>, limit: number, onLate: () => void): void {
  let isOver = false;
  // A busy program hears late of both: of an end that is there already it is told before `setImmediate`.
  const late = (): void => void setImmediate(() => isOver || onLate());
  const timer = setTimeout(late, Math.min(limit, MAX_TIMER));
  const heedEnd = async (): Promise<void> => {
    await exited;
    isOver = true;
    clearTimeout(timer);
  };
  void heedEnd();
}

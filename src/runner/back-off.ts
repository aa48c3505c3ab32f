/** How long to wait before a task that failed is tried again. Pure. */

/** The longest pause, in milliseconds. */
const LONGEST = 5 * 60_000;

/**
 * Milliseconds: `base` after the first failure, and twice as much after each further one. Up to a quarter more or less by
 * `chance` (0 to 1), so that what failed together does not come back together.
 */
export function backOff(base: number, failures: number, chance: number): number {
  const pause = Math.min(LONGEST, base * 2 ** Math.max(0, failures - 1));
  return Math.round(pause * (0.75 + chance / 2));
}

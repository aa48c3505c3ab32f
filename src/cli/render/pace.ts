/** How fast a run goes, and how long the rest will take at that. Pure. */

/** The pace of the last minutes. */
export interface Pace {
  /** Says that a task has ended for good at this time (milliseconds since 1970). */
  ended(now: number): void;
  /** Tasks a minute; undefined while too few have ended to tell. */
  perMinute(now: number): number | undefined;
}

/** Older ends say nothing about now. In milliseconds. */
const WINDOW = 5 * 60_000;

/** So many ends are enough to tell a pace, and all that are remembered. */
const MAX_ENDS = 200;

/** Fewer ends than this are chance. */
const MIN_ENDS = 3;

/**
 * A pace that begins now. It is the number of ends in the last five minutes (or since the beginning, or the last 200), divided by
 * that time. It is unknown until as many tasks have ended as run at once: before, the first ones are still under way.
 */
export function createPace(start: number, jobs: number): Pace {
  const enough = Math.max(MIN_ENDS, Math.min(jobs, MAX_ENDS));
  let ends: number[] = [];
  let total = 0;
  let from = start;
  return {
    ended: (now) => {
      total++;
      ends.push(now);
      // The first of them is where the time begins from then on, and no longer one of those that it saw.
      if (ends.length > MAX_ENDS) from = Math.max(from, ends.shift() ?? from);
    },
    perMinute: (now) => {
      from = Math.max(from, now - WINDOW);
      ends = ends.filter((end) => end > from);
      return total < enough || now <= from ? undefined : (ends.length * 60_000) / (now - from);
    },
  };
}

/** Milliseconds that so many tasks take at this pace; undefined where nobody knows. */
export function timeLeft(tasks: number, perMinute: number | undefined): number | undefined {
  if (tasks === 0) return 0;
  return perMinute === undefined || perMinute === 0 ? undefined : (tasks * 60_000) / perMinute;
}

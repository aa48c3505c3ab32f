/** Something to sleep on that others can end, also before anybody sleeps. */
export interface Wake {
  /** Ends the sleep, or the next one where nobody sleeps. */
  now(): void;
  /** Resolves when it is ended, or at this moment (milliseconds since 1970; Infinity: never). */
  until(moment: number): Promise<void>;
}

/** A timer of Node is at most that long. */
const MAX_TIMER = 2 ** 31 - 1;

/** A wake by this clock. */
export function createWake(world: { now(): number }): Wake {
  const now = (): number => world.now();
  let isWanted = false;
  let resolveSleep: (() => void) | undefined;
  const wake = (): void => {
    isWanted = true;
    resolveSleep?.();
  };
  return {
    now: wake,
    until: async (moment) => {
      if (!isWanted && moment > now()) {
        await new Promise<void>((done) => {
          const pause = Math.max(0, moment - now());
          const timer = pause === Number.POSITIVE_INFINITY ? undefined : setTimeout(done, Math.min(pause, MAX_TIMER));
          resolveSleep = (): void => {
            clearTimeout(timer);
            done();
          };
        });
      }
      resolveSleep = undefined;
      isWanted = false;
    },
  };
}

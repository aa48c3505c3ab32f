/** A watcher that is waited for only as long as the run goes on: a reader that has stopped to read may not keep it from its end. */
import type { RunWatcher } from './run-event.ts';

/**
 * The watcher, with the patience of one that is to end at the signal. After that events are handed over and not waited for,
 * and lines are left out while an earlier one is still pending, since nothing bounds them any more.
 */
export function impatient(watcher: RunWatcher, stop: AbortSignal): RunWatcher {
  const { line } = watcher;
  const waiting = new Set<() => void>();
  stop.addEventListener('abort', () => {
    for (const end of waiting) end();
  });
  let pending = 0;
  const waitFor = async (work: Promise<void>): Promise<void> => {
    pending++;
    const settled = work.finally(() => pending--);
    // Not one promise of the signal in a race with each event: it would remember all of them.
    await new Promise<void>((resolve, reject) => {
      const end = (): void => {
        waiting.delete(end);
        resolve();
      };
      settled.then(end, (error: unknown) => {
        waiting.delete(end);
        reject(error);
      });
      if (stop.aborted) end();
      else waiting.add(end);
    });
  };
  const orStopped = (work: void | Promise<void>): void | Promise<void> => (work === undefined ? work : waitFor(work));
  return {
    event: (one) => orStopped(watcher.event(one)),
    line: line === undefined ? undefined : (one) => (stop.aborted && pending > 0 ? undefined : orStopped(line(one))),
  };
}

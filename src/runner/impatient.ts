/** A watcher that is waited for only as long as the run goes on: a reader that has stopped to read may not keep it from its end. */
import type { RunWatcher } from './run-event.ts';

/**
 * The watcher, with the patience of one that is to end at the signal. After that events are handed over and not waited for,
 * and lines are left out while an earlier one is still pending, since nothing bounds them any more.
 */
export function impatient(watcher: RunWatcher, stop: AbortSignal): RunWatcher {
  const { line } = watcher;
  const stopped = new Promise<void>((resolve) => {
    if (stop.aborted) resolve();
    else stop.addEventListener('abort', () => resolve());
  });
  let pending = 0;
  const waitFor = async (work: Promise<void>): Promise<void> => {
    pending++;
    const settled = work.finally(() => pending--);
    await Promise.race([settled, stopped]);
  };
  const orStopped = (work: void | Promise<void>): void | Promise<void> => (work === undefined ? work : waitFor(work));
  return {
    event: (one) => orStopped(watcher.event(one)),
    line: line === undefined ? undefined : (one) => (stop.aborted && pending > 0 ? undefined : orStopped(line(one))),
  };
}

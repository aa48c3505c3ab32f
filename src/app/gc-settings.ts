/** Whether housekeeping may start by itself. */
import { configFlag, configInteger } from '../git/config.ts';
import type { Repository } from '../git/ports.ts';

/** `tasks.gc`, and git's own settings for the same: whoever turned those off does not want ours either. */
export function isAutomaticGcWanted({ config }: Repository): boolean {
  return (
    configFlag(config, 'tasks.gc', true) === true &&
    configFlag(config, 'maintenance.auto', true) === true &&
    configInteger(config, 'gc.auto', 1) > 0
  );
}

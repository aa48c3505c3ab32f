/** Who looks on while checks run. */
import type { CheckRun } from './runs.ts';

/** Is told how checks go on. */
export interface CheckWatcher {
  started(name: string, command: string): void;
  /** What a check prints, while it runs. Safe to show. */
  output(text: string): void;
  ended(run: CheckRun): void;
}

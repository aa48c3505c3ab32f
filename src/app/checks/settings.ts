/**
 * What the configuration says of checks. It is the only place where a command comes from: `tasks.check.<name>` of git's own
 * configuration, which no fetch and no checkout can change. A task gives names, and a name is only ever looked up.
 */
import { TasksError } from '../../errors.ts';
import { configInteger } from '../../git/config.ts';
import type { GitConfig } from '../../git/ports.ts';
import { isCheckName } from '../../task/completion.ts';
import { parseDuration } from '../../task/duration.ts';

const TIMEOUT = '10m';

/** Bytes of the end of an output that go into the ledger. */
const KEPT_OUTPUT = 4000;
const MAX_OUTPUT = 100_000;

/** The command of a check; undefined where there is none, or an empty one. */
export function checkCommand(config: GitConfig, name: string): string | undefined {
  const command = isCheckName(name) ? config.get(`tasks.check.${name}`) : undefined;
  return command === undefined || command.trim() === '' ? undefined : command;
}

/** How long a check may take, in milliseconds: `tasks.checkTimeout`. Throws `invalid` when that is no length of time. */
export function checkTimeout(config: GitConfig): number {
  try {
    return parseDuration(config.get('tasks.checkTimeout') ?? TIMEOUT);
  } catch (error) {
    if (!(error instanceof TasksError)) throw error;
    const hint = 'Correct it: git config tasks.checkTimeout 10m';
    throw new TasksError('invalid', `The git setting tasks.checkTimeout: ${error.message}`, { hint, cause: error });
  }
}

/** How many bytes of the end of an output are recorded: `tasks.checkOutput`, 0 for none. */
export function keptOutput(config: GitConfig): number {
  return Math.min(MAX_OUTPUT, Math.max(0, configInteger(config, 'tasks.checkOutput', KEPT_OUTPUT)));
}

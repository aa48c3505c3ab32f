/**
 * Fixes git on one repository: whatever the environment or the current folder says, the command works there.
 *
 * Hooks are off, because no other backend runs them either: a `reference-transaction` hook that calls `git tasks` would
 * wait for itself. Replacement refs are off, because what is stored under an id is what the ledger means.
 */
import { delimiter } from 'node:path';
import { devNull } from 'node:os';
import type { Env } from '../../world.ts';
import type { GitCommandOptions } from './git-command.ts';

/** A repository as git is pointed to it. Paths are absolute. */
export interface Place {
  readonly gitDir: string;
  readonly commonDir: string;
  readonly env: Env;
  /** A further objects folder to read: what a push has brought, while a hook judges it. */
  readonly quarantine: string | undefined;
}

/** Options that stand before the name of every git command of a store. */
export const STORE_OPTIONS: readonly string[] = ['--no-replace-objects', '-c', `core.hooksPath=${devNull}`];

/** How a command is run on the repository. */
export function optionsAt({ gitDir, commonDir, env, quarantine }: Place): GitCommandOptions & {
  readonly variables: Readonly<Record<string, string>>;
} {
  const variables = {
    GIT_DIR: gitDir,
    ...(gitDir !== commonDir && { GIT_COMMON_DIR: commonDir }),
    ...(quarantine !== undefined && { GIT_ALTERNATE_OBJECT_DIRECTORIES: quotedPath(quarantine) }),
  };
  return { cwd: commonDir, env, variables };
}

/** A path in a list of paths (git(1), "GIT_ALTERNATE_OBJECT_DIRECTORIES"). */
function quotedPath(path: string): string {
  if (!path.startsWith('"') && !path.includes(delimiter)) return path;
  return `"${path.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

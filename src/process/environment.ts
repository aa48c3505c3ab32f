/** The environment of commands that the user has chosen. */
import type { Env } from '../world.ts';

/**
 * Variables that tell git where a repository is (`git rev-parse --local-env-vars`, and those of pushes). Git sets them in
 * hooks; a command that inherited them would work on the wrong index, and its own `git init` would damage this repository.
 */
const OF_REPOSITORY =
  /^GIT_(?:ALTERNATE_OBJECT_DIRECTORIES|CONFIG|CONFIG_PARAMETERS|CONFIG_COUNT|CONFIG_KEY_\d+|CONFIG_VALUE_\d+|OBJECT_DIRECTORY|DIR|WORK_TREE|IMPLICIT_WORK_TREE|GRAFT_FILE|INDEX_FILE|NO_REPLACE_OBJECTS|REPLACE_REF_BASE|PREFIX|SHALLOW_FILE|COMMON_DIR|INTERNAL_SUPER_PREFIX|NAMESPACE|QUARANTINE_PATH|PUSH_OPTION_.*)$/;

/** The environment for a command: what we have ourselves, but not which repository a hook works on, and these variables. */
export function commandEnvironment(env: Env, variables: Readonly<Record<string, string>>): Env {
  const kept = Object.entries(env).filter(([key]) => !OF_REPOSITORY.test(key));
  return { ...Object.fromEntries(kept), ...variables };
}

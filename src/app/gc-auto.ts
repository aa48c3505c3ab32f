/** Starts `gc` by itself after a change, when enough has piled up, in a process of its own that nobody waits for. */
import { gitEnvironment } from '../git/system/git-command.ts';
import { startDetached } from '../git/system/detached.ts';
import { privateFolder } from '../ledger/ledger.ts';
import { isWorthTidying } from '../ledger/tidy/state.ts';
import { isAutomaticGcWanted } from './gc-settings.ts';
import { filesWorldOf, objectsDirOf } from './object-files.ts';
import type { Session } from './session.ts';

/** Looks whether it is worth it, and starts it if so. Costs a listing of two folders, and a process where it starts. */
export function startGc(session: Session): void {
  const { repository, world } = session;
  const { commonDir, gitDir } = repository;
  const objectsDir = objectsDirOf(session);
  if (objectsDir !== `${commonDir}/objects` || !isAutomaticGcWanted(repository)) return;
  if (!isWorthTidying({ folder: privateFolder(repository), objectsDir, files: filesWorldOf(session) })) return;
  // As a part of another program there is nothing to start but git, which packs as soon as it thinks fit.
  const [program, ...script] = world.executable ?? [];
  const command: readonly [string, ...string[]] =
    program === undefined ? ['git', 'maintenance', 'run', '--auto', '--quiet'] : [program, ...script, 'gc', '--auto'];
  startDetached(command, { cwd: commonDir, env: { ...gitEnvironment(world.env), GIT_DIR: gitDir } });
}

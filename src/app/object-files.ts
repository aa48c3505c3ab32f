/** What the files of a git folder are read and written with, for those who look below the ports. */
import { join, resolve } from 'node:path';
import type { FilesWorld } from '../git/files/file-system.ts';
import type { Session } from './session.ts';

/** The world of the `files` backend, as the session has it. */
export function filesWorldOf({ world, repository }: Session): FilesWorld {
  return {
    fs: repository.fs,
    now: () => world.now(),
    random: (length) => world.random(length),
    sleep: (milliseconds) => world.sleep(milliseconds),
    identity: world.identity,
    isRunning: (identity) => world.isRunning(identity),
  };
}

/** The folder of the repository's own objects. Absolute. */
export function objectsDirOf({ world, repository }: Session): string {
  return resolve(world.cwd, world.env['GIT_OBJECT_DIRECTORY'] || join(repository.commonDir, 'objects'));
}

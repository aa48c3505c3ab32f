/** The setting that makes stock git merge task files by our rule: `merge.git-tasks.driver` (gitattributes(5)). */
import { chmodSync, existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { TasksError } from '../errors.ts';
import { removeSettings } from '../git/config-edit.ts';
import { acquireLock } from '../git/files/lock-file.ts';
import { filesWorldOf } from './object-files.ts';
import type { Session } from './session.ts';

/** `set`: written now. `there`: nothing to do. `none`: nobody to run, or nowhere to write it. */
export type DriverSetting = 'set' | 'there' | 'none';

const KEY = 'merge.git-tasks.driver';

/** What git puts in: the three versions and the path, which git quotes itself. */
const ARGUMENTS = 'merge-driver %O %A %B %P';

/** How long to wait for somebody who writes the configuration, in milliseconds. */
const LOCK_TIMEOUT = 5000;

/** Writes the setting into the repository's own configuration, unless somebody has set another driver by that name. */
export async function ensureDriver(session: Session): Promise<DriverSetting> {
  const { repository, world } = session;
  const file = join(repository.commonDir, 'config');
  if (world.executable === undefined || !existsSync(file)) return 'none';
  const wanted = driverCommand(world.executable);
  const known = repository.config.get(KEY);
  if (known !== undefined && (known === wanted || !known.includes(ARGUMENTS))) return 'there';
  try {
    await writeSetting(session, realpathSync(file), wanted);
    return 'set';
  } catch (error) {
    // Without the setting stock git merges by lines, and the next sync mends that: no reason to refuse the ledger.
    if (!(error instanceof TasksError)) throw error;
    return 'none';
  }
}

/** This very program, and where it is gone (a cache of npx that was cleared) whatever `git tasks` is. */
function driverCommand(program: readonly string[]): string {
  const quoted = program.map((path) => `'${path.replaceAll("'", String.raw`'\''`)}'`);
  return `if test -f ${quoted.at(-1)}; then ${quoted.join(' ')} ${ARGUMENTS}; else git tasks ${ARGUMENTS}; fi`;
}

async function writeSetting(session: Session, file: string, command: string): Promise<void> {
  const lock = await acquireLock(file, { world: filesWorldOf(session), timeout: LOCK_TIMEOUT, shared: undefined });
  try {
    const text = removeSettings(readFileSync(file, 'utf8'), file, (key) => key.startsWith('merge.git-tasks.'));
    const section = `[merge "git-tasks"]\n\tname = tasks, field by field\n\tdriver = ${configValue(command)}\n`;
    lock.write(Buffer.from(`${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${section}`), true);
    // A config may hold credentials: the new file is as closed as the old one.
    chmodSync(lock.path, statSync(file).mode & 0o777);
    lock.commit();
  } finally {
    lock.release();
  }
}

/** A value as the file holds it: in quotes, since `;` and `#` begin a comment. */
function configValue(text: string): string {
  return `"${text.replaceAll(/[\\"]/g, String.raw`\$&`)}"`;
}

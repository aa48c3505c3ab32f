/** Fetches the ledger anew from the remotes, beside the repository, to take from there what is lost here. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { TasksError } from '../../errors.ts';
import { type OpenedRepository, openRepository } from '../../git/open.ts';
import type { ObjectStore } from '../../git/ports.ts';
import { runGit } from '../../git/system/git-command.ts';
import { privateFolder } from '../../ledger/ledger.ts';
import type { Scene } from './finding.ts';

/** Longest time for one remote, in milliseconds. */
const TIMEOUT = 120_000;

/** The ledger as a remote has it. */
export interface Rescue {
  readonly remote: string;
  readonly objects: ObjectStore;
}

/**
 * The ledger of each remote that has one, in a scratch repository that is gone afterwards.
 *
 * A fetch into the damaged repository itself would not do: git believes that it has what its refs reach, asks for
 * nothing, and stops at the first torn object that it meets.
 */
export async function* fetchRescues(scene: Scene): AsyncGenerator<Rescue> {
  const { repository, ledger } = scene.session;
  for (const remote of remoteNames(scene)) {
    const folder = join(privateFolder(repository), `rescue-${Buffer.from(scene.files.random(6)).toString('hex')}`);
    let fetched: OpenedRepository | undefined;
    try {
      if (!fetchInto(scene, folder, { remote, ref: ledger.ref })) continue;
      fetched = await openScratch(scene, folder);
      yield { remote, objects: fetched.objects };
    } finally {
      fetched?.release();
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

function openScratch({ files }: Scene, folder: string): Promise<OpenedRepository> {
  return openRepository({
    cwd: folder,
    env: { GIT_DIR: folder },
    now: () => files.now(),
    random: (length) => files.random(length),
    sleep: (milliseconds) => files.sleep(milliseconds),
  });
}

function remoteNames({ session }: Scene): string[] {
  const keys = [...session.repository.config.entries('remote.').keys()];
  const names = keys.flatMap((key) => /^remote\.(.+)\.url$/.exec(key)?.[1] ?? []);
  const first = session.repository.config.get('tasks.remote') ?? 'origin';
  return names.sort((a, b) => Number(b === first) - Number(a === first));
}

function fetchInto({ session }: Scene, folder: string, { remote, ref }: { remote: string; ref: string }): boolean {
  const { commonDir, workTree, objects } = session.repository;
  const { env } = session.world;
  mkdirSync(folder, { recursive: true });
  const format = objects.oidLength === 64 ? ['--object-format=sha256'] : [];
  // The settings of the repository go along: its remotes, credentials and proxies. Relative urls start at its top.
  const settings = ['-c', `include.path=${join(commonDir, 'config')}`, '-c', 'core.bare=true', '-c', 'gc.auto=0'];
  const fetch = [
    'fetch',
    '--quiet',
    '--no-tags',
    '--no-write-fetch-head',
    '--refmap=',
    remote,
    `+${ref}:refs/heads/rescue`,
  ];
  try {
    const made = runGit(['init', '--quiet', '--bare', ...format, folder], { cwd: commonDir, env });
    if (made.code !== 0) return false;
    const options = { cwd: workTree ?? commonDir, env, timeout: TIMEOUT };
    return runGit([`--git-dir=${folder}`, ...settings, ...fetch], options).code === 0;
  } catch (error) {
    // No git here, or the remote does not answer: then there is nothing to be had from it.
    if (error instanceof TasksError) return false;
    throw error;
  }
}

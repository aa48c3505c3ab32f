/** Opens the stores of a repository through git, after git has said that it can. */
import { join } from 'node:path';
import { TasksError } from '../../errors.ts';
import type { FilesWorld, FsyncPolicy } from '../files/file-system.ts';
import type { WhySystem } from '../format.ts';
import type { GitConfig } from '../ports.ts';
import { runGit } from './git-command.ts';
import { SystemObjectStore } from './object-store.ts';
import { optionsAt, type Place } from './place.ts';
import { promisorRemotes } from './promised.ts';
import { SystemRefStore } from './ref-store.ts';

/** The oldest git that the contract is kept with. */
const OLDEST = { major: 2, minor: 34 } as const;

/** Since this version `core.fsync` says what is synced. */
const FSYNC_SINCE = { major: 2, minor: 36 } as const;

/** What the stores are opened on. */
export interface SystemStoreOptions {
  readonly world: FilesWorld;
  readonly place: Place;
  readonly config: GitConfig;
  readonly fsync: FsyncPolicy;
  readonly lockTimeout: number;
  /** Why git has to serve this repository, for the message where it cannot. */
  readonly why: WhySystem;
}

/** Both stores, and what no file tells where refs are not files. */
export interface SystemStores {
  readonly objects: SystemObjectStore;
  readonly refs: SystemRefStore;
  readonly headOf?: (gitDir: string) => string | undefined;
}

/** Opens the stores. Throws `unsupported` when there is no git, an old one, or one that refuses the repository. */
export function openSystemStores(options: SystemStoreOptions): SystemStores {
  const { world, place, config, fsync, lockTimeout, why } = options;
  const version = gitVersion(place, why);
  assertOpens(place, why, version);
  const algorithm = config.get('extensions.objectformat')?.toLowerCase() === 'sha256' ? 'sha256' : 'sha1';
  const objects = new SystemObjectStore({
    world,
    place,
    algorithm,
    promisors: promisorRemotes(config),
    durability: objectDurability(fsync === 'all', version),
  });
  const durability = ['-c', `core.fsync=${fsync === 'none' ? 'none' : 'reference'}`];
  const refs = new SystemRefStore({ world, place, oidLength: objects.oidLength, durability, lockTimeout });
  const hasRefFiles = (config.get('extensions.refstorage')?.toLowerCase() ?? 'files') === 'files';
  return { objects, refs, ...(!hasRefFiles && { headOf: (gitDir) => symbolicHead({ ...place, gitDir }) }) };
}

/** The ref that a HEAD names; undefined when it names a commit. */
function symbolicHead(place: Place): string | undefined {
  const { code, stdout } = runGit(['symbolic-ref', '--quiet', 'HEAD'], optionsAt(place));
  return code === 0 ? stdout.toString('utf8').trim() : undefined;
}

/** Git's settings for written objects. A git that knows `core.fsync` warns of the older setting. */
function objectDurability(isDurable: boolean, version: Version): string[] {
  if (isBefore(version, FSYNC_SINCE)) return ['-c', `core.fsyncObjectFiles=${isDurable}`];
  return ['-c', `core.fsync=${isDurable ? 'loose-object,pack,pack-metadata' : 'none'}`];
}

interface Version {
  readonly text: string;
  readonly major: number;
  readonly minor: number;
}

function gitVersion(place: Place, why: WhySystem): Version {
  const hint = `install git ${OLDEST.major}.${OLDEST.minor} or later; git-tasks serves SHA-1 objects and plain ref files without it`;
  const data = { setting: why.setting, value: why.value };
  let text: string;
  try {
    text = runGit(['--version'], optionsAt(place)).stdout.toString().trim();
  } catch (error) {
    if (!(error instanceof TasksError) || error.code !== 'unsupported') throw error;
    const message = `this repository can only be used through git, and there is none on the PATH: ${why.what}`;
    throw new TasksError('unsupported', message, { hint, data, cause: error });
  }
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(text) ?? [];
  const version = { text, major: Number(major), minor: Number(minor) };
  if (!isBefore(version, OLDEST)) return version;
  throw new TasksError('unsupported', `this repository needs a newer git than ${text}: ${why.what}`, { hint, data });
}

function isBefore(version: Version, { major, minor }: typeof OLDEST | typeof FSYNC_SINCE): boolean {
  return version.major < major || (version.major === major && version.minor < minor);
}

/** Lets git judge the format: it refuses what it does not know before it reads anything else. */
function assertOpens(place: Place, why: WhySystem, version: Version): void {
  const { code, stderr } = runGit(['rev-parse', '--git-dir'], optionsAt(place));
  if (code === 0) return;
  const words = stderr.trim().replaceAll(/\s*\n\s*/g, '; ');
  throw new TasksError('unsupported', `${version.text} cannot open this repository: ${why.what} (git says: ${words})`, {
    hint: why.hint ?? 'install a git that knows this format, or keep the ledger in another repository',
    data: { setting: why.setting, value: why.value, git: version.text, config: join(place.commonDir, 'config') },
  });
}

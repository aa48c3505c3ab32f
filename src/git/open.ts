/** Opens a repository: finds it, judges its format, and gives its ports. */
import { join, resolve } from 'node:path';
import type { World } from '../world.ts';
import { configFlag, configInteger, readConfig, readFormatConfig } from './config.ts';
import { type Discovered, discoverRepository } from './discover.ts';
import {
  type FilesWorld,
  type FileSystem,
  type FsyncPolicy,
  nodeFileSystem,
  type SharedMode,
} from './files/file-system.ts';
import { FilesObjectStore } from './files/object-store.ts';
import { FilesRefStore, parseFsyncPolicy } from './files/ref-store.ts';
import type { ReflogPolicy } from './files/reflog.ts';
import { chooseBackend, type WhySystem } from './format.ts';
import type { GitConfig, ObjectStore, Repository } from './ports.ts';
import { quarantineOf, readOnlyStores, type Stores } from './quarantine.ts';
import { assertSafe } from './safe-directory.ts';
import type { Place } from './system/place.ts';

/** How long an update waits for somebody else's lock, in milliseconds. */
const LOCK_TIMEOUT = 10_000;

/** Where to look, and what of the world to use. */
export interface OpenOptions
  extends
    Pick<World, 'cwd' | 'env' | 'now' | 'random' | 'sleep'>,
    Partial<Pick<World, 'identity' | 'isRunning' | 'userId'>> {
  /** Start here instead of in `cwd` (`-C`); relative to it. */
  readonly dir?: string | undefined;
  /** Default: the machine's own. */
  readonly fs?: FileSystem;
  /** How long an update waits for somebody else's lock, in milliseconds. Default: `tasks.lockTimeout`, or 10,000. */
  readonly lockTimeout?: number;
}

/** A repository on disk. */
export interface OpenedRepository extends Repository {
  /** Closes open packs and ends processes, so that nothing piles up. The repository stays usable. */
  release(): void;
}

/**
 * Opens the repository that the folder is in. Nothing is written.
 *
 * Throws `no-repository`; `unsupported` for a format that neither we nor the installed git understand, and for what git
 * would not enter (see `assertSafe`); `invalid` for broken configuration.
 */
export async function openRepository(options: OpenOptions): Promise<OpenedRepository> {
  const { env, cwd, dir, fs = nodeFileSystem } = options;
  // The functions are called on their owner: a test's world may use `this`.
  const world: FilesWorld = {
    fs,
    now: () => options.now(),
    random: (length) => options.random(length),
    sleep: (milliseconds) => options.sleep(milliseconds),
    get identity() {
      return options.identity;
    },
    isRunning: (identity) => options.isRunning?.(identity),
  };
  const found = discoverRepository({ start: resolve(cwd, dir ?? '.'), env });
  assertSafe(found, { env, userId: options.userId });
  const { commonDir, gitDir } = found;
  // Before anything else: a backend may only ever see a repository that it understands.
  const backend = chooseBackend(readFormatConfig(commonDir));
  const config = readConfig({ env, commonDir, gitDir });
  const setting: Setting = {
    world,
    config,
    place: { gitDir, commonDir, env, quarantine: quarantineOf(env) },
    workTree: workTreeOf(found, config),
    fsync: parseFsyncPolicy(config.get('tasks.fsync')),
    lockTimeout: options.lockTimeout ?? configInteger(config, 'tasks.locktimeout', LOCK_TIMEOUT),
  };
  const stores = backend.name === 'files' ? filesStores(setting) : await systemStores(setting, backend.why);
  const { objects, refs } = setting.place.quarantine === undefined ? stores : readOnlyStores(stores);
  const { workTree } = setting;
  const { headOf } = stores;
  const release = (): void => stores.objects.close();
  return { commonDir, gitDir, workTree, config, fs, objects, refs, release, ...(headOf !== undefined && { headOf }) };
}

/** What the stores are opened with. */
interface Setting {
  readonly world: FilesWorld;
  readonly config: GitConfig;
  readonly place: Place;
  readonly workTree: string | undefined;
  readonly fsync: FsyncPolicy;
  readonly lockTimeout: number;
}

/** Stores with an end to their use. */
interface ClosableStores extends Stores {
  readonly objects: ObjectStore & { close(): void };
  readonly headOf?: (gitDir: string) => string | undefined;
}

function filesStores({ world, config, place, workTree, fsync, lockTimeout }: Setting): ClosableStores {
  const { commonDir, gitDir, quarantine } = place;
  const shared = sharedMode(config);
  const objectsDir = join(commonDir, 'objects');
  const alternates = quarantine === undefined ? [] : [quarantine];
  const objects = new FilesObjectStore({ world, objectsDir, alternates, commonDir, fsync, shared });
  const reflog = reflogPolicy(config, workTree === undefined);
  const refs = new FilesRefStore({ world, commonDir, gitDir, fsync, shared, reflog, lockTimeout });
  return { objects, refs };
}

/** Loaded only where it is needed: most repositories are served without starting any process. */
async function systemStores(setting: Setting, why: WhySystem): Promise<ClosableStores> {
  const { openSystemStores } = await import('./system/open-stores.ts');
  return openSystemStores({ ...setting, why });
}

/** The top of the checked-out files. In a linked worktree the shared `core.bare` and `core.worktree` do not count. */
function workTreeOf({ gitDir, commonDir, top }: Discovered, config: GitConfig): string | undefined {
  if (gitDir !== commonDir) return top;
  const configured = config.get('core.worktree');
  if (configured !== undefined) return resolve(gitDir, configured);
  return configFlag(config, 'core.bare', false) ? undefined : top;
}

function reflogPolicy(config: GitConfig, isBare: boolean): ReflogPolicy {
  if (config.get('core.logAllRefUpdates')?.toLowerCase() === 'always') return 'always';
  return configFlag(config, 'core.logAllRefUpdates', !isBare);
}

/** What `core.sharedRepository` asks for (git-config(1)). */
export function sharedMode(config: GitConfig): SharedMode | undefined {
  const value = config.get('core.sharedRepository')?.toLowerCase();
  if (value === undefined || value === 'umask') return undefined;
  if (value === 'group' || value === '1') return { bits: 0o660, exact: false };
  if (['all', 'world', 'everybody', '2'].includes(value)) return { bits: 0o664, exact: false };
  if (/^0[0-7]{3}$/.test(value)) return { bits: Number.parseInt(value, 8) & 0o666, exact: true };
  return configFlag(config, 'core.sharedRepository', false) ? { bits: 0o660, exact: false } : undefined;
}

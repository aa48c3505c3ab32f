/** Opens a repository: finds it, judges its format, and gives its ports. */
import { delimiter, join, resolve } from 'node:path';
import type { World } from '../world.ts';
import { configFlag, readConfig, readFormatConfig } from './config.ts';
import { type Discovered, discoverRepository } from './discover.ts';
import { type FilesWorld, type FileSystem, nodeFileSystem, type SharedMode } from './files/file-system.ts';
import { FilesObjectStore } from './files/object-store.ts';
import { FilesRefStore, parseFsyncPolicy } from './files/ref-store.ts';
import type { ReflogPolicy } from './files/reflog.ts';
import { chooseBackend } from './format.ts';
import type { GitConfig, Repository } from './ports.ts';

/** How long an update waits for somebody else's lock, in milliseconds. */
const LOCK_TIMEOUT = 10_000;

/** Where to look, and what of the world to use. */
export interface OpenOptions
  extends
    Pick<World, 'cwd' | 'env' | 'now' | 'random' | 'sleep'>,
    Partial<Pick<World, 'identity' | 'isRunning'>> {
  /** Start here instead of in `cwd` (`-C`); relative to it. */
  readonly dir?: string | undefined;
  /** Default: the machine's own. */
  readonly fs?: FileSystem;
  /** How long an update waits for somebody else's lock, in milliseconds. Default: 10,000. */
  readonly lockTimeout?: number;
}

/** A repository on disk. */
export interface OpenedRepository extends Repository {
  /** Closes open packs, so that git may remove them and they do not pile up. The repository stays usable. */
  release(): void;
}

/**
 * Opens the repository that the folder is in. Nothing is written.
 *
 * Throws `no-repository`; `unsupported` for a format that no backend understands; `invalid` for broken configuration.
 */
export async function openRepository(options: OpenOptions): Promise<OpenedRepository> {
  const { env, cwd, dir, fs = nodeFileSystem, lockTimeout = LOCK_TIMEOUT } = options;
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
  // Before anything else: other code may only ever see a repository that it understands.
  chooseBackend(readFormatConfig(found.commonDir));
  const { commonDir, gitDir } = found;
  const config = readConfig({ env, commonDir, gitDir });
  const workTree = workTreeOf(found, config, { env, cwd });
  const fsync = parseFsyncPolicy(config.get('tasks.fsync'));
  const shared = sharedMode(config);
  const objects = new FilesObjectStore({
    world,
    objectsDir: resolve(cwd, env['GIT_OBJECT_DIRECTORY'] || join(commonDir, 'objects')),
    alternates: (env['GIT_ALTERNATE_OBJECT_DIRECTORIES'] ?? '').split(delimiter).filter((path) => path !== ''),
    fsync,
    shared,
  });
  const reflog = reflogPolicy(config, workTree === undefined);
  const refs = new FilesRefStore({ world, commonDir, gitDir, fsync, shared, reflog, lockTimeout });
  return { commonDir, gitDir, workTree, config, objects, refs, release: () => objects.close() };
}

/** The top of the checked-out files. In a linked worktree the shared `core.bare` and `core.worktree` do not count. */
function workTreeOf(
  { gitDir, commonDir, top }: Discovered,
  config: GitConfig,
  { env, cwd }: Pick<World, 'env' | 'cwd'>,
): string | undefined {
  const chosen = env['GIT_WORK_TREE'];
  if (chosen) return resolve(cwd, chosen);
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
function sharedMode(config: GitConfig): SharedMode | undefined {
  const value = config.get('core.sharedRepository')?.toLowerCase();
  if (value === undefined || value === 'umask') return undefined;
  if (value === 'group' || value === '1') return { bits: 0o660, exact: false };
  if (['all', 'world', 'everybody', '2'].includes(value)) return { bits: 0o664, exact: false };
  if (/^0[0-7]{3}$/.test(value)) return { bits: Number.parseInt(value, 8) & 0o666, exact: true };
  return configFlag(config, 'core.sharedRepository', false) ? { bits: 0o660, exact: false } : undefined;
}

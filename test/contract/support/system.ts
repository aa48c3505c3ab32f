/** Opens repositories of every format through the `system` backend. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { configFromEntries } from '../../../src/git/config.ts';
import { nodeFileSystem } from '../../../src/git/files/file-system.ts';
import type { HashAlgorithm } from '../../../src/git/objects.ts';
import { openSystemStores, type SystemStores } from '../../../src/git/system/open-stores.ts';
import { git, scratchFolder } from '../../support/git.ts';

/** How a repository stores what it has. */
export interface Format {
  readonly name: string;
  readonly algorithm: HashAlgorithm;
  /** Options of `git init`. */
  readonly init: readonly string[];
}

/** What every git can make that we support. */
export const FORMATS: readonly Format[] = [
  { name: 'SHA-1', algorithm: 'sha1', init: ['--object-format=sha1'] },
  { name: 'SHA-256', algorithm: 'sha256', init: ['--object-format=sha256'] },
];

/** What git can make from version 2.45 on. */
export const REFTABLES: readonly Format[] = [
  { name: 'reftable', algorithm: 'sha1', init: ['--object-format=sha1', '--ref-format=reftable'] },
  { name: 'reftable with SHA-256', algorithm: 'sha256', init: ['--object-format=sha256', '--ref-format=reftable'] },
];

/** Why nothing can be said of reftable here; undefined where it can. */
export const NO_REFTABLE: string | undefined = (() => {
  const { stdout } = spawnSync('git', ['--version'], { encoding: 'utf8' });
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(stdout) ?? [];
  const knows = Number(major) > 2 || Number(minor) >= 45;
  return knows ? undefined : `could not run: ${stdout.trim()} has no reftable, which needs git 2.45`;
})();

/** A new repository of this format with the identity of Ada Example. Removed after the test. */
export function scratchOf({ init }: Format): string {
  const folder = scratchFolder();
  git(folder, 'init', '--quiet', '--initial-branch', 'main', ...init);
  git(folder, 'config', 'user.name', 'Ada Example');
  git(folder, 'config', 'user.email', 'ada@example.org');
  return folder;
}

/** The stores of a repository through git, also where our own backend would serve it. Closed after the test. */
export function openSystem(folder: string, { algorithm }: Format, lockTimeout = 10_000): SystemStores {
  const gitDir = join(folder, '.git');
  const stores = openSystemStores({
    world: {
      fs: nodeFileSystem,
      now: () => Date.now(),
      random: (length) => randomBytes(length),
      sleep: (milliseconds) => new Promise((wake) => setTimeout(wake, milliseconds)),
    },
    place: { gitDir, commonDir: gitDir, env: process.env, quarantine: undefined },
    config: configFromEntries([['extensions.objectformat', algorithm]]),
    fsync: 'all',
    lockTimeout,
    why: { setting: 'test', value: 'test', what: 'a test asks for it' },
  });
  onTestFinished(() => stores.objects.close());
  return stores;
}

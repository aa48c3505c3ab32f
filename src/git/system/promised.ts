/**
 * Fetches many objects of a partial clone at once.
 *
 * Source: "partial-clone" of git's technical documentation. Git fetches each object that is missing when it is read, one
 * connection each; ten thousand task files would take hours. This asks for all of them in the way git's own `checkout` does.
 */
import { spawn } from 'node:child_process';
import type { GitConfig, Oid } from '../ports.ts';
import { configFlag } from '../config.ts';
import { gitEnvironment } from './git-command.ts';
import { optionsAt, type Place, STORE_OPTIONS } from './place.ts';

/** Names of the remotes that have promised to give what this clone lacks. Empty: it is no partial clone. */
export function promisorRemotes(config: GitConfig): string[] {
  const flagged = [...config.entries('remote.').keys()].flatMap((key) => {
    const name = /^remote\.(.+)\.promisor$/s.exec(key)?.[1];
    return name !== undefined && configFlag(config, key, false) ? [name] : [];
  });
  const named = config.get('extensions.partialclone');
  return [...new Set(named === undefined ? flagged : [named, ...flagged])];
}

/** Fetches the objects from a remote; true when git succeeded. A failure costs only time: reading asks again, one by one. */
export function fetchPromised(place: Place, remote: string, oids: readonly Oid[]): Promise<boolean> {
  const { cwd, env, variables } = optionsAt(place);
  const settings = ['fetch.negotiationAlgorithm=noop', 'gc.auto=0', 'maintenance.auto=false'];
  const command = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--recurse-submodules=no'];
  const args = [...STORE_OPTIONS, ...settings.flatMap((setting) => ['-c', setting]), ...command];
  args.push('--filter=blob:none', '--stdin', '--', remote);
  return new Promise((resolve) => {
    const child = spawn('git', args, {
      cwd,
      env: { ...gitEnvironment(env), ...variables },
      stdio: ['pipe', 'ignore', 'ignore'],
      windowsHide: true,
    });
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
    child.stdin.on('error', () => undefined);
    child.stdin.end(`${oids.join('\n')}\n`);
  });
}

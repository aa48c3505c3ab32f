/** The remotes of a repository, and the branches of theirs that the ledger uses. */
import { TasksError } from '../errors.ts';
import { configFlag } from '../git/config.ts';
import type { GitConfig } from '../git/ports.ts';
import { isRefName } from '../git/ref-name.ts';
import type { SyncOptions } from '../sync/sync.ts';

/** The names of the remotes that have an address, in the order of the configuration. */
export function remotesOf(config: GitConfig): readonly string[] {
  const names = [...config.entries('remote.').keys()].map((key) => /^remote\.(.+)\.url$/s.exec(key)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))];
}

/** Where work travels that a remote does not let into the ledger's branch: `tasks.fallbackRef`, `auto` or a branch. */
export function inboxOf(
  config: GitConfig,
  { branch, actor }: { readonly branch: string; readonly actor: string },
): Pick<SyncOptions, 'inbox' | 'fallback' | 'adopt'> {
  const usual = `refs/heads/${branch}-inbox/`;
  const named = config.get('tasks.fallbackRef');
  const adopt = configFlag(config, 'tasks.adopt', true);
  if (named === undefined) return { inbox: usual, fallback: undefined, adopt };
  const name =
    named === 'auto' ? `${usual}${actor.replaceAll(/[^\w.-]+/g, '-').replace(/^[.-]+/, '') || 'anybody'}` : named;
  const fallback = name.startsWith('refs/heads/') ? name : `refs/heads/${name}`;
  const inbox = fallback.slice(0, fallback.lastIndexOf('/') + 1);
  if (isRefName(fallback) && inbox !== 'refs/heads/') return { inbox, fallback, adopt };
  throw new TasksError(
    'invalid',
    `the git setting tasks.fallbackRef is '${named}', which is not a branch in a folder`,
    {
      hint: `For example: git config tasks.fallbackRef ${branch}-inbox/NAME`,
      data: { key: 'tasks.fallbackRef', value: named },
    },
  );
}

/**
 * Decides which backend may touch a repository, from the format that it declares. Pure.
 *
 * Source: gitrepository-layout(5) and "repository-version" of git's technical documentation. A format that is not
 * understood must be refused before the first write: our `files` backend would store garbage without an error.
 */
import { TasksError } from '../errors.ts';
import type { GitConfig } from './ports.ts';

/** The backends that can serve a repository on disk. */
export type BackendName = 'files';

/** Extensions that change nothing for objects and refs. */
const HARMLESS = new Set(['noop', 'preciousobjects', 'worktreeconfig', 'relativeworktrees', 'partialclone']);

/** The backend for the repository with this configuration. Throws `unsupported`, naming what and why. */
export function chooseBackend(config: GitConfig): BackendName {
  const reason = whyNotFiles(config);
  if (reason === undefined) return 'files';
  throw new TasksError('unsupported', `this repository cannot hold the ledger yet: ${reason.what}`, {
    hint: 'keep the ledger in a repository with SHA-1 objects and plain ref files (git init --object-format=sha1)',
    data: { setting: reason.setting, value: reason.value },
  });
}

interface Reason {
  readonly setting: string;
  readonly value: string;
  readonly what: string;
}

function whyNotFiles(config: GitConfig): Reason | undefined {
  const version = config.get('core.repositoryformatversion') ?? '0';
  if (!['0', '1'].includes(version)) {
    const what = `its format version is ${version}, and only 0 and 1 are known`;
    return { setting: 'core.repositoryformatversion', value: version, what };
  }
  for (const [key, value] of config.entries('extensions.')) {
    const what = problemOf(key.slice('extensions.'.length), value, version);
    if (what !== undefined) return { setting: key, value, what };
  }
  return undefined;
}

function problemOf(extension: string, value: string, version: string): string | undefined {
  if (extension === 'objectformat') {
    return value.toLowerCase() === 'sha1'
      ? undefined
      : `its object ids are ${value} (extensions.objectFormat), not sha1`;
  }
  if (extension === 'refstorage') {
    return value.toLowerCase() === 'files'
      ? undefined
      : `its refs are stored as ${value} (extensions.refStorage), not files`;
  }
  // Git itself ignores extensions that it does not know in version 0.
  if (version === '0' || HARMLESS.has(extension)) return undefined;
  return `it uses extensions.${extension}, which is not known here`;
}

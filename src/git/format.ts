/**
 * Decides which backend may touch a repository, from the format that it declares. Pure.
 *
 * Source: gitrepository-layout(5) and "repository-version" of git's technical documentation. A format that is not
 * understood must never be written by our `files` backend: it would store garbage without an error. Git judges it then.
 */
import { configFlag } from './config.ts';
import type { GitConfig } from './ports.ts';

/** Why a repository is served through git. */
export interface WhySystem {
  /** The setting that says so, normalised, and its value. */
  readonly setting: string;
  readonly value: string;
  /** For people: what the repository is like. */
  readonly what: string;
  /** What helps where the installed git does not know the format. */
  readonly hint?: string;
}

/** The backend for a repository on disk, and the reason where it is not our own. */
export type Backend = { readonly name: 'files' } | { readonly name: 'system'; readonly why: WhySystem };

/** Extensions that change nothing for objects and refs. */
const HARMLESS = new Set(['noop', 'preciousobjects', 'worktreeconfig', 'relativeworktrees']);

/** The backend for the repository with this configuration. */
export function chooseBackend(config: GitConfig): Backend {
  const why = whyNotFiles(config);
  return why === undefined ? { name: 'files' } : { name: 'system', why };
}

function whyNotFiles(config: GitConfig): WhySystem | undefined {
  const version = config.get('core.repositoryformatversion') ?? '0';
  if (!['0', '1'].includes(version)) {
    const what = `its format version is ${version}, and only 0 and 1 are known`;
    return { setting: 'core.repositoryformatversion', value: version, what };
  }
  for (const [setting, value] of config.entries('extensions.')) {
    const why = problemOf(setting.slice('extensions.'.length), value, version);
    if (why !== undefined) return { setting, value, ...why };
  }
  for (const [setting, value] of config.entries('remote.')) {
    if (setting.endsWith('.promisor') && configFlag(config, setting, false)) {
      return { setting, value, what: partial(setting.slice('remote.'.length, -'.promisor'.length)) };
    }
  }
  return undefined;
}

function problemOf(extension: string, value: string, version: string): Pick<WhySystem, 'what' | 'hint'> | undefined {
  if (extension === 'objectformat') {
    const what = `its object ids are ${value} (extensions.objectFormat), not sha1`;
    return value.toLowerCase() === 'sha1' ? undefined : { what };
  }
  if (extension === 'refstorage') {
    const what = `its refs are stored as ${value} (extensions.refStorage), not files`;
    const hint = 'install git 2.45 or later, or have git store the refs as files: git refs migrate --ref-format=files';
    return value.toLowerCase() === 'files' ? undefined : { what, hint };
  }
  if (extension === 'partialclone') return { what: partial(value) };
  // Git itself ignores extensions that it does not know in version 0.
  if (version === '0' || HARMLESS.has(extension)) return undefined;
  return { what: `it uses extensions.${extension}, which git-tasks does not know` };
}

function partial(remote: string): string {
  return `it is a partial clone, which lacks objects that ${remote} has promised (extensions.partialClone)`;
}

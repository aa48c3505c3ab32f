/**
 * Git configuration from files and environment, without running git.
 *
 * Order, weakest first, as in git-config(1): system, global (XDG, then `~/.gitconfig`), local, worktree, environment.
 * `include.path` and `includeIf.gitdir:` are followed; `onbranch:` and `hasconfig:` are not.
 */
import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { isSystemError, TasksError } from '../errors.ts';
import type { Env } from '../world.ts';
import { environmentConfig } from './config-env.ts';
import { type ConfigEntry, normalizeConfigKey, parseConfig } from './config-parse.ts';
import type { GitConfig } from './ports.ts';

/** How deep includes may nest, as in git. */
const MAX_INCLUDE_DEPTH = 10;

/** Where configuration is looked for. */
export interface ConfigSources {
  readonly env: Env;
  /** Absolute path of the folder that worktrees share; it holds `config`. */
  readonly commonDir: string;
  /** Absolute path of this worktree's git folder; it may hold `config.worktree`. */
  readonly gitDir: string;
}

/** All configuration that is in force in a repository. Throws `invalid` for a file that git would refuse. */
export function readConfig(sources: ConfigSources): GitConfig {
  const local = readFileEntries(join(sources.commonDir, 'config'), sources);
  const files = [...systemFiles(sources.env), ...globalFiles(sources.env)];
  const entries = files.flatMap((file) => readFileEntries(file, sources));
  entries.push(...local);
  if (configFlag(configFromEntries(toPairs(local)), 'extensions.worktreeConfig', false)) {
    entries.push(...readFileEntries(join(sources.gitDir, 'config.worktree'), sources));
  }
  entries.push(...environmentConfig(sources.env));
  return configFromEntries(toPairs(entries));
}

/**
 * What only the user and the machine decide: system, global and environment, without the repository's own files. Git
 * judges by these alone whether a repository may be entered.
 */
export function readProtectedConfig(sources: ConfigSources): GitConfig {
  const files = [...systemFiles(sources.env), ...globalFiles(sources.env)];
  const entries = files.flatMap((file) => readFileEntries(file, sources));
  return configFromEntries(toPairs([...entries, ...environmentConfig(sources.env)]));
}

/** The settings of the repository's own `config` file alone, without includes: what the format is judged by. */
export function readFormatConfig(commonDir: string): GitConfig {
  const file = join(commonDir, 'config');
  const text = readIfThere(file);
  return configFromEntries(toPairs(text === undefined ? [] : parseConfig(text, file)));
}

/** Configuration from pairs of key and value, in order. */
export function configFromEntries(pairs: Iterable<readonly [key: string, value: string]>): GitConfig {
  const valuesByKey = new Map<string, string[]>();
  for (const [key, value] of pairs) {
    const normalized = normalizeConfigKey(key);
    const values = valuesByKey.get(normalized);
    if (values === undefined) valuesByKey.set(normalized, [value]);
    else values.push(value);
  }
  return {
    get: (key) => valuesByKey.get(normalizeConfigKey(key))?.at(-1),
    getAll: (key) => valuesByKey.get(normalizeConfigKey(key)) ?? [],
    entries: (prefix) => {
      const wanted = normalizePrefix(prefix);
      const found = [...valuesByKey].filter(([key]) => key.startsWith(wanted));
      return new Map(found.map(([key, values]) => [key, values.at(-1) ?? '']));
    },
  };
}

/** A setting as git reads a boolean: yes, on, true, any number but 0. Throws `invalid` for other texts. */
export function configFlag<Fallback>(config: GitConfig, key: string, fallback: Fallback): boolean | Fallback {
  const value = config.get(key);
  if (value === undefined) return fallback;
  const text = value.toLowerCase();
  if (['true', 'yes', 'on'].includes(text)) return true;
  if (['false', 'no', 'off', ''].includes(text)) return false;
  const number = toInteger(text);
  if (number === undefined) throw badValue(key, value, 'true or false');
  return number !== 0;
}

/** A setting as git reads a number: whole, with an optional unit `k`, `m` or `g`. Throws `invalid` for other texts. */
export function configInteger<Fallback>(config: GitConfig, key: string, fallback: Fallback): number | Fallback {
  const value = config.get(key);
  if (value === undefined) return fallback;
  const number = toInteger(value);
  if (number === undefined) throw badValue(key, value, 'a whole number');
  return number;
}

function toInteger(text: string): number | undefined {
  const match = /^\s*([+-]?\d+)([kmg])?$/i.exec(text);
  if (match === null) return undefined;
  const unit = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[match[2]?.toLowerCase() ?? ''] ?? 1;
  return Number(match[1]) * unit;
}

function badValue(key: string, value: string, wanted: string): TasksError {
  return new TasksError('invalid', `the git setting ${key} is '${value}', which is not ${wanted}`, {
    hint: `correct it: git config ${key} …`,
    data: { key, value },
  });
}

/** Like a key, but the part after the last dot may be the beginning of a subsection. */
function normalizePrefix(prefix: string): string {
  const first = prefix.indexOf('.');
  return first < 0 ? prefix.toLowerCase() : prefix.slice(0, first).toLowerCase() + prefix.slice(first);
}

function toPairs(entries: readonly ConfigEntry[]): (readonly [string, string])[] {
  return entries.map(({ key, value }) => [key, value ?? 'true']);
}

function systemFiles(env: Env): string[] {
  if (!['', '0', 'false', 'no', undefined].includes(env['GIT_CONFIG_NOSYSTEM'])) return [];
  return [env['GIT_CONFIG_SYSTEM'] ?? '/etc/gitconfig'];
}

function globalFiles(env: Env): string[] {
  const chosen = env['GIT_CONFIG_GLOBAL'];
  if (chosen !== undefined) return [chosen];
  const home = homeOf(env);
  const xdg = env['XDG_CONFIG_HOME'] || (home && join(home, '.config'));
  return [...(xdg ? [join(xdg, 'git', 'config')] : []), ...(home ? [join(home, '.gitconfig')] : [])];
}

function homeOf(env: Env): string | undefined {
  return env['HOME'] || env['USERPROFILE'] || undefined;
}

function readFileEntries(file: string, sources: ConfigSources, depth = 0): ConfigEntry[] {
  if (depth > MAX_INCLUDE_DEPTH) {
    throw new TasksError('invalid', `config files include each other more than ${MAX_INCLUDE_DEPTH} deep at ${file}`);
  }
  const text = readIfThere(file);
  if (text === undefined) return [];
  return parseConfig(text, file).flatMap((entry) => {
    if (entry.value === undefined || !isIncluded(entry.key, file, sources)) return [entry];
    const path = expandHome(entry.value, sources.env);
    return [entry, ...readFileEntries(resolve(dirname(file), path), sources, depth + 1)];
  });
}

/** A file that is missing, a folder or not ours to read counts as empty, as in git. */
function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES', 'EPERM')) return undefined;
    throw new TasksError('io', `cannot read the git configuration ${file}`, { cause: error, data: { path: file } });
  }
}

/** A path of the configuration, with the user's home for `~`. */
export function expandHome(path: string, env: Env): string {
  const home = homeOf(env);
  return home !== undefined && (path === '~' || path.startsWith('~/')) ? join(home, path.slice(1)) : path;
}

function isIncluded(key: string, file: string, sources: ConfigSources): boolean {
  if (key === 'include.path') return true;
  const match = /^includeif\.gitdir(\/i)?:(.*)\.path$/s.exec(key);
  if (match === null) return false;
  const [, ignoreCase, condition = ''] = match;
  let pattern = expandHome(condition, sources.env);
  if (pattern.startsWith('./')) pattern = join(dirname(file), pattern) + (pattern.endsWith('/') ? '/' : '');
  if (!isAbsolute(pattern)) pattern = `**/${pattern}`;
  if (pattern.endsWith('/')) pattern += '**';
  return globToRegExp(pattern.replaceAll('//', '/'), ignoreCase === undefined ? '' : 'i').test(sources.gitDir);
}

/** Git's path globs as a pattern: `**` crosses folders, `*` and `?` do not. */
function globToRegExp(glob: string, flags: string): RegExp {
  const source = glob.replace(/\*\*\/|\*\*|\*|\?|[.+^${}()|[\]\\]/g, (token) => {
    if (token === '**/') return '(?:.*/)?';
    if (token === '**') return '.*';
    if (token === '*') return '[^/]*';
    return token === '?' ? '[^/]' : `\\${token}`;
  });
  return new RegExp(`^${source}$`, flags);
}

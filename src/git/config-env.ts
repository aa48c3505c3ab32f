/**
 * Configuration that comes in environment variables. Pure.
 *
 * `GIT_CONFIG_PARAMETERS` is what `git -c key=value tasks …` hands to us; `GIT_CONFIG_COUNT` is the documented way.
 */
import { TasksError } from '../errors.ts';
import type { Env } from '../world.ts';
import { type ConfigEntry, normalizeConfigKey } from './config-parse.ts';

/** The settings of the environment, in their order of force. Throws `invalid` where git would refuse. */
export function environmentConfig(env: Env): ConfigEntry[] {
  return [...countedEntries(env), ...parameterEntries(env['GIT_CONFIG_PARAMETERS'] ?? '')];
}

function countedEntries(env: Env): ConfigEntry[] {
  const text = env['GIT_CONFIG_COUNT'] || '0';
  const count = Number(text);
  if (!Number.isInteger(count) || count < 0)
    throw new TasksError('invalid', `GIT_CONFIG_COUNT is '${text}', not a number`);
  return Array.from({ length: count }, (_, index) => {
    const key = env[`GIT_CONFIG_KEY_${index}`];
    const value = env[`GIT_CONFIG_VALUE_${index}`];
    if (!key || value === undefined) {
      throw new TasksError('invalid', `GIT_CONFIG_COUNT is ${count}, but number ${index} lacks its key or value`);
    }
    return { key: normalizeConfigKey(key), value };
  });
}

/** One word of sh: quoted parts and escaped quotes, as git's own quoting makes them (`'it'\''s'`). */
const QUOTED = String.raw`'(?:[^']|'\\[!']')*'`;

/** Both forms of git: `'key=value'` (before 2.31) and `'key'='value'`, where `'key'=` stands for a key without a value. */
function parameterEntries(text: string): ConfigEntry[] {
  const pattern = new RegExp(`(${QUOTED})(=(${QUOTED})?)?`, 'g');
  return [...text.matchAll(pattern)].map(([, first = '', assigned, second]) => {
    const word = unquote(first);
    if (assigned !== undefined) return { key: normalizeConfigKey(word), value: second && unquote(second) };
    const at = word.indexOf('=');
    if (at < 0) return { key: normalizeConfigKey(word), value: undefined };
    return { key: normalizeConfigKey(word.slice(0, at)), value: word.slice(at + 1) };
  });
}

function unquote(word: string): string {
  return word.slice(1, -1).replace(/'\\([!'])'/g, '$1');
}

/** Where agents keep their files on this machine, and how they can start this program. */
import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join, relative, sep } from 'node:path';
import { isSystemFault } from '../../errors.ts';
import { ON_PATH } from '../../interop/setup/program.ts';
import type { SetupScope } from '../../interop/setup/types.ts';
import type { Env, World } from '../../world.ts';

/** The user's home folder. Absolute. */
export function homeOf(env: Env): string {
  return env['HOME'] || env['USERPROFILE'] || homedir();
}

/** Where it is noted what was done to the user's own files. */
export function userRecordFile(env: Env): string {
  return join(env['XDG_CONFIG_HOME'] || join(homeOf(env), '.config'), 'git-tasks', 'setup.json');
}

/** How agents are to start this program, and what a person should know about that. */
export interface Program {
  readonly words: readonly string[];
  readonly warning?: string;
}

/**
 * `git tasks` where git finds it. Else, in files of the user, the absolute path of the program that runs; files of a project
 * are committed, and other machines have other paths: they always say `git tasks`.
 */
export function programOf({ env, executable }: World, scope: SetupScope): Program {
  if (isOnPath('git-tasks', env)) return { words: ON_PATH };
  if (scope === 'project' || executable === undefined) {
    const warning =
      'git-tasks is not on the PATH, so "git tasks" will not start for agents before it is: npm install -g git-tasks';
    return { words: ON_PATH, warning };
  }
  const path = executable.at(-1) ?? '';
  return {
    words: executable,
    warning: `git-tasks is not on the PATH: these files name ${path}, which must stay where it is`,
  };
}

function isOnPath(name: string, env: Env): boolean {
  const folders = (env['PATH'] ?? env['Path'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  const names = sep === '\\' ? [`${name}.cmd`, `${name}.exe`] : [name];
  return folders.some((folder) => names.some((file) => isProgram(join(folder, file))));
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch (error) {
    if (isSystemFault(error)) return false;
    throw error;
  }
}

/** A path as people read it: below the project without it, below home with `~`. */
export function shownPath(path: string, { top, scope }: { readonly top: string; readonly scope: SetupScope }): string {
  const inside = relative(top, path);
  if (inside.startsWith('..') || isAbsolute(inside)) return path;
  const slashed = inside.replaceAll(sep, '/');
  return scope === 'project' ? slashed : `~/${slashed}`;
}

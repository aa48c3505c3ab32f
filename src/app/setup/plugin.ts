/** `setup claude --plugin`: writes the plugin for Claude Code into a folder. */
import { join } from 'node:path';
import { TasksError } from '../../errors.ts';
import { PLUGIN_MANIFEST, pluginFiles } from '../../interop/setup/plugin.ts';
import { SERVER_NAME } from '../../interop/setup/program.ts';
import type { World } from '../../world.ts';
import type { SetupAnswer } from '../setup.ts';
import { findFile, type FoundFile, replaceAll, textOf } from './files.ts';
import { diffOf, type PlannedFile } from './plan.ts';

export interface PluginInput {
  /** Absolute. Need not be there. */
  readonly dir: string;
  /** That of git-tasks, which is the plugin's. */
  readonly version: string;
  readonly confirm: (planned: SetupAnswer) => boolean | Promise<boolean>;
}

/** Writes the plugin, or brings it up to date. Throws `exists` where the folder holds something else by these names. */
export async function setupPlugin(world: World, { dir, version, confirm }: PluginInput): Promise<SetupAnswer> {
  const isPlugin = holdsPlugin(dir);
  const planned = [...pluginFiles(version)].map(([path, text]): PlannedFile & { readonly shown: string } => {
    const file = findFile(join(dir, path), undefined);
    const next = Buffer.from(text);
    const isSame = file.bytes?.equals(next) === true;
    if (!isSame && file.bytes !== undefined && !isPlugin) throw inTheWay(file);
    const action = isSame ? 'same' : file.bytes === undefined ? 'create' : 'change';
    return { file, action, next, isEdited: false, entry: undefined, folders: [], shown: path };
  });
  const changed = planned.filter(({ action }) => action !== 'same');
  const answer: SetupAnswer = {
    scope: 'plugin',
    agents: ['claude'],
    files: planned.map((file) => ({
      path: file.shown,
      action: file.action,
      edited: false,
      diff: diffOf(file, file.shown),
    })),
    changes: changed.length,
    written: false,
    warnings: [],
    notes: [`Claude Code takes it with: claude --plugin-dir ${dir}`],
  };
  if (changed.length === 0 || !(await confirm(answer))) return answer;
  replaceAll(changed, world.identity);
  return { ...answer, written: true };
}

function holdsPlugin(dir: string): boolean {
  const manifest = findFile(join(dir, PLUGIN_MANIFEST), undefined);
  if (manifest.bytes === undefined) return false;
  try {
    const { name } = JSON.parse(textOf(manifest)) as { readonly name?: unknown };
    return name === SERVER_NAME;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function inTheWay({ path }: FoundFile): TasksError {
  return new TasksError('exists', `${path} is there already, and is no part of this plugin`, {
    hint: 'Nothing was written. Choose an empty folder',
  });
}

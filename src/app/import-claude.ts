/** `import claude`: one native task list, or all of them, brought over once. */
import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isSystemError, TasksError } from '../errors.ts';
import { decodeNativeLists, type NamedList } from '../interop/claude/import-native.ts';
import { sanitizeListId } from '../interop/claude/list-id.ts';
import { listsFolder, nativeList } from '../interop/claude/locate.ts';
import { ledgerIdOf } from '../interop/claude/native-task.ts';
import { type NativeState, readNativeList } from '../interop/claude/store.ts';
import { toInstant } from '../task/instant.ts';
import type { WriteOptions } from './change.ts';
import { type ImportAnswer, planForeign, runImport } from './import.ts';
import type { Session } from './session.ts';

export interface ImportClaudeInput {
  /** Absolute path of a list or of a folder of lists; undefined: the list of the environment, else all there are. */
  readonly folder?: string | undefined;
  readonly dryRun?: boolean | undefined;
}

/** The answer of `import claude`: what every import answers, and the lists that were read. */
export interface ImportClaudeAnswer extends ImportAnswer {
  readonly lists: readonly { readonly id: string; readonly tasks: number }[];
}

/** Imports native lists. Nothing is written to them. Throws `not-found` where there is no list. */
export async function importClaude(
  session: Session,
  { folder, dryRun }: ImportClaudeInput,
  options: WriteOptions = {},
): Promise<ImportClaudeAnswer> {
  const { env } = session.world;
  const place = folder ?? nativeList(env)?.folder ?? listsFolder(env);
  const lists = listsIn(place);
  if (lists.length === 0) {
    throw new TasksError('not-found', `There is no native task list in ${JSON.stringify(place)}`, {
      hint: 'Name the folder of a list: git tasks import claude ~/.claude/tasks/NAME',
    });
  }
  const answer = await runImport(
    session,
    {
      format: 'claude',
      dryRun,
      plan: async (bench, context) => {
        const { tasks, issues } = decodeNativeLists(lists, toInstant(context.now));
        const own = ownTasks(lists, (id) => bench.snapshot.has(id));
        const foreign = tasks.filter(({ key }) => !own.has(key));
        return planForeign(bench, context, { entry: 'claude', decoded: { tasks: foreign, issues }, own });
      },
    },
    options,
  );
  return { ...answer, lists: lists.map(({ id, state }) => ({ id, tasks: state.tasks.size })) };
}

/** Tasks that a mirror has brought there from this very ledger, by their native names. */
function ownTasks(lists: readonly NamedList[], isOurs: (id: string) => boolean): Map<string, string> {
  const found = lists.flatMap(({ id: list, state }) =>
    [...state.tasks.values()].map((task) => [`${list}/${task.id}`, ledgerIdOf(task) ?? ''] as const),
  );
  return new Map(found.filter(([, id]) => isOurs(id)));
}

function listsIn(place: string): NamedList[] {
  const own = readNativeList(place);
  if (holdsTasks(own)) return [{ id: sanitizeListId(basename(place)), state: own }];
  return foldersIn(place).flatMap((name) => {
    const state = readNativeList(join(place, name));
    return holdsTasks(state) ? [{ id: sanitizeListId(name), state }] : [];
  });
}

function holdsTasks({ tasks, bad }: NativeState): boolean {
  return tasks.size + bad.length > 0;
}

/** The folders in a folder, in the order of their names. */
function foldersIn(place: string): string[] {
  try {
    return readdirSync(place)
      .filter((name) => statSync(join(place, name), { throwIfNoEntry: false })?.isDirectory() === true)
      .sort();
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    throw error;
  }
}

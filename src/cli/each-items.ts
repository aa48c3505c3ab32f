/** `--each`: a list from standard input or a file, whose items each make tasks. */
import type { Command } from 'commander';
import { TasksError } from '../errors.ts';
import { readText } from './input.ts';
import type { Context } from './verb.ts';

/** Flags of every verb that makes tasks for a list. */
export interface EachFlags {
  /** The file; `true`: standard input. */
  readonly each?: string | true;
  readonly null?: true;
}

/** Declares `--each` and `--null`. */
export function declareEach(command: Command): void {
  command
    .option('--each [file]', 'for each line of a file, or of standard input')
    .option('-0, --null', 'with --each: NUL parts the items, as of find -print0');
}

/** The items of the list; undefined where none was asked for. Throws `usage` for `--null` alone. */
export async function eachItems(context: Context, { each, null: byNull }: EachFlags): Promise<string[] | undefined> {
  if (each === undefined) {
    if (byNull === true)
      throw new TasksError('usage', '--null parts a list, and there is none', { hint: 'Add: --each' });
    return undefined;
  }
  const text = await readText(context, each === true ? '-' : each);
  const { itemsIn } = await import('../app/each.ts');
  return itemsIn(text, { byNull: byNull === true });
}

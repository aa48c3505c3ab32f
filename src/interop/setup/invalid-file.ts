/** Files that an agent could not read itself, and that are therefore not touched. */
import { TasksError } from '../../errors.ts';

/** A refusal that names the file and, where it is known, the place in it. */
export function invalidFile(
  file: string,
  problem: string,
  offset?: { readonly text: string; readonly at: number },
): TasksError {
  const place = offset === undefined ? '' : `:${lineAndColumn(offset.text, offset.at)}`;
  return new TasksError('invalid', `${file}${place}: ${problem}`, {
    hint: 'Nothing was written. Mend this file first, then run it again',
    data: { file },
  });
}

/** `line:column` of an offset, both from 1. */
function lineAndColumn(text: string, at: number): string {
  const before = text.slice(0, at).split(/\r\n|\n|\r/);
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}

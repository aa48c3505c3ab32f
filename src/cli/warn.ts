/** Warnings of verbs that go on after them. */
import type { TasksError } from '../errors.ts';
import { linesToText } from './context.ts';
import { safeJson } from './render/json.ts';
import { printable } from './render/printable.ts';
import type { Context } from './verb.ts';

/** Tells of a failure that is no end, on standard error: a line of words, or with `--json` one object. */
export function warnOf({ world, json, err }: Context): (error: TasksError) => void {
  return ({ code, message, hint }) => {
    const facts = { code, message, ...(hint !== undefined && { hint }) };
    const line = json
      ? safeJson({ contract: 1, warning: facts })
      : `${err.paint.warning('warning:')} ${printable(message)}`;
    world.stderr.stream.write(linesToText([line]));
  };
}

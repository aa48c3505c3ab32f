/** Refusals in the words of the caller: nobody has seen the id of a task that was refused before it was stored. */
import { TasksError } from '../errors.ts';
import type { TaskId } from '../task/types.ts';
import type { Called, Workbench } from './workbench.ts';

/** A command cannot name what is not stored, so the call itself is what can be mended. */
const WAY_OUT = 'Nothing was written. Correct it and send all of it again';

/** The error with what the caller knows new tasks by in place of their ids; any other error as it is. */
export function inCallersWords(error: unknown, benches: readonly Workbench[]): unknown {
  if (!(error instanceof TasksError)) return error;
  const called = new Map(benches.flatMap((bench) => [...bench.newTasks()]));
  const isNamed = (text: string): boolean => [...called.keys()].some((id) => text.includes(id));
  const { code, message, hint, data } = error;
  if (!isNamed(message)) return error;
  const place = typeof data['id'] === 'string' ? called.get(data['id'])?.place : undefined;
  return new TasksError(code, sayText(message, called), {
    hint: hint === undefined || isNamed(hint) ? WAY_OUT : hint,
    // Where it was found, if that is known, and not where the other task of the refusal stands.
    data: { ...place, ...(sayValue(data, called) as object) },
    cause: error,
  });
}

function sayText(text: string, called: ReadonlyMap<TaskId, Called>): string {
  let said = text;
  for (const [id, { words }] of called) said = said.replaceAll(id, words);
  return said;
}

function sayValue(value: unknown, called: ReadonlyMap<TaskId, Called>): unknown {
  if (typeof value === 'string') return called.get(value)?.words ?? value;
  if (Array.isArray(value)) return value.map((member) => sayValue(member, called));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, sayValue(part, called)]));
}

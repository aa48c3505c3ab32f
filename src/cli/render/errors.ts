/** Failures as people and programs read them. */
import { TasksError } from '../../errors.ts';
import { exitCodeOf, EXIT, isMachineError } from '../exit-codes.ts';
import { answerToJson } from './json.ts';
import { hintLine } from './notices.ts';
import { printable } from './printable.ts';
import type { Screen } from './screen.ts';

const REPORT = 'This is a defect of git-tasks. Please report it with the lines above and the command that you ran';

/** A failure with all that may be said about it. */
interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
  /** Where it happened; of defects only. */
  readonly stack?: string | undefined;
}

/** The failure on one line of JSON: `{"contract":1,"error":{"code","message","hint",…}}`. */
export function failureToJson(error: unknown, isPretty: boolean, notices: ReadonlySet<string> = new Set()): string {
  const { code, message, hint, data, stack } = failureOf(error);
  const facts = { code, message, ...(hint !== undefined && { hint }), ...(stack !== undefined && { stack }) };
  // The facts are named twice: first for their place, last so that no key of the data can take it.
  const told = notices.size === 0 ? {} : { notices: [...notices] };
  return answerToJson({ error: { ...facts, ...data, ...facts }, ...told }, isPretty);
}

/** The failure in words: what went wrong, and the way out. */
export function failureLines(error: unknown, { paint }: Screen): string[] {
  const { message, hint, stack } = failureOf(error);
  const lines = stack === undefined ? [`${paint.bad('error:')} ${printable(message)}`] : [printable(stack, 'text')];
  return hint === undefined ? lines : [...lines, hintLine(printable(hint), paint.quiet)];
}

function failureOf(error: unknown): Failure {
  if (error instanceof TasksError) {
    const { code, message, hint, data } = error;
    return { code, message, hint, data };
  }
  const message = error instanceof Error ? error.message : String(error);
  if (exitCodeOf(error) !== EXIT.bug) {
    return { code: 'io', message, hint: undefined, data: isMachineError(error) ? { system: error.code } : {} };
  }
  const stack = error instanceof Error ? (error.stack ?? message) : message;
  return { code: 'bug', message, hint: REPORT, data: {}, stack };
}

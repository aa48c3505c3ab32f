/** What a verb is, and what it works with. */
import type { Command } from 'commander';
import type { SessionOptions } from '../app/session.ts';
import type { World } from '../world.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Screen } from './render/screen.ts';

/** The values of the arguments in their order; a repeated argument (`<id...>`) is a list. */
export type Arguments = readonly (string | readonly string[] | undefined)[];

/** One verb: its file in `commands/` exports this as `verb`. */
export interface Verb<Flags = object> {
  /** Declares the verb's own options; called only when the verb is run or its help is shown. */
  declare?(command: Command): void;
  /** Parses, calls one use case, renders. */
  run(context: Context, flags: Flags, args: Arguments): Promise<ExitCode>;
}

/** What every verb is given. */
export interface Context {
  readonly world: World;
  /** `--json`: one object on standard output, and no other word. */
  readonly json: boolean;
  readonly out: Screen;
  readonly err: Screen;
  /** The folder that paths of files start from: `-C`, else the current one. Absolute. */
  readonly folder: string;
  /** What the shared flags say of the ledger: see `openLedger`. */
  readonly session: SessionOptions;
  /** Answers with the object (`--json`) or the lines. */
  answer(object: object, lines: () => readonly string[]): void;
  /** Says something beside the answer, on standard error. Nothing with `--json`. */
  readonly note: (lines: readonly string[]) => void;
  /** Writes text to standard output as it is. */
  write(text: string): void;
}

/** The only or first argument that is one text. Commander has made sure that a required one is there. */
export function textArgument(args: Arguments, index: number = 0): string {
  const value = args[index];
  return typeof value === 'string' ? value : '';
}

/** The ids that a verb was given. */
export function idArguments(args: Arguments): readonly string[] {
  const [ids] = args;
  return typeof ids === 'string' ? [ids] : (ids ?? []);
}

/** A ledger that tests of the command line fill and ask. */
import { type Outcome, type RunOptions, scratchRepository, tasks } from '../support/git.ts';

/** A scratch repository and the program in it. */
export interface Ledger {
  readonly folder: string;
  /** Runs the program and returns what it left. */
  run(args: readonly string[], options?: RunOptions): Outcome;
  /** Runs the program with `--json`, expects success, and returns the object. */
  json(...args: string[]): Answer;
  /** Adds a task and returns its id. */
  add(...args: string[]): string;
  /** How the program shows an id now, when all tasks were made by `add`. */
  short(id: string): string;
}

/** Parsed JSON: what the tests read of it by name. Those that look at its shape compare all of it. */
export interface Answer {
  readonly task: { readonly id: string };
  readonly tasks: readonly { readonly id: string }[];
}

/** A new repository with an empty ledger. Call it inside a test. */
export function scratchLedger(): Ledger {
  const folder = scratchRepository();
  const run = (args: readonly string[], options?: RunOptions): Outcome => tasks(folder, args, options);
  const json = (...args: string[]): Answer => {
    const { code, stdout, stderr } = run([...args, '--json']);
    if (code !== 0) throw new Error(`git-tasks ${args.join(' ')} gave ${code}: ${stderr}`);
    return JSON.parse(stdout) as Answer;
  };
  json('init');
  const ids = new Set<string>();
  const add = (...args: string[]): string => {
    const { id } = json('add', ...args).task;
    ids.add(id);
    return id;
  };
  return { folder, run, json, add, short: (id) => shortestOf(id, ids) };
}

/** The beginning of an id that no other one has, of four characters at least. */
function shortestOf(id: string, ids: ReadonlySet<string>): string {
  const others = [...ids].filter((other) => other !== id);
  let length = 4;
  while (others.some((other) => other.startsWith(id.slice(0, length)))) length++;
  return id.slice(0, length);
}

/** What the completion scripts of all shells know. */

/** What can be completed of a verb. */
export interface VerbWords {
  readonly name: string;
  readonly summary: string;
  /** With its arguments: `show <id>`. */
  readonly usage: string;
  readonly flags: readonly FlagWords[];
}

/** A flag of a verb. */
export interface FlagWords {
  /** With its dashes. */
  readonly name: string;
  readonly description: string;
  readonly takesValue: boolean;
}

/** Flags whose value is an id. (`cancel --unblock` takes none.) */
export const ID_FLAGS: readonly string[] = ['--blocked-by', '--blocks', '--parent', '--unblock'];

/** Flags whose value is a path. */
export const FILE_FLAGS: readonly string[] = ['--description-file', '-C'];

/** Global flags that take the next word with them. */
export const GLOBAL_VALUES: readonly string[] = ['--list', '--as', '--at', '-C', '--color'];

/** Flags and verbs whose value is one of a few words. */
export const CHOICES: Readonly<Record<string, string>> = {
  '--status': 'pending in_progress completed cancelled',
  '--sort': 'urgency created priority id subject due',
  '--color': 'auto always never',
  '--priority': '0 1 2 3 4',
  completion: 'bash zsh fish',
  import: 'beads jsonl',
  export: 'jsonl',
};

/** The verbs that take ids. */
export function idVerbs(verbs: readonly VerbWords[]): string[] {
  return verbs.filter(({ usage }) => /[<[]id/.test(usage)).map(({ name }) => name);
}

/** The flags whose value nobody can guess. */
export function freeFlags(verbs: readonly VerbWords[]): string[] {
  const valued = verbs.flatMap(({ flags }) => flags.filter((flag) => flag.takesValue).map(({ name }) => name));
  const known = [...ID_FLAGS, ...FILE_FLAGS, ...Object.keys(CHOICES)];
  return [...new Set(valued)].filter((flag) => !known.includes(flag));
}

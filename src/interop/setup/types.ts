/** What setting up an agent is made of: files, and what is put into each of them. */

/** Where an agent is set up: in the files of one repository, or in the user's own. */
export type SetupScope = 'project' | 'user';

/**
 * One thing of ours in a text file. Both functions are pure, leave everything else byte for byte as it is, and give the
 * text itself where there is nothing to do. `add(add(x))` is `add(x)`. They throw `invalid` with the file's name where the
 * text is not what the agent itself could read.
 */
export interface SetupEdit {
  /** Tells the things in one file apart: `server`, `hooks`, `section`, `skill`. */
  readonly name: string;
  /** The text with our part in it, up to date. An empty text is a file that is not there. */
  add(text: string, file: string): string;
  /** The text without our part. */
  remove(text: string, file: string): string;
}

/** A file of an agent. */
export interface SetupFile {
  /** Absolute. */
  readonly path: string;
  readonly edits: readonly SetupEdit[];
}

/** Where and how an agent is to be set up. */
export interface SetupPlace {
  readonly scope: SetupScope;
  /** Top of the repository's checked-out files (scope `project`), or the user's home folder. Absolute. */
  readonly top: string;
  /** Environment variables that move the folders of agents. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The words that start this program: `git tasks`, or absolute paths where git would not find it. */
  readonly program: readonly string[];
  /** The text of a file of the agent; empty where there is none. */
  read(path: string): string;
  /** Whether two paths lead to one file. */
  isSame(a: string, b: string): boolean;
}

/** An agent that can be set up. */
export interface SetupAgent {
  readonly id: string;
  /** The name that people know it by. */
  readonly title: string;
  /** The pages of its manual that document these files. */
  readonly manuals: readonly string[];
  /** What a person has to know or do beside it, by scope. */
  readonly notes?: Partial<Record<SetupScope, string>>;
  files(place: SetupPlace): readonly SetupFile[];
}

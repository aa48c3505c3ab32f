/**
 * Placeholders in the command of a run. Pure.
 *
 * `{subject}` in an argument is replaced inside that argument, whatever the subject holds: there is no shell that could read
 * it as more. `{{subject}}` is the text `{subject}`. Anything else in braces (`{}`, `${HOME}`, JSON) stays as it is.
 */
import { TasksError } from '../errors.ts';

/** What can stand in braces. */
export const PLACEHOLDERS = ['id', 'subject', 'description', 'list', 'branch', 'json-file'] as const;

/** The name of a placeholder. */
export type Placeholder = (typeof PLACEHOLDERS)[number];

/** What each placeholder stands for. */
export type PlaceholderValues = Readonly<Record<Placeholder, string>>;

const TOKEN = /\{\{([a-z-]+)\}\}|\{([a-z-]+)\}/g;

/** Placeholders whose value nobody else has written. */
const OWN: readonly string[] = ['id', 'list', 'branch', 'json-file'];

const SHELL = /(?:^|\/)(?:sh|bash|dash|zsh|ksh|fish|ash)$/;

/** Throws `usage` for a command that is empty, names what is no placeholder, or lets a text of the ledger into a script. */
export function checkCommand(command: readonly string[]): void {
  if (command.length === 0 || command[0] === '') {
    throw new TasksError('usage', 'There is no command to run', { hint: 'git tasks run -- make {id}' });
  }
  for (const name of command.flatMap(namesIn)) {
    if (isPlaceholder(name)) continue;
    throw new TasksError('usage', `There is no placeholder {${name}}`, {
      hint: `Choose from: ${PLACEHOLDERS.map((known) => `{${known}}`).join(' ')}. {{${name}}} is the text {${name}}`,
      data: { placeholder: name },
    });
  }
  const unsafe = namesIn(shellScript(command)).find((name) => !OWN.includes(name));
  if (unsafe === undefined) return;
  throw new TasksError(
    'usage',
    `{${unsafe}} would become a part of a shell's script, and whoever wrote the task could run anything`,
    {
      hint: `Hand it to the script as an argument: sh -c '… "$1" …' sh {${unsafe}}`,
      data: { placeholder: unsafe },
    },
  );
}

/** The command with its placeholders filled in. What is put in is never looked at again. */
export function fillCommand(command: readonly string[], values: PlaceholderValues): string[] {
  return command.map((word) =>
    word.replace(TOKEN, (_all, literal: string | undefined, name: string | undefined) => {
      if (literal !== undefined) return `{${literal}}`;
      // No argument can hold a NUL, and a text of the ledger should not keep a command from being started.
      return isPlaceholder(name) ? values[name].replaceAll('\0', '') : `{${name ?? ''}}`;
    }),
  );
}

/** Whether a word has something to be filled in. */
export function hasPlaceholder(word: string): boolean {
  return namesIn(word).length > 0;
}

/** Whether the command asks for this placeholder. */
export function asksFor(command: readonly string[], name: Placeholder): boolean {
  return command.some((word) => namesIn(word).includes(name));
}

function namesIn(word: string): string[] {
  return [...word.matchAll(TOKEN)].flatMap(([, , name]) => (name === undefined ? [] : [name]));
}

function isPlaceholder(name: string | undefined): name is Placeholder {
  return PLACEHOLDERS.some((known) => known === name);
}

/** The script that a shell is given with `-c` (also `-ec`, `-lc`); empty where there is none. */
function shellScript(command: readonly string[]): string {
  const shell = command.findIndex((word) => SHELL.test(word));
  if (shell < 0) return '';
  const option = command.findIndex((word, i) => i > shell && /^-[a-z]*c$/.test(word));
  return option < 0 ? '' : (command[option + 1] ?? '');
}

/** Binds what was given to a template: words by their position, values by their name. Pure. */
import { TasksError } from '../errors.ts';
import type { Bindings, Placeholder } from './placeholders.ts';
import type { Template, TemplateArgument } from './template.ts';
import { joinWords, splitWords } from './words.ts';

/** The arguments of one set of tasks. */
export interface Given {
  /** All of them, as they were typed: `$ARGUMENTS`. Empty: none were given. */
  readonly text: string;
  /** Their words. Throws `usage` when the text cannot be taken apart; asked only where words are needed. */
  readonly words: () => readonly string[];
  /** Values by name. */
  readonly set: ReadonlyMap<string, string>;
}

/** How the values of a template are found. */
export interface Bound extends Bindings {
  /** What stands at the end of every description, because no text of the template asks for the arguments. */
  readonly appendix: string | undefined;
}

const NONE: ReadonlyMap<string, string> = new Map();

/**
 * Arguments that a shell has taken apart already. One alone is the whole text as it is; of several, those with blanks
 * stand in quotes, so that the whole text says where each begins.
 */
export function givenWords(words: readonly string[], set: ReadonlyMap<string, string> = NONE): Given {
  const [only = ''] = words;
  return { text: words.length === 1 ? only : joinWords(words), words: () => words, set };
}

/** A line of arguments, with quotes as in a shell. */
export function givenLine(line: string, set: ReadonlyMap<string, string> = NONE): Given {
  let words: readonly string[] | undefined;
  return { text: line, words: () => (words ??= mustSplit(line)), set };
}

/**
 * Binds the arguments. `uses`: the placeholders of the template. Throws `usage` for a name that is not declared, an
 * argument that is given twice, and one that nothing would use; `valueOf` throws it for one that is missing.
 */
export function bindArguments(
  { arguments: args }: Pick<Template, 'arguments'>,
  uses: readonly Placeholder[],
  given: Given,
): Bound {
  const positions = new Map(args.map(({ name }, index) => [name, index]));
  const usesAll = uses.some(({ kind }) => kind === 'all');
  const needed = Math.max(args.length, ...uses.map((use) => (use.kind === 'word' ? use.index + 1 : 0)));
  checkNames(args, given);
  if (given.text !== '' && uses.length > 0 && !usesAll) checkCount(given.words(), needed);
  const wordAt = (index: number): string => {
    const argument = args[index];
    const word = given.words()[index];
    const named = argument === undefined ? undefined : given.set.get(argument.name);
    if (word !== undefined && named !== undefined) throw givenTwice(argument?.name ?? '');
    const value = word ?? named ?? argument?.default;
    if (value === undefined) throw missing(argument?.name ?? String(index), args);
    return value;
  };
  return {
    isDeclared: (name) => positions.has(name),
    valueOf: (placeholder) => {
      if (placeholder.kind === 'word') return wordAt(placeholder.index);
      if (placeholder.kind === 'name') return wordAt(positions.get(placeholder.name) ?? 0);
      if (given.text === '') throw missing('ARGUMENTS', args);
      return given.text;
    },
    appendix: uses.length === 0 && given.text !== '' ? `ARGUMENTS: ${given.text}` : undefined,
  };
}

/** How the arguments of a template are given: `shard [retries]`. */
export function argumentsUsage(args: readonly TemplateArgument[]): string {
  return args.map((argument) => (argument.default === undefined ? argument.name : `[${argument.name}]`)).join(' ');
}

function mustSplit(line: string): readonly string[] {
  const words = splitWords(line);
  if (words !== undefined) return words;
  throw new TasksError('usage', `A quote does not end in: ${excerpt(line)}`, {
    hint: String.raw`Put a backslash before a quote that is only a character: it\'s`,
  });
}

function checkNames(args: readonly TemplateArgument[], { set }: Given): void {
  const unknown = [...set.keys()].find((name) => !args.some((argument) => argument.name === name));
  if (unknown === undefined) return;
  throw new TasksError('usage', `There is no argument ${JSON.stringify(unknown)}`, {
    hint: args.length === 0 ? 'No argument has a name here' : `The arguments are: ${argumentsUsage(args)}`,
    data: { argument: unknown },
  });
}

function checkCount(words: readonly string[], needed: number): void {
  const extra = words[needed];
  if (extra === undefined) return;
  throw new TasksError('usage', `Nothing uses the argument ${excerpt(extra)}: ${needed} of ${words.length} are used`, {
    hint: 'Put quotes around an argument of several words',
    data: { argument: extra },
  });
}

function missing(name: string, args: readonly TemplateArgument[]): TasksError {
  const usage = args.length === 0 ? '' : `The arguments are: ${argumentsUsage(args)}. `;
  return new TasksError('usage', `The argument $${name} is missing`, {
    hint: `${usage}Where no argument is meant, the template must say \\$${name}`,
    data: { argument: name },
  });
}

function givenTwice(name: string): TasksError {
  return new TasksError('usage', `The argument ${name} is given twice: by its place and by its name`, {
    data: { argument: name },
  });
}

const MAX_EXCERPT = 60;

function excerpt(text: string): string {
  return JSON.stringify(text.length > MAX_EXCERPT ? `${text.slice(0, MAX_EXCERPT).toWellFormed()}…` : text);
}

/** The command line as data, from the same declarations that parse it. */
import { Command, type Option } from 'commander';
import { EXIT, type ExitCode, exitCodeOfCode } from '../exit-codes.ts';
import { CHOICES } from '../completion/words.ts';
import { declareGlobalFlags } from '../options.ts';
import { nameOf, type VerbEntry } from '../verbs.ts';
import { ANSWERS } from './answers.ts';
import { answerName } from './schemas.ts';
import { PROMISES } from './verbs.ts';

/** An option of a verb. */
export interface OptionView {
  /** With its dashes. */
  readonly name: string;
  readonly short?: string;
  readonly description: string;
  /** `flag` takes no value. A `duration` is `45s`, `30m`, `2h`. */
  readonly type: 'flag' | 'text' | 'integer' | 'duration' | 'id';
  /** What the help calls the value. */
  readonly value?: string;
  /** The value may be left out. */
  readonly optional?: true;
  /** It may be given several times. */
  readonly repeatable?: true;
  readonly choices?: readonly string[];
  readonly default?: string;
}

/** An argument of a verb. */
export interface ArgumentView {
  readonly name: string;
  readonly required: boolean;
  readonly repeatable: boolean;
}

/** A verb with all that a program may rely on. */
export interface VerbView {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  /** Heading in the help; none: for programs only. */
  readonly group?: string;
  readonly arguments: readonly ArgumentView[];
  readonly options: readonly OptionView[];
  readonly writes: boolean;
  /** Name of the schema of the answer; none: it does not answer in JSON. */
  readonly answer?: string;
  /** Name of the schema of each line, where it goes on answering. */
  readonly lines?: string;
  readonly exits: readonly ExitCode[];
  /** Codes of failures. */
  readonly refusals: readonly string[];
}

/** What the help calls a value that is no free text. */
const TYPES: Readonly<Record<string, OptionView['type']>> = {
  n: 'integer',
  '0-4': 'integer',
  seconds: 'integer',
  time: 'duration',
  interval: 'duration',
  id: 'id',
};

/** Describes one verb. Loads its file. */
export async function describeVerb(entry: VerbEntry): Promise<VerbView> {
  const name = nameOf(entry);
  const command = new Command().enablePositionalOptions().command(entry.usage).helpOption(false);
  const { verb } = await entry.load();
  verb.declare?.(command);
  const { usage, summary, group } = entry;
  const promise = PROMISES[name] ?? { writes: true, refusals: [] };
  const failures = promise.refusals.map(exitCodeOfCode);
  const exits = new Set<ExitCode>([EXIT.done, ...(promise.exits ?? []), ...failures, EXIT.bug]);
  return {
    name,
    usage,
    summary,
    ...(group !== undefined && { group: group.replace(/:$/, '') }),
    arguments: command.registeredArguments.map((argument) => {
      return { name: argument.name(), required: argument.required, repeatable: argument.variadic };
    }),
    options: command.options.map(describeOption),
    writes: promise.writes,
    ...(Object.hasOwn(ANSWERS, name) && { answer: answerName(name) }),
    ...(promise.lines !== undefined && { lines: promise.lines }),
    exits: [...exits].sort((a, b) => a - b),
    refusals: promise.refusals,
  };
}

/** The options that every verb has. */
export function describeGlobals(): OptionView[] {
  const command = new Command();
  declareGlobalFlags(command);
  return command.options.map(describeOption);
}

function describeOption(option: Option): OptionView {
  const { long, short, flags } = option;
  const choices = option.argChoices ?? CHOICES[long ?? '']?.split(' ');
  return {
    name: long ?? short ?? flags,
    ...(long !== undefined && short !== undefined && { short }),
    ...describeText(option.description),
    ...describeValue(option),
    ...(choices !== undefined && { choices }),
  };
}

/** What the description says of an option beside what it is for. */
function describeText(text: string): Pick<OptionView, 'description' | 'default' | 'repeatable'> {
  const fallback = /^(?<description>.*?) ?\(default: (?<value>[^)]+)\)$/.exec(text)?.groups;
  return {
    description: fallback?.['description'] ?? text,
    ...(fallback?.['value'] !== undefined && { default: fallback['value'] }),
    // A test compares it with how the options are parsed: bundles do not share their parsers.
    ...(/\brepeatable\b/.test(text) && { repeatable: true }),
  };
}

function describeValue({ flags, optional }: Option): Pick<OptionView, 'type' | 'value' | 'optional'> {
  const value = /[<[]([^>\]]+)[>\]]/.exec(flags)?.[1];
  if (value === undefined) return { type: 'flag' };
  return { type: TYPES[value] ?? 'text', value, ...(optional && { optional }) };
}

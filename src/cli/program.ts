/** The command line as commander parses it. */
import { type Argument, Command, Help, Option } from 'commander';
import { createContext, type ProgramIo } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { declareGlobalFlags, type GlobalFlags } from './options.ts';
import type { Arguments, Verb } from './verb.ts';
import { nameOf, type VerbEntry, VERBS } from './verbs.ts';
import { VERSION } from './version.ts';

/** A command line on its way. */
export interface Run {
  /** What the verb returned. */
  code: ExitCode;
  /** The verb that was asked for, once it is known. */
  verb?: Command;
}

const GLOBAL = 'Global options:';

const OUTRO = `
git tasks help <verb> tells the flags of a verb; help --json tells programs all.

Exit codes: 0 done · 1 refused, invalid or not found · 2 usage · 3 nothing to do
            4 lost a race or a lease · 5 conflicts · 70 a defect · 130 interrupted`;

/** Parses the arguments and runs the verb; `run` tells how far it came. Throws commander's errors. */
export async function runProgram(args: readonly string[], run: Run, io: ProgramIo): Promise<void> {
  const program = createProgram(io);
  const entries = new Map(VERBS.map((entry) => [nameOf(entry), entry]));
  const verbs = new Map<string, Verb>();
  for (const entry of VERBS) {
    const command = createVerb(program, entry);
    command.action(async () => {
      const flags = { ...program.opts<GlobalFlags>(), ...command.opts<GlobalFlags>() };
      const context = createContext(io, flags);
      run.code = (await verbs.get(command.name())?.run(context, flags, command.processedArgs as Arguments)) ?? EXIT.bug;
    });
  }
  program.hook('preSubcommand', async (_program, command) => {
    run.verb = command;
    const { verb } = (await entries.get(command.name())?.load()) ?? {};
    // The table forgets which flags each verb takes; the file of the verb, which declares them, knows.
    if (verb !== undefined) verbs.set(command.name(), verb);
    verb?.declare?.(command);
    declareGlobalFlags(command);
  });
  await program.parseAsync(normalizeHelp(args), { from: 'user' });
}

const HELP_FLAGS: readonly string[] = ['-h', '--help'];

/** Global flags that take the next word with them. */
const WITH_VALUE: readonly string[] = ['--list', '--as', '--at', '-C', '--color'];

/**
 * `help add` as `add --help`, because commander's own help command would not wait for the verb to be loaded; and no help
 * flag after a verb that does not exist, because commander would show the general help instead of refusing it.
 */
function normalizeHelp(args: readonly string[]): readonly string[] {
  const at = verbIndex(args);
  const [word, subject] = args.slice(at);
  // For programs, and asked for its own help, `help` is a verb like any other.
  if (word === 'help' && !args.includes('--json') && !HELP_FLAGS.includes(subject ?? '')) {
    const topic = subject === undefined ? ['--help'] : [subject, ...(isKnown(subject) ? ['--help'] : [])];
    return [...args.slice(0, at), ...topic];
  }
  return word === undefined || isKnown(word) ? args : args.filter((flag) => !HELP_FLAGS.includes(flag));
}

/** Where the verb stands: behind the global flags. */
function verbIndex(args: readonly string[]): number {
  let at = 0;
  while (args[at]?.startsWith('-') === true) at += WITH_VALUE.includes(args[at] ?? '') ? 2 : 1;
  return at;
}

function isKnown(word: string | undefined): boolean {
  return VERBS.some((entry) => nameOf(entry) === word);
}

function createProgram({ world, screens }: ProgramIo): Command {
  const { out, err } = screens;
  const program = new Command('git tasks')
    .usage('<verb> [options]')
    .description('A task ledger in your own git repository.')
    .exitOverride()
    .enablePositionalOptions()
    .helpCommand(false)
    .addHelpOption(new Option('-h, --help', 'show this help').helpGroup(GLOBAL))
    .addHelpText('after', OUTRO)
    .configureOutput({
      writeOut: (text) => void world.stdout.stream.write(text),
      // The error boundary tells what went wrong, for people or as JSON.
      writeErr: () => undefined,
      outputError: () => undefined,
      getOutHelpWidth: () => helpWidth(out.width),
      getErrHelpWidth: () => helpWidth(err.width),
      // The styles below know by themselves whether there are colours.
      getOutHasColors: () => true,
      getErrHasColors: () => true,
    })
    .configureHelp({ styleTitle: out.paint.strong, subcommandTerm, formatHelp });
  declareGlobalFlags(program);
  return program.version(VERSION, '--version', 'show the version');
}

function helpWidth(columns: number): number {
  return Number.isFinite(columns) ? Math.min(columns, 100) : 80;
}

function createVerb(program: Command, entry: VerbEntry): Command {
  const command = program.command(entry.usage, { hidden: entry.group === undefined });
  if (entry.group !== undefined) command.helpGroup(entry.group);
  const { summary } = entry;
  return command.summary(summary).description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`);
}

/** `show <id>`, without the `[options]` that all of them have. */
function subcommandTerm(command: Command): string {
  return [command.name(), ...command.registeredArguments.map(argumentTerm)].join(' ');
}

function argumentTerm(argument: Argument): string {
  const text = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${text}>` : `[${text}]`;
}

/** Commander's help, but the verbs come before the flags that all of them share. */
function formatHelp(command: Command, help: Help): string {
  const text = Help.prototype.formatHelp.call(help, command, help);
  if (command.parent !== null) return text;
  const sections = text.trimEnd().split('\n\n');
  const shared = sections.filter((section) => section.includes(GLOBAL));
  return `${[...sections.filter((section) => !shared.includes(section)), ...shared].join('\n\n')}\n`;
}

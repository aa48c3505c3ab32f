/** The command line of git-tasks: runs one verb and says how it went. */
import { type Command, CommanderError } from 'commander';
import { TasksError } from '../errors.ts';
import { processWorld, type World } from '../world.ts';
import { linesToText, noticeLines, type Screens } from './context.ts';
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.ts';
import { type Run, runProgram } from './program.ts';
import { failureLines, failureToJson } from './render/errors.ts';
import { parseColorMode, screenOf } from './render/screen.ts';
import { settleOutput, watchOutput } from './watch-output.ts';

/** Runs one command line (arguments without `node` and the script) and resolves to the exit code. */
export async function main(argv: string[]): Promise<number> {
  return runCommandLine(argv, processWorld({ isProgram: true }));
}

/** `main` in a given world. The one place where a failure becomes words and an exit code. */
export async function runCommandLine(argv: readonly string[], world: World): Promise<ExitCode> {
  watchOutput(world);
  const run: Run = { code: EXIT.done };
  const screens = screensOf(argv, world);
  const notices = new Set<string>();
  try {
    await runProgram(argv, run, { world, screens, notices });
    await settleOutput(world);
    return run.code;
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return EXIT.done;
    const error = thrown instanceof CommanderError ? usageError(thrown, run) : thrown;
    const text = isJson(argv)
      ? `${failureToJson(error, screens.err.isTerminal, notices)}\n`
      : linesToText([...failureLines(error, screens.err), ...noticeLines(notices, screens.err)]);
    world.stderr.stream.write(text);
    return exitCodeOf(error);
  }
}

/** The screens, with what the arguments say of colours. A wrong mode is reported when the arguments are parsed. */
function screensOf(argv: readonly string[], world: World): Screens {
  const at = argv.findLastIndex((word) => word === '--color' || word.startsWith('--color='));
  const word = argv[at]?.startsWith('--color=') === true ? argv[at].slice('--color='.length) : argv[at + 1];
  const mode = at >= 0 && ['auto', 'always', 'never'].includes(word ?? '') ? parseColorMode(word) : 'auto';
  return { out: screenOf(world, world.stdout, mode), err: screenOf(world, world.stderr, mode) };
}

/** Whether the failure of a command line that was perhaps never parsed is to be JSON. */
function isJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end < 0 ? argv.length : end).includes('--json');
}

/** What commander refused, in our words. */
function usageError(error: CommanderError, { verb }: Run): TasksError {
  if (error.code === 'commander.help') {
    return new TasksError('usage', 'A verb is missing', { hint: 'See them all with: git tasks -h' });
  }
  const [first = '', suggestion] = error.message.replace(/^error: /, '').split('\n', 2);
  return new TasksError('usage', first.replaceAll('command', 'verb'), {
    hint: suggestion?.replace(/^\((.*)\)$/, '$1') ?? usageHint(error, verb),
  });
}

function usageHint({ code }: CommanderError, verb: Command | undefined): string {
  if (verb === undefined) return 'See all verbs with: git tasks -h';
  const takesText = verb.registeredArguments.some((argument) => ['subject', 'text'].includes(argument.name()));
  if (takesText && code === 'commander.excessArguments') return 'Put quotes around a text of several words';
  return `Usage: git tasks ${verb.name()} ${verb.usage()}. See: git tasks ${verb.name()} -h`;
}

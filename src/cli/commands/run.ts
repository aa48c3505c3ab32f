/** `git tasks run`. */
import { availableParallelism } from 'node:os';
import { Option } from 'commander';
import { TasksError } from '../../errors.ts';
import type { RunOutcome } from '../../runner/run-event.ts';
import type { OnFail, RunOptions, Until } from '../../runner/run-options.ts';
import { parseDuration } from '../../task/duration.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { collectNames } from '../options.ts';
import { printable } from '../render/printable.ts';
import type { ViewOptions } from '../run-view.ts';
import { untilOver } from '../until-over.ts';
import { type Context, idArguments, type Verb } from '../verb.ts';

interface Flags {
  readonly jobs?: number;
  readonly label?: readonly string[];
  readonly until?: Until;
  readonly retries?: number;
  readonly backOff?: number;
  readonly onFail?: OnFail;
  readonly failFast?: true;
  readonly keepGoing?: true;
  readonly timeout?: number;
  readonly grace?: number;
  readonly lease?: number;
  readonly stdin?: true;
  readonly worktree?: true;
  readonly review?: true;
  readonly dryRun?: true;
  readonly fetch?: number;
  readonly report?: readonly string[];
  readonly quiet?: true;
  readonly output: boolean;
}

/** What each outcome exits with. */
const EXITS: Readonly<Record<RunOutcome, ExitCode>> = {
  done: EXIT.done,
  failed: EXIT.refused,
  idle: EXIT.nothing,
  interrupted: EXIT.interrupted,
};

const SECOND = 1000;

/** Claims ready tasks and runs a command for each, until the graph is done. */
export const verb: Verb<Flags> = {
  declare: (command) => {
    command
      .usage('[options] -- <command> {id} {subject} …')
      .passThroughOptions()
      .option('-j, --jobs <n>', 'how many at once; as many as there are processors unless said otherwise', parseJobs)
      .option('-l, --label <label>', 'only tasks with this label; repeatable (all must be there)', collectNames)
      .addOption(new Option('--until <when>', 'done: wait for what others do; idle: do not').choices(['done', 'idle']))
      .option('--retries <n>', 'so many tries more for a task that failed', parseCount)
      .option('--back-off <time>', 'before the first of them: 1s; twice as long each time', parseDuration)
      .addOption(
        new Option('--on-fail <what>', 'after the last try: release, cancel or hold').choices([
          'release',
          'cancel',
          'hold',
        ]),
      )
      .addOption(new Option('--fail-fast', 'stop at the first task that fails').conflicts('keepGoing'))
      .option('--keep-going', 'go on after a failure; so it is unless said otherwise')
      .option('--timeout <time>', 'how long the command may take: 45s, 30m', parseDuration)
      .option('--grace <time>', 'from asking a command to end until it is killed: 5s', parseDuration)
      .option('--lease <time>', 'how long a claim holds without a sign of life: 30m', parseDuration)
      .option('--stdin', 'give the command its task as JSON on standard input')
      .option('--worktree', 'give each task a worktree and a branch task/<id> of its own')
      .option('--review', 'open a review of each task that was completed')
      .option('--fetch <interval>', 'how often to look at a shared remote while waiting: 10s', parseDuration)
      .option('--report <file>', 'write a report: .html, .md, .json, .xml (JUnit); repeatable', collectPaths)
      .option('--quiet', 'show only what went wrong, and what came of it')
      .option('--no-output', 'leave out what the commands print')
      .addOption(
        new Option('--dry-run', 'show what would be run, and run nothing').conflicts(['report', 'quiet', 'output']),
      )
      .addHelpText('after', PLACEHOLDERS);
  },
  run: async (context, flags, args) => {
    const command = idArguments(args);
    if (flags.dryRun === true) return dryRun(context, flags, command);
    const { runFleet } = await import('../../runner/run-fleet.ts');
    const { showRun } = await import('../run-view.ts');
    context.world.keepHeapSmall?.();
    const over = untilOver(context.world, { input: false });
    const kill = new AbortController();
    let interrupts = 0;
    const release = context.world.onInterrupt(() => {
      interrupts++;
      if (interrupts > 1) kill.abort();
    });
    try {
      const session = await openLedger(context);
      const told = runOptions(context, flags, command);
      const { outcome } = await showRun(
        context,
        viewOptions(flags, { kill: kill.signal, stop: over.signal }),
        (watcher) => runFleet(session, { ...told, watcher, stop: over.signal, kill: kill.signal }),
      );
      return EXITS[outcome];
    } finally {
      release();
      over.release();
    }
  },
};

const PLACEHOLDERS = `
In the command, {id} {subject} {description} {list} {branch} {json-file} stand
for what the task says, each inside of one argument and never of a shell's
script; {{id}} is the text {id}. The environment has GIT_TASKS_ID,
GIT_TASKS_LIST, GIT_TASKS_ACTOR and GIT_TASKS_SESSION. Exit code 0 completes the
task, another one gives it back with a note.

Exit codes: 0 all is done · 1 some tasks failed · 3 work remains that nothing
            here can move · 130 interrupted`;

/** What the flags say, with what is so unless they do. */
function runOptions(
  { folder }: Context,
  flags: Flags,
  command: readonly string[],
): Omit<RunOptions, 'watcher' | 'stop' | 'kill'> {
  return {
    command,
    folder,
    jobs: flags.jobs ?? availableParallelism(),
    labels: flags.label,
    until: flags.until ?? 'done',
    retries: flags.retries ?? 0,
    backOff: flags.backOff ?? SECOND,
    onFail: flags.onFail ?? 'release',
    failFast: flags.failFast === true,
    timeout: flags.timeout,
    grace: flags.grace ?? 5 * SECOND,
    lease: flags.lease,
    stdin: flags.stdin === true,
    worktree: flags.worktree === true,
    review: flags.review === true,
    fetch: flags.fetch ?? 10 * SECOND,
  };
}

async function dryRun(context: Context, flags: Flags, command: readonly string[]): Promise<ExitCode> {
  const { planRun } = await import('../../runner/plan-run.ts');
  const plan = await planRun(await openLedger(context), { command, labels: flags.label });
  context.answer(plan, () =>
    plan.tasks.map(({ short, command: words }) => `${short}  ${words.map((word) => printable(word)).join(' ')}`),
  );
  if (plan.tasks.length === 0) context.note(['nothing is ready, so nothing would be run']);
  return EXIT.done;
}

function viewOptions(
  { report, quiet, output }: Flags,
  { kill, stop }: { readonly kill: AbortSignal; readonly stop: AbortSignal },
): ViewOptions {
  return { reports: report ?? [], quiet: quiet === true, output, signal: kill, stop };
}

/** A path may hold commas, so `collectNames` is not for it. */
function collectPaths(path: string, before: readonly string[] = []): readonly string[] {
  return [...before, path];
}

function parseJobs(word: string): number {
  const jobs = parseCount(word);
  if (jobs >= 1 && jobs <= 1000) return jobs;
  throw new TasksError('usage', `${word} commands at once cannot be`, { hint: 'Give --jobs 1 to 1000' });
}

function parseCount(word: string): number {
  if (/^\d{1,6}$/.test(word)) return Number(word);
  throw new TasksError('usage', `${JSON.stringify(word)} is not a number`, { hint: 'Give a whole number: 3' });
}

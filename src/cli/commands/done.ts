/** `git tasks done`. */
import { tasksAnswer } from '../answers.ts';
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { collect, declareWriteFlags, textOrInput, writeOptions, type WriteFlags } from '../options.ts';
import { changeLines, readyLines } from '../render/changes.ts';
import { idArguments, type Verb } from '../verb.ts';

interface Flags extends WriteFlags {
  readonly result?: string;
  readonly evidence?: readonly string[];
  readonly tickAll?: true;
}

/** Completes tasks and says what became ready because of it. */
export const verb: Verb<Flags> = {
  declare: (command) => {
    command.option(
      '--result <text>',
      'what came out of it, for whoever works on what this blocked; - reads standard input',
    );
    command
      .option('--evidence <ref>', 'a commit, an address or a file that shows it; repeatable', collect)
      .option('--tick-all', 'tick every acceptance line');
    declareWriteFlags(command);
    command.addHelpText('after', '\nThe checks of the tasks run first: see git tasks check -h.');
  },
  run: async (context, flags, args) => {
    const { completeTasks } = await import('../../app/life.ts');
    const ids = idArguments(args);
    const result = await textOrInput(flags.result, context);
    const { evidence, tickAll } = flags;
    const input = { ids, result, evidence, tickAll, folder: context.folder };
    const answer = await completeTasks(await openLedger(context), input, writeOptions(flags));
    const { tasks, shortIds, changed, unblocked } = answer;
    const done = changed ? 'completed' : 'unchanged';
    context.answer({ ...tasksAnswer(answer, ids), unblocked }, () => [
      ...changeLines({ done, tasks, shortIds }, context.out),
      ...readyLines(unblocked, shortIds, context.out),
    ]);
    return EXIT.done;
  },
};

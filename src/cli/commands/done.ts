/** `git tasks done`. */
import { tasksAnswer } from '../answers.ts';
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { declareWriteFlags, textOrInput, writeOptions, type WriteFlags } from '../options.ts';
import { changeLines, readyLines } from '../render/changes.ts';
import { idArguments, type Verb } from '../verb.ts';

interface Flags extends WriteFlags {
  readonly result?: string;
}

/** Completes tasks and says what became ready because of it. */
export const verb: Verb<Flags> = {
  declare: (command) => {
    command.option(
      '--result <text>',
      'what came out of it, for whoever works on what this blocked; - reads standard input',
    );
    declareWriteFlags(command);
  },
  run: async (context, flags, args) => {
    const { completeTasks } = await import('../../app/life.ts');
    const ids = idArguments(args);
    const result = await textOrInput(flags.result, context);
    const answer = await completeTasks(await openLedger(context), { ids, result }, writeOptions(flags));
    const { tasks, shortIds, changed, unblocked } = answer;
    const done = changed ? 'completed' : 'unchanged';
    context.answer({ ...tasksAnswer(answer, ids), unblocked }, () => [
      ...changeLines({ done, tasks, shortIds }, context.out),
      ...readyLines(unblocked, shortIds, context.out),
    ]);
    return EXIT.done;
  },
};

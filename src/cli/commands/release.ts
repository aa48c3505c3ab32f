/** `git tasks release`. */
import { tasksAnswer } from '../answers.ts';
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { declareWriteFlags, writeOptions, type WriteFlags } from '../options.ts';
import { changeLines } from '../render/changes.ts';
import { idArguments, type Verb } from '../verb.ts';

/** Gives tasks back. */
export const verb: Verb<WriteFlags> = {
  declare: declareWriteFlags,
  run: async (context, flags, args) => {
    const { releaseTasks } = await import('../../app/life.ts');
    const ids = idArguments(args);
    const answer = await releaseTasks(await openLedger(context), { ids }, writeOptions(flags));
    const { tasks, shortIds, changed } = answer;
    const done = changed ? 'released' : 'unchanged';
    context.answer(tasksAnswer(answer, ids), () => changeLines({ done, tasks, shortIds }, context.out));
    return EXIT.done;
  },
};

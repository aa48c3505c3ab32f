/** `git tasks reopen`. */
import { tasksAnswer } from '../answers.ts';
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { declareWriteFlags, writeOptions, type WriteFlags } from '../options.ts';
import { changeLines } from '../render/changes.ts';
import { idArguments, type Verb } from '../verb.ts';

/** Opens completed or cancelled tasks again. */
export const verb: Verb<WriteFlags> = {
  declare: declareWriteFlags,
  run: async (context, flags, args) => {
    const { reopenTasks } = await import('../../app/life.ts');
    const ids = idArguments(args);
    const answer = await reopenTasks(await openLedger(context), { ids }, writeOptions(flags));
    const { tasks, shortIds, changed } = answer;
    const done = changed ? 'reopened' : 'unchanged';
    context.answer(tasksAnswer(answer, ids), () => changeLines({ done, tasks, shortIds }, context.out));
    return EXIT.done;
  },
};

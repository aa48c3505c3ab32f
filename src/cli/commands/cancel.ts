/** `git tasks cancel`. */
import { tasksAnswer } from '../answers.ts';
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { declareWriteFlags, writeOptions, type WriteFlags } from '../options.ts';
import { changeLines } from '../render/changes.ts';
import { idArguments, type Verb } from '../verb.ts';

interface Flags extends WriteFlags {
  readonly cascade?: true;
  readonly unblock?: true;
}

/** Gives tasks up, and says what becomes of those that wait for them. */
export const verb: Verb<Flags> = {
  declare: (command) => {
    command
      .option('--cascade', 'cancel what waits for them and their parts, too')
      .option('--unblock', 'let what waits for them go on without them');
    declareWriteFlags(command);
  },
  run: async (context, flags, args) => {
    const { cancelTasks } = await import('../../app/life.ts');
    const ids = idArguments(args);
    const { cascade, unblock } = flags;
    const answer = await cancelTasks(await openLedger(context), { ids, cascade, unblock }, writeOptions(flags));
    const { tasks, shortIds, changed } = answer;
    const done = changed ? 'cancelled' : 'unchanged';
    context.answer(tasksAnswer(answer, ids), () => changeLines({ done, tasks, shortIds }, context.out));
    return EXIT.done;
  },
};

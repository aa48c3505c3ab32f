/** `git tasks check`. */
import { EXIT } from '../exit-codes.ts';
import { tasksAnswer } from '../answers.ts';
import { openLedger } from '../open-ledger.ts';
import { declareWriteFlags, writeOptions, type WriteFlags } from '../options.ts';
import { changeLines } from '../render/changes.ts';
import { runsDetail } from '../render/evidence.ts';
import { idArguments, type Verb } from '../verb.ts';

/** Runs the checks of tasks and records the runs, without completing anything. Exits with 1 when one has failed. */
export const verb: Verb<WriteFlags> = {
  declare: (command) => {
    declareWriteFlags(command);
    command.addHelpText('after', HELP);
  },
  run: async (context, flags, args) => {
    const { checkTasks } = await import('../../app/check.ts');
    const ids = idArguments(args);
    const answer = await checkTasks(await openLedger(context), { ids }, writeOptions(flags));
    const { tasks, shortIds, runs } = answer;
    const failed = runs.filter(({ exit }) => exit !== 0).length;
    context.answer({ ...tasksAnswer(answer, ids), runs }, () =>
      changeLines({ done: 'checked', tasks, shortIds, detail: (task) => runsDetail(task, runs) }, context.out),
    );
    return failed > 0 ? EXIT.refused : EXIT.done;
  },
};

const HELP = `
A task names its checks; git's configuration says what they are:
  git config tasks.check.test "npm test"`;

/** `git tasks claim`. */
import { tasksAnswer } from '../answers.ts';
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { declareLease, declareWriteFlags, writeOptions, type WriteFlags } from '../options.ts';
import { changeLines, leaseDetail } from '../render/changes.ts';
import { idArguments, type Verb } from '../verb.ts';

interface Flags extends WriteFlags {
  readonly lease?: number;
  readonly hold?: true;
}

/** Takes tasks and starts them. */
export const verb: Verb<Flags> = {
  declare: (command) => {
    declareLease(command);
    declareWriteFlags(command);
  },
  run: async (context, flags, args) => {
    const { claimTasks } = await import('../../app/life.ts');
    const ids = idArguments(args);
    const { lease, hold } = flags;
    const answer = await claimTasks(await openLedger(context), { ids, lease, hold }, writeOptions(flags));
    const { tasks, shortIds, already, claimed } = answer;
    const done = already ? 'already yours:' : 'claimed';
    const json = { ...tasksAnswer(answer, ids), ...(already && { already }), ...(claimed && { claimed }) };
    context.answer(json, () =>
      changeLines({ done, tasks, shortIds, detail: (task) => leaseDetail(task, context.out) }, context.out),
    );
    return EXIT.done;
  },
};

/** `git tasks renew`. */
import { parseDuration } from '../../task/duration.ts';
import { tasksAnswer } from '../answers.ts';
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { declareWriteFlags, writeOptions, type WriteFlags } from '../options.ts';
import { changeLines, leaseDetail } from '../render/changes.ts';
import { idArguments, type Verb } from '../verb.ts';

interface Flags extends WriteFlags {
  readonly lease?: number;
}

/** Extends the leases of tasks that the caller holds. */
export const verb: Verb<Flags> = {
  declare: (command) => {
    command.option('--lease <time>', 'how long from now: 45s, 30m, 2h', parseDuration);
    declareWriteFlags(command);
  },
  run: async (context, flags, args) => {
    const { renewTasks } = await import('../../app/renew.ts');
    const ids = idArguments(args);
    const answer = await renewTasks(await openLedger(context), { ids, lease: flags.lease }, writeOptions(flags));
    const { tasks, shortIds, changed } = answer;
    const done = changed ? 'renewed' : 'not needed yet:';
    context.answer(tasksAnswer(answer, ids), () =>
      changeLines({ done, tasks, shortIds, detail: (task) => leaseDetail(task, context.out) }, context.out),
    );
    return EXIT.done;
  },
};

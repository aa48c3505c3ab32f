/** `git tasks blocked`. */
import { EXIT } from '../exit-codes.ts';
import { answerList } from '../listing.ts';
import { openLedger } from '../open-ledger.ts';
import { collectNames, declareLimit } from '../options.ts';
import type { Verb } from '../verb.ts';

interface Flags {
  readonly label?: readonly string[];
  readonly limit?: number;
}

/** Lists open tasks that unfinished work stands before. */
export const verb: Verb<Flags> = {
  declare: (command) => {
    command.option('-l, --label <label>', 'with this label; repeatable (all must be there)', collectNames);
    declareLimit(command, 50);
  },
  run: async (context, { label, limit }) => {
    const { listTasks } = await import('../../app/list.ts');
    const answer = await listTasks(await openLedger(context), { select: 'blocked', labels: label, limit });
    answerList(context, answer, () => ['nothing is blocked']);
    return EXIT.done;
  },
};

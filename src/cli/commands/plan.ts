/** `git tasks plan`. */
import { EXIT } from '../exit-codes.ts';
import { answerList } from '../listing.ts';
import { openLedger } from '../open-ledger.ts';
import { declareLimit } from '../options.ts';
import type { Verb } from '../verb.ts';

interface Flags {
  readonly limit?: number;
}

/** Lists the open work so that each task comes after what it waits for. */
export const verb: Verb<Flags> = {
  declare: (command) => declareLimit(command, 50),
  run: async (context, { limit }) => {
    const { planTasks } = await import('../../app/plan.ts');
    const answer = await planTasks(await openLedger(context), { limit });
    answerList(context, answer, () => ['nothing is left to do']);
    return EXIT.done;
  },
};

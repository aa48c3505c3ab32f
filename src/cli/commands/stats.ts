/** `git tasks stats`. */
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { countLines } from '../render/counts.ts';
import type { Verb } from '../verb.ts';

/** Tells how the plan stands. */
export const verb: Verb = {
  run: async (context) => {
    const { countTasks } = await import('../../app/stats.ts');
    const answer = await countTasks(await openLedger(context));
    context.answer(answer, () => countLines(answer, context.out));
    return EXIT.done;
  },
};

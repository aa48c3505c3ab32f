/** `git tasks why`. */
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { whyTree } from '../render/why-tree.ts';
import { textArgument, type Verb } from '../verb.ts';

/** Explains why a task is not ready. */
export const verb: Verb = {
  run: async (context, _flags, args) => {
    const { explainTask } = await import('../../app/why.ts');
    const answer = await explainTask(await openLedger(context), textArgument(args));
    context.answer(answer, () => whyTree(answer, context.out));
    return EXIT.done;
  },
};

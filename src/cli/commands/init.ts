/** `git tasks init`. */
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { printable } from '../render/printable.ts';
import type { Verb } from '../verb.ts';

/** Creates or adopts the ledger. */
export const verb: Verb = {
  run: async (context) => {
    const { initLedger } = await import('../../app/init.ts');
    const answer = await initLedger(await openLedger(context));
    const branch = printable(answer.ref.replace(/^refs\/heads\//, ''));
    const origin = answer.from === 'tracking' ? ' from the remote' : '';
    const { good, quiet } = context.out.paint;
    context.answer(answer, () => [
      answer.created
        ? `${good('created')} the ledger on branch ${branch}${origin}`
        : `the ledger is on branch ${branch} already ${quiet(`(${answer.tip.slice(0, 7)})`)}`,
      ...(answer.driver === 'set'
        ? ['set merge.git-tasks.driver in the local config, so that git merges tasks field by field']
        : []),
    ]);
    return EXIT.done;
  },
};

/** `git tasks log`. */
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { declareLimit } from '../options.ts';
import { historyLines } from '../render/history.ts';
import { textArgument, type Verb } from '../verb.ts';

interface Flags {
  readonly limit?: number;
}

/** Tells what changed, in the ledger or in one task, the newest first. */
export const verb: Verb<Flags> = {
  declare: (command) => declareLimit(command, 20),
  run: async (context, { limit }, args) => {
    const { logChanges } = await import('../../app/log.ts');
    const id = textArgument(args) || undefined;
    const answer = await logChanges(await openLedger(context), { id, limit });
    context.answer(answer, () => historyLines(answer, context.out, id !== undefined));
    if (answer.more) context.note([context.err.paint.quiet(`the newest ${answer.shown} shown; --limit 0 for all`)]);
    return EXIT.done;
  },
};

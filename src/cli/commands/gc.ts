/** `git tasks gc`. */
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { count } from '../render/counts.ts';
import type { Verb } from '../verb.ts';

interface Flags {
  readonly auto?: true;
}

/** Packs the history of the ledger. Nothing to do is done, too. */
export const verb: Verb<Flags> = {
  declare: (command) => void command.option('--auto', 'only where it is worth it and the settings allow it'),
  run: async (context, { auto }) => {
    const { collectGarbage } = await import('../../app/gc.ts');
    const answer = await collectGarbage(await openLedger(context), { auto });
    const { packed, removed, joined, skipped } = answer;
    const { good, quiet } = context.out.paint;
    const parts = [
      packed > 0 ? `${good('packed')} ${count(packed, 'object')}` : '',
      removed > 0 ? `removed ${count(removed, 'loose file')}` : '',
      joined > 0 ? `joined ${count(joined, 'pack')}` : '',
    ].filter(Boolean);
    context.answer(answer, () => {
      if (skipped !== undefined) return [`nothing was packed: ${skipped}`];
      return [parts.length > 0 ? parts.join(', ') : quiet('nothing to pack')];
    });
    return EXIT.done;
  },
};

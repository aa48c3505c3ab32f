/** `git tasks brief`. */
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { parseTokens } from '../options.ts';
import { textArgument, type Verb } from '../verb.ts';

interface Flags {
  readonly tokens?: number;
}

/** Says all that a fresh context needs to do one task. */
export const verb: Verb<Flags> = {
  declare: (command) => void command.option('--tokens <n>', 'at most this long (default 4000)', parseTokens),
  run: async (context, { tokens }, args) => {
    const { brief } = await import('../../app/brief.ts');
    const answer = await brief(await openLedger(context), textArgument(args), { tokens });
    context.answer(answer, () => answer.text.split('\n'));
    return EXIT.done;
  },
};

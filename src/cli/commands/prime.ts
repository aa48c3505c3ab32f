/** `git tasks prime`. */
import type { Session } from '../../app/session.ts';
import { TasksError } from '../../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { parseTokens } from '../options.ts';
import type { Context, Verb } from '../verb.ts';

interface Flags {
  readonly tokens?: number;
}

/** Says what an agent needs after a start, a clear or a compaction; nothing where there is no ledger. */
export const verb: Verb<Flags> = {
  declare: (command) => void command.option('--tokens <n>', 'at most this long (default 400)', parseTokens),
  run: async (context, { tokens }) => {
    const { isEnabled } = await import('../../app/enabled.ts');
    if (!isEnabled(context.world.env)) return EXIT.done;
    const { prime } = await import('../../app/prime.ts');
    const session = await openQuietly(context);
    const answer = session && (await prime(session, { tokens }));
    if (answer === undefined) return EXIT.done;
    context.answer(answer, () => answer.text.split('\n'));
    return EXIT.done;
  },
};

/** An agent starts in any folder: one without a repository has no ledger either, and that is nothing to talk about. */
async function openQuietly(context: Context): Promise<Session | undefined> {
  try {
    return await openLedger(context);
  } catch (error) {
    if (error instanceof TasksError && error.code === 'no-repository') return undefined;
    throw error;
  }
}

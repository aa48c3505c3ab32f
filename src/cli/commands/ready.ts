/** `git tasks ready`. */
import { EXIT } from '../exit-codes.ts';
import { answerList } from '../listing.ts';
import { openLedger } from '../open-ledger.ts';
import { collectNames, declareLimit } from '../options.ts';
import { nothingReady } from '../render/notices.ts';
import type { Verb } from '../verb.ts';

interface Flags {
  readonly label?: readonly string[];
  readonly limit?: number;
}

/** Lists what can be started now, the most urgent first; says why when there is nothing. */
export const verb: Verb<Flags> = {
  declare: (command) => {
    command.option('-l, --label <label>', 'with this label; repeatable (all must be there)', collectNames);
    declareLimit(command, 50);
  },
  run: async (context, { label = [], limit }) => {
    const { listTasks } = await import('../../app/list.ts');
    const session = await openLedger(context);
    const answer = await listTasks(session, { select: 'ready', labels: label, limit });
    const { countTasks } = await import('../../app/stats.ts');
    const stats = answer.total === 0 && !context.json ? await countTasks(session) : undefined;
    answerList(context, answer, () => (stats === undefined ? [] : nothingReady(stats, label, context.err)));
    return EXIT.done;
  },
};

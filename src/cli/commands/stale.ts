/** `git tasks stale`. */
import type { StaleAnswer } from '../../app/stale.ts';
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { declareLimit } from '../options.ts';
import { hintLine, listingNotices } from '../render/notices.ts';
import { printable } from '../render/printable.ts';
import { shortOf } from '../render/task-rows.ts';
import type { Screen } from '../render/screen.ts';
import { tableLines } from '../render/table.ts';
import { lengthOf } from '../render/times.ts';
import type { Verb } from '../verb.ts';

interface Flags {
  readonly limit?: number;
}

const COLUMNS = [{}, {}, { share: 1 }, { share: 3 }];

/** Lists what is in progress although its lease has run out, or without any. */
export const verb: Verb<Flags> = {
  declare: (command) => declareLimit(command, 50),
  run: async (context, { limit = 50 }) => {
    const { staleTasks } = await import('../../app/stale.ts');
    const answer = await staleTasks(await openLedger(context), { limit });
    const { tasks, total, shown, tip } = answer;
    context.answer({ tasks, total, shown, tip }, () => lines(answer, context.out));
    context.note(listingNotices(answer, context.err));
    const hint =
      total === 0 ? 'no claim has run out' : 'yours: git tasks renew ID; to take one over: git tasks claim ID';
    context.note([total === 0 ? hint : hintLine(hint, context.err.paint.quiet)]);
    return EXIT.done;
  },
};

/** Id, since when, who held it, what it is. */
function lines({ tasks, shortIds }: StaleAnswer, screen: Screen): string[] {
  const { paint } = screen;
  const rows = tasks.map(({ id, why, seconds, owner, mine, claim, subject }) => {
    const age = seconds === undefined ? '' : ` ${lengthOf(seconds * 1000)}${why === 'expired' ? ' ago' : ''}`;
    const holder = owner === undefined ? '-' : `${printable(owner)}${mine ? ' (you)' : ''}, term ${claim?.term ?? 0}`;
    return [
      { text: shortOf(id, shortIds), paint: paint.id },
      { text: `${why}${age}`, paint: paint.warning },
      { text: holder },
      { text: printable(subject) },
    ];
  });
  return tableLines(rows, COLUMNS, screen);
}

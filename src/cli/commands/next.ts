/** `git tasks next`. */
import { TasksError } from '../../errors.ts';
import { parseDuration } from '../../task/duration.ts';
import { taskAnswer } from '../answers.ts';
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { collectNames, declareLease } from '../options.ts';
import { changeLines, leaseDetail } from '../render/changes.ts';
import { nothingReady } from '../render/notices.ts';
import type { Verb } from '../verb.ts';
import { warnOf } from '../warn.ts';

interface Flags {
  readonly label?: readonly string[];
  readonly lease?: number;
  readonly hold?: true;
  readonly wait?: number;
  readonly fetch?: number;
}

/** Claims the best ready task; exits with 3 when there is none. */
export const verb: Verb<Flags> = {
  declare: (command) => {
    command.option('-l, --label <label>', 'with this label; repeatable (all must be there)', collectNames);
    declareLease(command);
    command.option('--wait <time>', 'wait this long for a task to become ready: 45s, 10m', parseDuration);
    command.option('--fetch <interval>', 'while it waits, fetch from the remote this often: 30s, 5m', parseDuration);
  },
  run: async (context, { label, lease, hold, wait, fetch }) => {
    if (fetch !== undefined && wait === undefined) throw fetchAlone();
    const { claimNext } = await import('../../app/next.ts');
    const session = await openLedger(context);
    const answer = await claimNext(session, { labels: label, lease, hold, wait, fetch, warn: warnOf(context) });
    if (answer.status === 'claimed') {
      const { task, shortIds, claimed } = answer;
      const detail = (): string | undefined => leaseDetail(task, context.out);
      context.answer({ ...taskAnswer(answer), claimed }, () =>
        changeLines({ done: 'claimed', tasks: [task], shortIds, detail }, context.out),
      );
      return EXIT.done;
    }
    const { countTasks } = await import('../../app/stats.ts');
    const stats = await countTasks(session);
    const { stuck, standstill, nextMove } = stats;
    context.answer({ task: null, open: answer.open, stuck, standstill, nextMove, tip: answer.tip }, () => []);
    context.note(nothingReady(stats, label ?? [], context.err));
    return EXIT.nothing;
  },
};

function fetchAlone(): TasksError {
  return new TasksError('usage', '--fetch says how often to fetch while it waits, and nothing waits', {
    hint: 'git tasks next --wait 10m --fetch 30s',
  });
}

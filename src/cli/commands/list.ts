/** `git tasks list`. */
import type { ListSort } from '../../app/list.ts';
import { TasksError } from '../../errors.ts';
import type { Status } from '../../task/types.ts';
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { collectNames, collectStatuses, declareLimit } from '../options.ts';
import { answerList } from '../listing.ts';
import type { Verb } from '../verb.ts';

interface Flags {
  readonly status?: readonly Status[];
  readonly owner?: string;
  readonly label?: readonly string[];
  readonly parent?: string;
  readonly all?: true;
  readonly limit?: number;
  readonly sort?: ListSort;
}

const SORTS: readonly ListSort[] = ['urgency', 'created', 'priority', 'id', 'subject', 'due'];

/** Lists tasks: the open ones when nothing else is asked for. */
export const verb: Verb<Flags> = {
  declare: (command) => {
    command
      .option('--status <status>', 'pending, in_progress, completed, cancelled; repeatable, or a,b', collectStatuses)
      .option('--owner <actor>', 'claimed by this actor')
      .option('-l, --label <label>', 'with this label; repeatable (all must be there)', collectNames)
      .option('--parent <id>', 'parts of this task')
      .option('--all', 'completed and cancelled tasks, too')
      .option('--sort <order>', `${SORTS.join(', ')} (default: urgency)`, parseSort);
    declareLimit(command, 50);
  },
  run: async (context, { all, status, owner, label, parent, limit, sort }) => {
    const { listTasks } = await import('../../app/list.ts');
    const select = all === true ? 'all' : undefined;
    const answer = await listTasks(await openLedger(context), {
      select,
      status,
      owner,
      labels: label,
      parent,
      limit,
      sort,
    });
    answerList(context, answer, () => ['no task to show']);
    return EXIT.done;
  },
};

function parseSort(word: string): ListSort {
  const sort = SORTS.find((known) => known === word);
  if (sort !== undefined) return sort;
  throw new TasksError('usage', `There is no order ${JSON.stringify(word)}`, {
    hint: `Choose from: ${SORTS.join(', ')}`,
  });
}

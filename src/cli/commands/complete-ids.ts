/** The hidden verb behind the completion of ids: `id<TAB>subject` lines. */
import type { ListInput } from '../../app/list.ts';
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { printable } from '../render/printable.ts';
import { shortOf } from '../render/task-rows.ts';
import { textArgument, type Verb } from '../verb.ts';

/** More than this nobody reads. */
const MAX_CANDIDATES = 200;

/** Which tasks a verb is mostly meant for; the others complete every open task. */
const SELECTIONS: Readonly<Record<string, ListInput>> = {
  claim: { select: 'ready' },
  release: { status: ['in_progress'] },
  renew: { status: ['in_progress'] },
  reopen: { status: ['completed', 'cancelled'] },
  show: { select: 'all' },
  log: { select: 'all' },
};

/** Prints candidates for an id. A key press must never print an error, so every failure is an empty answer. */
export const verb: Verb = {
  run: async (context, _flags, args) => {
    const { listTasks } = await import('../../app/list.ts');
    const selection = SELECTIONS[textArgument(args)] ?? { select: 'open' };
    try {
      const { tasks, shortIds } = await listTasks(await openLedger(context), { ...selection, limit: MAX_CANDIDATES });
      context.answer({ tasks: tasks.map(({ id, subject }) => ({ id, subject })) }, () =>
        tasks.map(({ id, subject }) => `${shortOf(id, shortIds)}\t${printable(subject)}`),
      );
    } catch {
      context.answer({ tasks: [] }, () => []);
    }
    return EXIT.done;
  },
};

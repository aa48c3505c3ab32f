/** `git tasks wait`. */
import { Option } from 'commander';
import type { Condition, WaitAnswer } from '../../app/wait.ts';
import { parseDuration } from '../../task/duration.ts';
import type { Status } from '../../task/types.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { parseStatus } from '../options.ts';
import { hintLine } from '../render/notices.ts';
import { printable } from '../render/printable.ts';
import type { Screen } from '../render/screen.ts';
import { cut } from '../render/table.ts';
import { shortOf } from '../render/task-rows.ts';
import { stateOf, styleOf } from '../render/task-state.ts';
import { untilOver } from '../until-over.ts';
import { idArguments, type Verb } from '../verb.ts';
import { warnOf } from '../warn.ts';

interface Flags {
  readonly ready?: true;
  readonly unblocked?: true;
  readonly status?: Status;
  readonly any?: true;
  readonly timeout?: number;
  readonly fetch?: number;
}

const CODES: Readonly<Record<WaitAnswer['outcome'], ExitCode>> = {
  met: EXIT.done,
  timeout: EXIT.nothing,
  hopeless: EXIT.refused,
  interrupted: EXIT.interrupted,
};

/** Waits until tasks are closed, ready, unblocked or of a status. Exits with 3 when the time is up, 1 when it is hopeless. */
export const verb: Verb<Flags> = {
  declare: (command) => {
    command
      .addOption(new Option('--ready', 'until they can be started').conflicts(['unblocked', 'status']))
      .addOption(new Option('--unblocked', 'until no open work stands before them').conflicts(['status']))
      .option('--status <status>', 'until they are that; else until they are closed', parseStatus)
      .option('--any', 'one of them is enough')
      .option('--timeout <time>', 'wait no longer than this: 45s, 10m', parseDuration)
      .option('--fetch <interval>', 'fetch from the remote this often: 30s, 5m', parseDuration);
  },
  run: async (context, { any, timeout, fetch, ...flags }, args) => {
    const { waitForTasks } = await import('../../app/wait.ts');
    const over = untilOver(context.world, { input: false });
    const until = conditionOf(flags);
    try {
      const input = { ids: idArguments(args), until, any, timeout, fetch, signal: over.signal, warn: warnOf(context) };
      const answer = await waitForTasks(await openLedger(context), input);
      const { outcome, tasks, tip } = answer;
      context.answer({ outcome, until, tasks, tip }, () => taskLines(answer, context.out));
      context.note(noticeLines(answer, until, context.err));
      return CODES[outcome];
    } finally {
      over.release();
    }
  },
};

function conditionOf({ ready, unblocked, status }: Flags): Condition {
  if (ready === true) return 'ready';
  return unblocked === true ? 'unblocked' : (status ?? 'closed');
}

function taskLines({ tasks, shortIds }: WaitAnswer, { paint, width }: Screen): string[] {
  return tasks.map(({ id, task }) => {
    const state = task === undefined ? 'gone' : stateOf(task);
    const short = shortOf(id, shortIds);
    const subject = cut(printable(task?.subject ?? ''), Math.max(8, width - state.length - short.length - 2));
    return `${task === undefined ? state : styleOf(stateOf(task), paint)(state)} ${paint.id(short)} ${subject}`;
  });
}

function noticeLines({ outcome, tasks, shortIds }: WaitAnswer, until: Condition, { paint }: Screen): string[] {
  const left = tasks.filter(({ met }) => !met).map(({ id }) => shortOf(id, shortIds));
  if (outcome === 'timeout') return [`the time is up: ${left.join(', ')} not ${until}`];
  if (outcome !== 'hopeless') return [];
  const [first = ''] = left;
  return [
    `${paint.warning('warning:')} ${left.join(', ')} cannot become ${until} any more`,
    hintLine(`git tasks show ${first}. To open a closed task again: git tasks reopen ${first}`, paint.quiet),
  ];
}

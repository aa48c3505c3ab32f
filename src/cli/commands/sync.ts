/** `git tasks sync`. */
import { InvalidArgumentError } from 'commander';
import type { SyncAnswer } from '../../app/sync.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { count } from '../render/counts.ts';
import { hintLine } from '../render/notices.ts';
import { printable } from '../render/printable.ts';
import type { Screen } from '../render/screen.ts';
import type { Context, Verb } from '../verb.ts';

type SyncReport = SyncAnswer['reports'][number];

interface Flags {
  readonly remote?: string;
  readonly all?: true;
  readonly acceptRewrite?: true;
  readonly strict?: true;
  readonly watch?: number | true;
  readonly progress?: boolean;
}

/** Seconds between two syncs of `--watch`. */
const WATCH_SECONDS = 30;

/** Exchanges the ledger with a remote. Exits with 1 for a refused push, with `--strict` with 5 for open conflicts. */
export const verb: Verb<Flags> = {
  declare: (command) => {
    command
      .option('--remote <name>', 'with this remote; else tasks.remote, or origin')
      .option('--all', 'with every remote')
      .option('--accept-rewrite', 'join a remote that was rewritten')
      .option('--strict', 'exit with 5 while conflicts are open')
      .option('--watch [seconds]', `go on until interrupted (default: every ${WATCH_SECONDS})`, parseSeconds)
      .option('--progress', 'show the transfer (default on a terminal)')
      .option('--no-progress', 'do not show the transfer');
  },
  run: async (context, flags) => {
    if (flags.watch === undefined) return syncOnce(context, flags);
    const seconds = flags.watch === true ? WATCH_SECONDS : flags.watch;
    for (;;) {
      await syncPatiently(context, flags);
      await context.world.sleep(seconds * 1000);
    }
  },
};

async function syncOnce(context: Context, flags: Flags): Promise<ExitCode> {
  const { syncLedger } = await import('../../app/sync.ts');
  const { world, session, out, err } = context;
  const { remote, all, acceptRewrite, strict } = flags;
  const isShown = flags.progress ?? (world.stderr.isTerminal && !context.json);
  const progress = isShown ? (text: string): void => void world.stderr.stream.write(transferText(text)) : undefined;
  const answer = await syncLedger(await openLedger(context), {
    remote,
    all,
    acceptRewrite,
    progress,
    warn: session.warn,
  });
  context.answer(toJson(answer, all === true), () => [
    ...answer.reports.flatMap((report) => reportLines(report, out)),
    ...answer.confirmed.map((id) => `${out.paint.good('confirmed')} your claim of ${id}`),
  ]);
  context.note(noticeLines(answer, err));
  const isRefused = answer.reports.some(({ refused }) => refused !== undefined && refused.travelsOn === undefined);
  if (answer.failures.length > 0 || isRefused) return EXIT.refused;
  return strict === true && answer.conflicts > 0 ? EXIT.conflict : EXIT.done;
}

/** A remote that is away for a while is no reason to stop watching. */
async function syncPatiently(context: Context, flags: Flags): Promise<void> {
  const { TasksError } = await import('../../errors.ts');
  const { failureLines } = await import('../render/errors.ts');
  try {
    await syncOnce(context, flags);
  } catch (error) {
    const passes = error instanceof TasksError && ['race', 'busy'].includes(error.code);
    const isAway = error instanceof TasksError && error.code === 'remote' && error.data['trouble'] === 'unreachable';
    if (!passes && !isAway) throw error;
    context.note(failureLines(error, context.err));
  }
}

function toJson({ reports, failures, confirmed, conflicts, damaged }: SyncAnswer, isList: boolean): object {
  const [first] = reports;
  if (!isList && first !== undefined) return { ...first, confirmed, conflicts, damaged };
  const errors = failures.map(({ remote, error: { code, message, hint } }) => ({ remote, code, message, hint }));
  return { remotes: reports, failures: errors, confirmed, conflicts, damaged };
}

function reportLines(report: SyncReport, { paint }: Screen): string[] {
  const { remote, received, sent, merged, mended, adopted, refused } = report;
  const name = printable(remote);
  const conflicts = merged.reduce((sum, task) => sum + task.conflicts.length, 0);
  const parts = [
    received > 0 ? `${received} received` : '',
    sent > 0 ? `${sent} sent` : '',
    merged.length > 0 ? `${count(merged.length, 'task')} merged` : '',
    conflicts > 0 ? paint.warning(count(conflicts, 'new conflict')) : '',
  ].filter(Boolean);
  const isQuiet = parts.length === 0 && refused === undefined;
  return [
    isQuiet
      ? `${name}: ${paint.good('up to date')}`
      : `${paint.good('synced')} with ${name}: ${parts.length > 0 ? parts.join(', ') : 'nothing new'}`,
    ...mended.map(({ merge, tasks }) => `mended the merge ${merge.slice(0, 7)}: ${count(tasks.length, 'task')}`),
    ...adopted.map((ref) => `joined ${printable(ref.replace('refs/heads/', ''))}`),
    ...merged
      .filter((task) => task.conflicts.length > 0)
      .map(({ id, conflicts: list }) => {
        return `  ${id}: ${[...new Set(list.map(({ field }) => printable(field)))].join(', ')}`;
      }),
  ];
}

function noticeLines({ reports, failures, conflicts, damaged }: SyncAnswer, { paint }: Screen): string[] {
  const lines = reports.flatMap(({ remote, refused }) => {
    if (refused === undefined) return [];
    const branch = printable(refused.ref.replace('refs/heads/', ''));
    const said = refused.reason.split('\n').map((line) => `  ${printable(line)}`);
    const { travelsOn } = refused;
    if (travelsOn === undefined) {
      const hint =
        'your work is safe here. Send it on another branch: git config tasks.fallbackRef auto; git tasks sync';
      return [
        `${paint.bad('refused:')} ${printable(remote)} does not take ${branch} from you (${refused.trouble})`,
        ...said,
        hintLine(hint, paint.quiet),
      ];
    }
    const other = printable(travelsOn.replace('refs/heads/', ''));
    return [
      `${paint.warning('refused:')} ${printable(remote)} does not take ${branch} from you; your work travels on ${other}`,
      ...said,
    ];
  });
  for (const { error } of failures) lines.push(`${paint.bad('error:')} ${printable(error.message)}`);
  if (conflicts > 0) {
    lines.push(
      `${paint.warning('conflicts:')} ${count(conflicts, 'task')} with open conflicts`,
      hintLine('git tasks lint', paint.quiet),
    );
  }
  if (damaged > 0) {
    lines.push(
      `${paint.warning('warning:')} ${count(damaged, 'file')} cannot be read`,
      hintLine('git tasks doctor', paint.quiet),
    );
  }
  return lines;
}

/** What a remote sends goes to the terminal: nothing in it may steer that. Carriage returns redraw a line of progress. */
function transferText(text: string): string {
  return text
    .split(/([\r\n])/)
    .map((part) => (part === '\r' || part === '\n' ? part : printable(part)))
    .join('');
}

function parseSeconds(word: string): number {
  const seconds = Number(word);
  if (/^\d{1,6}$/.test(word) && seconds > 0) return seconds;
  throw new InvalidArgumentError('Give a number of seconds.');
}

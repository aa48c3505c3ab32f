/** `git tasks uninstall`. */
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { count } from '../render/counts.ts';
import { hintLine } from '../render/notices.ts';
import { printable } from '../render/printable.ts';
import type { Verb } from '../verb.ts';

interface Flags {
  readonly branch?: true;
  readonly force?: true;
}

/** Removes every trace but the branch; with `--branch` that too, after showing what no remote has. */
export const verb: Verb<Flags> = {
  declare: (command) =>
    void command
      .option('--branch', 'delete the ledger, too; refused while it has changes that no remote has')
      .option('--force', 'with --branch: delete those as well'),
  run: async (context, { branch, force }) => {
    const { uninstall } = await import('../../app/uninstall.ts');
    const session = await openLedger(context);
    const { quiet, warning } = context.err.paint;
    const confirm = ({
      total,
      commits,
    }: {
      total: number;
      commits: readonly { oid: string; subject: string }[];
    }): boolean => {
      if (total === 0) return true;
      context.note([
        `${warning('not on any remote:')} ${count(total, 'change')}`,
        ...commits.map(({ oid, subject }) => `  ${quiet(oid.slice(0, 12))} ${printable(subject)}`),
        ...(total > commits.length ? [quiet(`  and ${total - commits.length} more`)] : []),
      ]);
      return true;
    };
    const answer = await uninstall(session, { branch, force, confirm });
    const name = session.ledger.ref.replace(/^refs\/heads\//, '');
    context.answer(answer, () =>
      answer.removed.length === 0
        ? ['nothing to remove']
        : answer.removed.map((what) => `${context.out.paint.good('removed')} ${printable(what)}`),
    );
    if (answer.agentsLeft !== undefined) {
      const agents = answer.agentsLeft.join(' ');
      context.note([
        hintLine(`the files of this project still set up ${agents}; git tasks setup ${agents} --remove`, quiet),
      ]);
    }
    if (branch !== true)
      context.note([hintLine(`the ledger is still on branch ${printable(name)}; --branch deletes it`, quiet)]);
    return EXIT.done;
  },
};

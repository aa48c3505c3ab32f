/** `git tasks commit`. */
import { tasksAnswer } from '../answers.ts';
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { declareWriteFlags, writeOptions, type WriteFlags } from '../options.ts';
import { changeLines } from '../render/changes.ts';
import { count } from '../render/counts.ts';
import { printable } from '../render/printable.ts';
import type { Verb } from '../verb.ts';

interface Flags extends WriteFlags {
  readonly message?: string;
}

/** Commits what was edited by hand; exits with 3 when nothing was. */
export const verb: Verb<Flags> = {
  declare: (command) => {
    command.option('-m, --message <text>', 'subject of the commit (default: made from the edits)');
    declareWriteFlags(command);
  },
  run: async (context, flags) => {
    const { commitEdits } = await import('../../app/commit.ts');
    const answer = await commitEdits(await openLedger(context), { message: flags.message }, writeOptions(flags));
    const { tasks, shortIds, changed, worktree, files, ignored } = answer;
    const done = changed ? 'committed' : 'unchanged';
    context.answer({ ...tasksAnswer(answer, []), worktree, files, ignored }, () => [
      ...changeLines({ done, tasks, shortIds }, context.out),
      ...files.map((path) => `${context.out.paint.good(done)} ${printable(path)}`),
    ]);
    if (ignored.length > 0) {
      const more = ignored.length > 1 ? ` and ${count(ignored.length - 1, 'other file')}` : '';
      context.note([`left alone: ${printable(ignored[0] ?? '')}${more}, no part of the ledger`]);
    }
    if (!changed) context.note([`nothing to commit in ${printable(worktree)}`]);
    return changed ? EXIT.done : EXIT.nothing;
  },
};

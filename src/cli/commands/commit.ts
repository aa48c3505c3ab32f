/** `git tasks commit`. */
import type { EditProblem } from '../../app/hand-edits.ts';
import { TasksError } from '../../errors.ts';
import { tasksAnswer } from '../answers.ts';
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { declareWriteFlags, writeOptions, type WriteFlags } from '../options.ts';
import { changeLines } from '../render/changes.ts';
import { count } from '../render/counts.ts';
import { printable } from '../render/printable.ts';
import type { Context, Verb } from '../verb.ts';

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
    const session = await openLedger(context);
    const answer = await commitEdits(session, { message: flags.message }, writeOptions(flags)).catch(
      (error: unknown) => {
        throw context.json ? error : withProblemLines(error, context);
      },
    );
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

/** Says each problem on a line of its own, as compilers do; what is left of the error is their number. */
function withProblemLines(error: unknown, { note }: Context): unknown {
  const problems = error instanceof TasksError ? error.data['problems'] : undefined;
  if (!(error instanceof TasksError) || !Array.isArray(problems)) return error;
  note(
    (problems as readonly EditProblem[]).map(({ path, line, column, message }) => {
      return `${printable(path)}:${line}:${column}: ${printable(message)}`;
    }),
  );
  const { code, hint, data } = error;
  const details = { ...(hint !== undefined && { hint }), data, cause: error };
  return new TasksError(code, `${count(problems.length, 'problem')}; nothing was committed`, details);
}

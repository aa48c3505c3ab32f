/** `git tasks worktree`. */
import { relative, resolve } from 'node:path';
import type { Session } from '../../app/session.ts';
import { TasksError } from '../../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { count } from '../render/counts.ts';
import { hintLine } from '../render/notices.ts';
import { printable } from '../render/printable.ts';
import { type Context, textArgument, type Verb } from '../verb.ts';

/** Checks the ledger out into a folder, or tells where it is checked out and brings those files up to date. */
export const verb: Verb = {
  declare: (command) => void command.addHelpText('after', HELP),
  run: async (context, _flags, args) => {
    const action = textArgument(args) || 'list';
    const dir = textArgument(args, 1);
    if (action !== 'add' && action !== 'list') {
      throw new TasksError('usage', `There is no action ${JSON.stringify(action)}`, { hint: 'Choose from: add, list' });
    }
    const session = await openLedger(context);
    await (action === 'add' ? add(context, session, dir) : list(context, session));
    return EXIT.done;
  },
};

const HELP = `
Actions:
  add [dir]  check the ledger out (default: beside the repository, its name
             with -tasks)
  list       say where it is checked out and what was edited there; files left
             behind are brought on`;

async function add(context: Context, session: Session, dir: string): Promise<void> {
  const { addWorktree } = await import('../../app/worktree.ts');
  const answer = await addWorktree(session, { dir: dir === '' ? undefined : resolve(context.folder, dir) });
  const { good, quiet } = context.out.paint;
  const path = shownPath(context, answer.path);
  context.answer(answer, () => [
    answer.created ? `${good('checked out')} the ledger in ${path}` : `the ledger is in ${path} already`,
  ]);
  context.note([hintLine('edit the files there, then: git tasks commit', quiet)]);
}

async function list(context: Context, session: Session): Promise<void> {
  const { listWorktrees } = await import('../../app/worktree.ts');
  const answer = await listWorktrees(session);
  context.answer(answer, () =>
    answer.worktrees.map(({ path, edited }) => {
      return `${shownPath(context, path)}  ${edited.length === 0 ? 'no edits' : `${count(edited.length, 'file')} edited`}`;
    }),
  );
  if (answer.worktrees.length > 0) return;
  context.note(['the ledger is not checked out anywhere', hintLine('git tasks worktree add', context.err.paint.quiet)]);
}

/** From the current folder, where that is shorter. */
function shownPath({ world }: Context, path: string): string {
  const near = relative(world.cwd, path) || '.';
  return printable(near.length < path.length ? near : path);
}

/** `git tasks reopen`. */
import type { TaskView } from '../../app/task-view.ts';
import { tasksAnswer } from '../answers.ts';
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { declareWriteFlags, writeOptions, type WriteFlags } from '../options.ts';
import { changeLines, startedLines, waitDetail } from '../render/changes.ts';
import { idArguments, type Verb } from '../verb.ts';

interface Flags extends WriteFlags {
  readonly parents?: true;
}

/** Opens completed or cancelled tasks again, and says what was started or completed on their word. */
export const verb: Verb<Flags> = {
  declare: (command) => {
    command.option('--parents', 'open the closed tasks that they are parts of, too');
    declareWriteFlags(command);
  },
  run: async (context, flags, args) => {
    const { reopenTasks } = await import('../../app/life.ts');
    const ids = idArguments(args);
    const answer = await reopenTasks(await openLedger(context), { ids, parents: flags.parents }, writeOptions(flags));
    const { tasks, shortIds, changed, affected } = answer;
    const done = changed ? 'reopened' : 'unchanged';
    const detail = (task: TaskView): string | undefined => waitDetail(task, shortIds);
    context.answer({ ...tasksAnswer(answer, ids), affected }, () => [
      ...changeLines({ done, tasks, shortIds, detail }, context.out),
      ...startedLines(affected, shortIds, context.out),
    ]);
    return EXIT.done;
  },
};

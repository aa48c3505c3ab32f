/** `git tasks show`. */
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { taskCard } from '../render/task-card.ts';
import { textArgument, type Verb } from '../verb.ts';

interface Flags {
  readonly output?: true;
}

/** Shows a task in full. */
export const verb: Verb<Flags> = {
  declare: (command) => void command.option('--output', 'with what its checks have printed'),
  run: async (context, flags, args) => {
    const { showTask } = await import('../../app/show.ts');
    const answer = await showTask(await openLedger(context), textArgument(args));
    const { task, tip } = answer;
    context.answer({ task, tip }, () => taskCard(answer, context.out, { output: flags.output === true }));
    return EXIT.done;
  },
};

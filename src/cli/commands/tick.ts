/** `git tasks tick`. */
import { taskAnswer } from '../answers.ts';
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { declareWriteFlags, writeOptions, type WriteFlags } from '../options.ts';
import { changeLines } from '../render/changes.ts';
import { acceptanceLines } from '../render/evidence.ts';
import { textArgument, type Verb } from '../verb.ts';

interface Flags extends WriteFlags {
  readonly all?: true;
  readonly undo?: true;
}

/** Ticks lines of acceptance, and shows all of them as they are then. */
export const verb: Verb<Flags> = {
  declare: (command) => {
    command.option('--all', 'all lines').option('--undo', 'take the ticks away');
    declareWriteFlags(command);
    command.addHelpText('after', '\nA line is named by its number, as git tasks show gives it, or by its text.');
  },
  run: async (context, { all, undo, ...flags }, args) => {
    const { tickTask } = await import('../../app/tick.ts');
    const [, items] = args;
    const input = { id: textArgument(args), items: typeof items === 'string' ? [items] : items, all, undo };
    const answer = await tickTask(await openLedger(context), input, writeOptions(flags));
    const { task, shortIds, changed } = answer;
    const done = changed ? 'changed' : 'unchanged';
    context.answer(taskAnswer(answer), () => [
      ...changeLines({ done, tasks: [task], shortIds }, context.out),
      ...acceptanceLines(task).map((line) => `  ${line}`),
    ]);
    return EXIT.done;
  },
};

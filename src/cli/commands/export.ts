/** `git tasks export`. */
import { TasksError } from '../../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { safeJsonText } from '../../task/safe-json.ts';
import { textArgument, type Verb } from '../verb.ts';

/** Writes every task with all its fields to standard output. */
export const verb: Verb = {
  declare: (command) =>
    void command.addHelpText(
      'after',
      '\nFormats:\n  jsonl     all fields, one JSON object a line; git tasks import reads it again\n  markdown  a checklist',
    ),
  run: async (context, _flags, args) => {
    const format = textArgument(args);
    if (format !== 'jsonl' && format !== 'markdown') {
      throw new TasksError('usage', `There is no format ${JSON.stringify(format)}`, {
        hint: 'Choose from: jsonl, markdown',
      });
    }
    const { exportTasks } = await import('../../app/export.ts');
    const answer = await exportTasks(await openLedger(context), { format });
    if (context.json) context.answer(answer, () => []);
    else context.write(safeJsonText(answer.text));
    return EXIT.done;
  },
};

/** `git tasks add`. */
import { taskAnswer } from '../answers.ts';
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import {
  declareFieldFlags,
  declareWriteFlags,
  type FieldFlags,
  fieldsInput,
  writeOptions,
  type WriteFlags,
} from '../options.ts';
import { changeLines, waitDetail } from '../render/changes.ts';
import { textArgument, type Verb } from '../verb.ts';

interface Flags extends FieldFlags, WriteFlags {
  readonly key?: string;
}

/** Creates a task. */
export const verb: Verb<Flags> = {
  declare: (command) => {
    declareFieldFlags(command);
    command.option('--key <key>', 'the same key never makes a second task');
    declareWriteFlags(command);
    command.addHelpText('after', EXAMPLES);
  },
  run: async (context, flags, args) => {
    const { addTask } = await import('../../app/add.ts');
    const fields = await fieldsInput(flags, context);
    const session = await openLedger(context);
    const answer = await addTask(
      session,
      { ...fields, subject: textArgument(args), key: flags.key },
      writeOptions(flags),
    );
    const { task, shortIds, changed } = answer;
    const done = changed ? 'added' : 'known';
    context.answer(taskAnswer(answer), () =>
      changeLines({ done, tasks: [task], shortIds, detail: () => waitDetail(task, shortIds) }, context.out),
    );
    return EXIT.done;
  },
};

const EXAMPLES = `
Examples:
  git tasks add "Run the API tests" -p 1 -l backend --blocked-by 7kq3
  git tasks add "Write the release notes" -d - < notes.md`;

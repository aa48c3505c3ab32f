/** `git tasks add`. */
import { eachAnswer, taskAnswer } from '../answers.ts';
import { TasksError } from '../../errors.ts';
import { declareEach, type EachFlags, eachItems } from '../each-items.ts';
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
import { eachLines } from '../render/made.ts';
import { type Context, textArgument, type Verb } from '../verb.ts';

interface Flags extends FieldFlags, WriteFlags, EachFlags {
  readonly key?: string;
}

/** Creates a task, or one for each item of a list. */
export const verb: Verb<Flags> = {
  declare: (command) => {
    declareFieldFlags(command);
    command.option('--key <key>', 'the same key never makes a second task');
    declareEach(command);
    declareWriteFlags(command);
    command.addHelpText('after', EXAMPLES);
  },
  run: async (context, flags, args) => {
    const subject = textArgument(args);
    const items = await eachItems(context, flags);
    if (items !== undefined) await addEach(context, { subject, items }, flags);
    else if (subject !== '') await addOne(context, subject, flags);
    else throw new TasksError('usage', 'A subject is missing', { hint: 'git tasks add "What to do"' });
    return EXIT.done;
  },
};

async function addOne(context: Context, subject: string, flags: Flags): Promise<void> {
  const { addTask } = await import('../../app/add.ts');
  const fields = await fieldsInput(flags, context);
  const session = await openLedger(context);
  const answer = await addTask(session, { ...fields, subject, key: flags.key }, writeOptions(flags));
  const { task, shortIds, changed } = answer;
  const done = changed ? 'added' : 'known';
  context.answer(taskAnswer(answer), () =>
    changeLines({ done, tasks: [task], shortIds, detail: () => waitDetail(task, shortIds) }, context.out),
  );
}

interface List {
  /** The pattern of the subjects; empty: each item is one. */
  readonly subject: string;
  readonly items: readonly string[];
}

async function addEach(context: Context, { subject, items }: List, flags: Flags): Promise<void> {
  const { makeForEach } = await import('../../app/each.ts');
  const fields = { ...(await fieldsInput(flags, context)), ...(subject !== '' && { subject }) };
  const answer = await makeForEach(await openLedger(context), { fields, items, key: flags.key }, writeOptions(flags));
  context.answer(eachAnswer(answer), () => eachLines(answer, context.out));
}

const EXAMPLES = `
Examples:
  git tasks add "Run the API tests" -p 1 -l backend --blocked-by 7kq3
  git tasks add "Write the release notes" -d - < notes.md
  git ls-files '*.ts' | git tasks add 'Review $ARGUMENTS' --each -l review`;

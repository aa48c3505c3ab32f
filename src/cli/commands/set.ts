/** `git tasks set`. */
import { TasksError } from '../../errors.ts';
import type { Status } from '../../task/types.ts';
import { tasksAnswer } from '../answers.ts';
import { EXIT } from '../exit-codes.ts';
import {
  collect,
  collectNames,
  declareFieldFlags,
  declareWriteFlags,
  type FieldFlags,
  fieldsInput,
  parseStatus,
  textOrInput,
  writeOptions,
  type WriteFlags,
} from '../options.ts';
import { openLedger } from '../open-ledger.ts';
import { changeLines, waitDetail } from '../render/changes.ts';
import { idArguments, type Verb } from '../verb.ts';

interface Flags extends FieldFlags, WriteFlags {
  readonly status?: Status;
  readonly subject?: string;
  readonly result?: string;
  readonly unlabel?: readonly string[];
  readonly unblock?: readonly string[];
  readonly unreview?: readonly string[];
  readonly ungate?: readonly string[];
  readonly unscope?: readonly string[];
  readonly unaccept?: readonly string[];
  readonly uncheck?: readonly string[];
}

/** Changes fields of tasks, all in one commit. */
export const verb: Verb<Flags> = {
  declare: (command) => {
    command
      .option('--subject <text>', 'what is to be done, in one line')
      .option('--status <status>', 'obeys the rules of claim, release, done, reopen and cancel', parseStatus);
    declareFieldFlags(command);
    command
      .option('--result <text>', 'what came out of it; - reads standard input')
      .option('--unlabel <label>', 'take a label away; repeatable, or a,b', collectNames)
      .option('--unblock <id>', 'no longer wait for this task; repeatable, or a,b', collectNames)
      .option('--unreview <id>', 'wait for it, but no longer review it; repeatable, or a,b', collectNames)
      .option('--ungate <name>', 'no longer wait for this gate; repeatable, or a,b', collectNames)
      .option('--unscope <glob>', 'take a glob away; repeatable', collect)
      .option('--unaccept <text>', 'take an acceptance line away; repeatable', collect)
      .option('--uncheck <name>', 'take a check away; repeatable, or a,b', collectNames);
    declareWriteFlags(command);
    command.addHelpText('after', '\n--parent, --due and --defer take "none"; "" clears a text; --meta key= a key.');
  },
  run: async (context, flags, args) => {
    const { status, subject, unlabel, unblock, unreview, ungate, unscope, unaccept, uncheck } = flags;
    const { setTasks } = await import('../../app/set.ts');
    const result = await textOrInput(flags.result, context);
    const removals = { unlabel, unblock, unreview, ungate, unscope, unaccept, uncheck };
    const input = { ...(await fieldsInput(flags, context)), ...removals, status, subject, result };
    if (Object.values(input).every((value) => value === undefined)) {
      throw new TasksError('usage', 'Nothing to change', {
        hint: 'Name a field, for example: --priority 1. See: git tasks set -h',
      });
    }
    const ids = idArguments(args);
    const answer = await setTasks(await openLedger(context), { ...input, ids }, writeOptions(flags));
    const { tasks, shortIds, changed } = answer;
    const done = changed ? 'changed' : 'unchanged';
    context.answer(tasksAnswer(answer, ids), () =>
      changeLines({ done, tasks, shortIds, detail: (task) => waitDetail(task, shortIds) }, context.out),
    );
    return EXIT.done;
  },
};

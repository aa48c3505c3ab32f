/** `git tasks evidence`. */
import { taskAnswer } from '../answers.ts';
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { declareWriteFlags, writeOptions, type WriteFlags } from '../options.ts';
import { changeLines } from '../render/changes.ts';
import { textArgument, type Verb } from '../verb.ts';

/** Records where the work of a task is to be seen, without completing it. */
export const verb: Verb<WriteFlags> = {
  declare: (command) => {
    declareWriteFlags(command);
    command.addHelpText('after', '\nA commit, an http(s) address, or a file (./name is always a file).');
  },
  run: async (context, flags, args) => {
    const { addEvidence } = await import('../../app/check.ts');
    const { folder } = context;
    const [, evidence] = args;
    const input = {
      id: textArgument(args),
      evidence: typeof evidence === 'string' ? [evidence] : (evidence ?? []),
      folder,
    };
    const answer = await addEvidence(await openLedger(context), input, writeOptions(flags));
    const { task, shortIds } = answer;
    context.answer(taskAnswer(answer), () => changeLines({ done: 'noted', tasks: [task], shortIds }, context.out));
    return EXIT.done;
  },
};

/** `git tasks note`. */
import { tasksAnswer } from '../answers.ts';
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { declareWriteFlags, textOrInput, writeOptions, type WriteFlags } from '../options.ts';
import { changeLines } from '../render/changes.ts';
import { textArgument, type Verb } from '../verb.ts';

interface Flags extends WriteFlags {
  readonly key?: string;
}

/** Appends a note. */
export const verb: Verb<Flags> = {
  declare: (command) => {
    command.option('--key <key>', 'the same key never makes a second note');
    declareWriteFlags(command);
    command.addHelpText('after', '\nThe text - reads standard input.');
  },
  run: async (context, flags, args) => {
    const { addNote } = await import('../../app/set.ts');
    const id = textArgument(args);
    const text = (await textOrInput(textArgument(args, 1), context)) ?? '';
    const answer = await addNote(await openLedger(context), { id, text, key: flags.key }, writeOptions(flags));
    const { tasks, shortIds, changed } = answer;
    const done = changed ? 'noted' : 'known';
    context.answer(tasksAnswer(answer, [id]), () => changeLines({ done, tasks, shortIds }, context.out));
    return EXIT.done;
  },
};

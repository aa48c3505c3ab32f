/** `git tasks edit`. */
import { taskAnswer } from '../answers.ts';
import { editorCommand, runEditor } from '../editor.ts';
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { declareWriteFlags, writeOptions, type WriteFlags } from '../options.ts';
import { changeLines } from '../render/changes.ts';
import { textArgument, type Verb } from '../verb.ts';

/** Opens the task's file in the editor and commits what comes back. */
export const verb: Verb<WriteFlags> = {
  declare: (command) => {
    declareWriteFlags(command);
    command.addHelpText('after', '\nThe editor is GIT_EDITOR, core.editor, VISUAL, EDITOR or vi, in that order.');
  },
  run: async (context, flags, args) => {
    const { editTask } = await import('../../app/edit.ts');
    const { world } = context;
    const session = await openLedger(context);
    const command = editorCommand(world, session.repository.config.get('core.editor'));
    const editor = (path: string): Promise<void> => runEditor(world, command, path);
    const answer = await editTask(session, { id: textArgument(args), editor }, writeOptions(flags));
    const { task, shortIds, changed } = answer;
    const done = changed ? 'edited' : 'unchanged';
    context.answer(taskAnswer(answer), () => changeLines({ done, tasks: [task], shortIds }, context.out));
    return EXIT.done;
  },
};

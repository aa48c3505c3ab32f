/** `git tasks merge-driver`: what git runs for a task file that both sides changed. Not for people. */
import { TasksError } from '../../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { textArgument, type Verb } from '../verb.ts';

/** Merges one task file into our version of it; 0 when it is merged, 1 when neither side can be read. */
export const verb: Verb = {
  run: async ({ folder }, _flags, args) => {
    const { mergeTaskFile } = await import('../../app/merge-driver.ts');
    const [base, ours, theirs, path] = [0, 1, 2, 3].map((index) => textArgument(args, index)) as [
      string,
      string,
      string,
      string,
    ];
    if (mergeTaskFile({ folder, base, ours, theirs, path }) === 'merged') return EXIT.done;
    throw new TasksError('damaged', `Neither side of ${JSON.stringify(path)} is a task file`, {
      hint: 'Take one side and mend it: git checkout --ours, then git tasks doctor',
    });
  },
};

/** `git tasks run-warden`: what `git tasks run` starts beside itself. */
import { EXIT } from '../exit-codes.ts';
import { textArgument, type Verb } from '../verb.ts';

/** Waits for the end of a run, and ends what is left of it. */
export const verb: Verb = {
  run: async ({ world }, _flags, args) => {
    const { beWarden } = await import('../../runner/warden.ts');
    await beWarden(world, { run: textArgument(args), grace: Number(textArgument(args, 1)) });
    return EXIT.done;
  },
};

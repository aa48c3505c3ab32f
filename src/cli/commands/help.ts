/** `git tasks help --json`: the command line for programs. (For people, commander shows the help of a verb.) */
import { TasksError } from '../../errors.ts';
import { describeGlobals, describeVerb } from '../contract/describe.ts';
import { ERRORS, EXITS } from '../contract/errors.ts';
import { CONFIG_KEYS, GIVEN_VARIABLES, VARIABLES } from '../contract/settings.ts';
import { EXIT } from '../exit-codes.ts';
import { textArgument, type Verb } from '../verb.ts';
import { nameOf, VERBS } from '../verbs.ts';
import { VERSION } from '../version.ts';

/** Tells what there is to run, and what it may answer. */
export const verb: Verb = {
  declare: (command) =>
    void command.addHelpText('after', '\nWith --json it tells programs all verbs, options, failures and settings.'),
  run: async (context, _flags, args) => {
    const name = textArgument(args);
    if (name !== '') {
      const entry = VERBS.find((known) => nameOf(known) === name);
      if (entry === undefined) {
        throw new TasksError('usage', `There is no verb ${JSON.stringify(name)}`, {
          hint: 'See all with: git tasks -h',
        });
      }
      const answer = { verb: await describeVerb(entry), globalOptions: describeGlobals() };
      context.answer(answer, () => []);
      return EXIT.done;
    }
    const verbs = await Promise.all(VERBS.map(describeVerb));
    const answer = {
      version: VERSION,
      verbs,
      globalOptions: describeGlobals(),
      errors: ERRORS,
      exits: EXITS,
      environment: VARIABLES,
      given: GIVEN_VARIABLES,
      config: CONFIG_KEYS,
    };
    context.answer(answer, () => []);
    return EXIT.done;
  },
};

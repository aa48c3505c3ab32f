/** `git tasks new`. */
import type { Command } from 'commander';
import { TasksError } from '../../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { declareEach, type EachFlags, eachItems } from '../each-items.ts';
import { collect, declareWriteFlags, writeOptions, type WriteFlags } from '../options.ts';
import { changeLines, waitDetail } from '../render/changes.ts';
import { eachAnswer } from '../answers.ts';
import { eachLines, previewLines } from '../render/made.ts';
import { type Context, textArgument, type Verb } from '../verb.ts';

interface Flags extends WriteFlags, EachFlags {
  readonly set?: readonly string[];
  readonly key?: string;
  readonly dryRun?: true;
}

/** Makes the tasks of a template, once or for each item of a list. */
export const verb: Verb<Flags> = {
  declare: (command: Command) => {
    command
      .option('--set <name=value>', 'an argument by its name; repeatable', collect)
      .option('--key <key>', 'the same key never makes the tasks twice');
    declareEach(command);
    command.option('--dry-run', 'tell what would be made and write nothing');
    declareWriteFlags(command);
    command.addHelpText('after', EXAMPLES);
  },
  run: async (context, flags, args) => {
    const template = textArgument(args);
    const words = Array.isArray(args[1]) ? args[1] : [];
    const input = { template, set: parseSettings(flags.set ?? []), key: flags.key };
    await (flags.each === undefined
      ? makeOnce(context, { ...input, arguments: words }, flags)
      : makeEach(context, { ...input, words }, flags));
    return EXIT.done;
  },
};

const EXAMPLES = `
Examples:
  git tasks new release 2.1.0 --key release-2.1.0
  git ls-files 'src/*.ts' | git tasks new review --each

With --each, every line gives the arguments of one set of tasks, with quotes as
in a shell. A second run makes only what is new.`;

interface Input {
  readonly template: string;
  readonly set: Readonly<Record<string, string>>;
  readonly key: string | undefined;
}

async function makeOnce(
  context: Context,
  input: Input & { readonly arguments: readonly string[] },
  flags: Flags,
): Promise<void> {
  const { newFromTemplate, previewTemplate } = await import('../../app/new.ts');
  await eachItems(context, flags);
  const session = await openLedger(context);
  if (flags.dryRun === true) {
    const preview = await previewTemplate(session, input);
    return context.answer(preview, () => previewLines(preview, context.out));
  }
  const { shortIds, ...answer } = await newFromTemplate(session, input, writeOptions(flags));
  const { tasks, changed } = answer;
  const done = changed ? 'added' : 'known';
  return context.answer(answer, () =>
    changeLines({ done, tasks, shortIds, detail: (task) => waitDetail(task, shortIds) }, context.out),
  );
}

async function makeEach(
  context: Context,
  { words, ...input }: Input & { readonly words: readonly string[] },
  flags: Flags,
): Promise<void> {
  if (words.length > 0) {
    throw new TasksError('usage', 'With --each, the lines are the arguments', {
      hint: 'Give others with: --set NAME=VALUE',
    });
  }
  const { makeForEach } = await import('../../app/each.ts');
  const items = (await eachItems(context, flags)) ?? [];
  const session = await openLedger(context);
  const answer = await makeForEach(session, { ...input, items, dryRun: flags.dryRun }, writeOptions(flags));
  context.answer(eachAnswer(answer), () => eachLines(answer, context.out));
}

function parseSettings(words: readonly string[]): Readonly<Record<string, string>> {
  const settings = new Map<string, string>();
  for (const word of words) {
    const at = word.indexOf('=');
    if (at < 1) throw new TasksError('usage', `--set takes name=value, not ${JSON.stringify(word)}`);
    const name = word.slice(0, at);
    if (settings.has(name)) throw new TasksError('usage', `--set ${name} is there twice`);
    settings.set(name, word.slice(at + 1));
  }
  return Object.fromEntries(settings);
}

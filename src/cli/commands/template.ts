/** `git tasks template`. */
import type { Session } from '../../app/session.ts';
import { TasksError } from '../../errors.ts';
import { argumentsUsage } from '../../task/arguments.ts';
import { EXIT } from '../exit-codes.ts';
import { readText } from '../input.ts';
import { openLedger } from '../open-ledger.ts';
import { declareWriteFlags, writeOptions, type WriteFlags } from '../options.ts';
import { count } from '../render/counts.ts';
import { hintLine } from '../render/notices.ts';
import { printable } from '../render/printable.ts';
import { type Cell, tableLines } from '../render/table.ts';
import { type Context, textArgument, type Verb } from '../verb.ts';

interface Flags extends WriteFlags {
  readonly from?: string;
  readonly replace?: true;
}

interface Order {
  readonly name: string;
  readonly file: string;
  readonly flags: Flags;
}

type Action = (context: Context, session: Session, order: Order) => Promise<void>;

/** Keeps reusable sets of tasks: each is a file on the branch. */
export const verb: Verb<Flags> = {
  declare: (command) => {
    command
      .option('--from <id>', 'add: make it of a task and its parts')
      .option('--replace', 'add: take the place of the one with this name');
    declareWriteFlags(command);
    command.addHelpText('after', HELP);
  },
  run: async (context, flags, args) => {
    const action = textArgument(args) || 'list';
    const run = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (run === undefined) {
      throw new TasksError('usage', `There is no action ${JSON.stringify(action)}`, {
        hint: `Choose from: ${Object.keys(ACTIONS).join(', ')}`,
      });
    }
    const name = textArgument(args, 1);
    if (action !== 'list' && name === '') {
      throw new TasksError('usage', 'A name is missing', { hint: `Usage: git tasks template ${action} NAME` });
    }
    await run(context, await openLedger(context), { name, file: textArgument(args, 2), flags });
    return EXIT.done;
  },
};

const HELP = String.raw`
Actions:
  add <name> [file]  store one; without a file it reads standard input
  list               all of them (the default)
  show <name>        the file
  rm <name>          remove one; tasks that were made of it stay

A template is YAML. Texts may hold $ARGUMENTS, $0 $1 and the names of declared
arguments; \$0 stays $0. Edges name tasks of the same template.

  description: Review one part
  arguments:
    - part
    - name: reviewer
      default: anybody
  tasks:
    review:
      subject: Review $part
      labels: [review]
    mend:
      subject: Mend what the review of $part found
      description: Ask $reviewer.
      blockedBy: [review]`;

const ACTIONS: Readonly<Record<string, Action>> = { add, list, show, rm };

async function add(context: Context, session: Session, { name, file, flags }: Order): Promise<void> {
  const { addTemplate } = await import('../../app/template.ts');
  const text = await textOf(context, session, { name, file, flags });
  const answer = await addTemplate(session, { name, text, replace: flags.replace }, writeOptions(flags));
  const done = answer.changed ? context.out.paint.good('stored') : 'known';
  context.answer(answer, () => [`${done} template ${name}`]);
}

async function textOf(context: Context, session: Session, { file, flags }: Order): Promise<string> {
  if (flags.from === undefined) return readText(context, file || '-');
  if (file !== '') throw new TasksError('usage', 'Give a file or --from, not both');
  const { templateFrom } = await import('../../app/template-from.ts');
  return templateFrom(session, { id: flags.from });
}

async function list(context: Context, session: Session): Promise<void> {
  const { listTemplates } = await import('../../app/template.ts');
  const answer = await listTemplates(session);
  context.answer(answer, () => {
    const rows = answer.templates.map(({ name, arguments: args, tasks, description = '', problems }): Cell[] => [
      { text: name, paint: context.out.paint.id },
      { text: argumentsUsage(args) || '-' },
      { text: problems.length > 0 ? 'damaged' : count(tasks, 'task') },
      { text: printable(problems[0]?.message ?? description.split('\n', 1)[0] ?? '') },
    ]);
    return tableLines(rows, [{}, {}, {}, { share: 1 }], context.out);
  });
  if (answer.total > 0) return;
  context.note(['no templates', hintLine('git tasks template add NAME FILE', context.err.paint.quiet)]);
}

async function show(context: Context, session: Session, { name }: Order): Promise<void> {
  const { showTemplate } = await import('../../app/template.ts');
  const answer = await showTemplate(session, { name });
  if (context.json) return context.answer(answer, () => []);
  // A file or program takes it as it is, so that it can be edited and stored again.
  context.write(context.out.isTerminal ? printable(answer.text, 'text') : answer.text);
  const [first] = answer.problems;
  if (first !== undefined) context.note([`damaged: ${first.line}:${first.column} ${printable(first.message)}`]);
}

async function rm(context: Context, session: Session, { name, flags }: Order): Promise<void> {
  const { removeTemplate } = await import('../../app/template.ts');
  const answer = await removeTemplate(session, { name }, writeOptions(flags));
  context.answer(answer, () => [`${context.out.paint.good('removed')} template ${name}`]);
}

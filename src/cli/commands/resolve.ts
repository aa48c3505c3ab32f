/** `git tasks resolve`. */
import type { Choice, ConflictsAnswer, ConflictsInput } from '../../app/resolve.ts';
import { TasksError } from '../../errors.ts';
import type { JsonValue } from '../../task/types.ts';
import { tasksAnswer } from '../answers.ts';
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { declareWriteFlags, textOrInput, writeOptions, type WriteFlags } from '../options.ts';
import { changeLines } from '../render/changes.ts';
import { conflictLines } from '../render/conflicts.ts';
import { count } from '../render/counts.ts';
import { hintLine } from '../render/notices.ts';
import { printable } from '../render/printable.ts';
import { shortOf } from '../render/task-rows.ts';
import { type Arguments, type Context, textArgument, type Verb } from '../verb.ts';

interface Flags extends WriteFlags {
  readonly take?: 'kept' | 'other';
  readonly value?: string;
  readonly all?: true;
}

/** Lists open conflicts, or settles them. */
export const verb: Verb<Flags> = {
  declare: (command) => {
    command
      .option('--take <side>', 'kept: the field stays as it is; other: what was set aside', parseSide)
      .option('--value <text>', 'another value: a text, JSON, or - for standard input')
      .option('--all', 'every conflict that was named, or that there is');
    declareWriteFlags(command);
    command.addHelpText('after', '\nWithout --take or --value it lists what is open.');
  },
  run: async (context, flags, args) => {
    const input = inputOf(args);
    const choice = await choiceOf(context, flags, input);
    const { listConflicts, resolveConflicts } = await import('../../app/resolve.ts');
    const session = await openLedger(context);
    if (choice === undefined) {
      const answer = await listConflicts(session, input);
      context.answer({ conflicts: answer.conflicts, tip: answer.tip }, () => listLines(answer, context));
      return EXIT.done;
    }
    const answer = await resolveConflicts(session, { ...input, choice }, writeOptions(flags));
    const ids = input.id === undefined ? [] : [input.id];
    context.answer({ ...tasksAnswer(answer, ids), settled: answer.settled }, () =>
      changeLines({ done: 'resolved', ...answer, detail: ({ id }) => fieldsOf(answer.settled, id) }, context.out),
    );
    return EXIT.done;
  },
};

function inputOf(args: Arguments): ConflictsInput {
  const [id, field] = [textArgument(args), textArgument(args, 1)];
  return { id: id === '' ? undefined : id, field: field === '' ? undefined : field };
}

/** What to do; undefined: only look. Throws `usage`. */
async function choiceOf(context: Context, flags: Flags, { id, field }: ConflictsInput): Promise<Choice | undefined> {
  const { take, value, all } = flags;
  if (take === undefined && value === undefined && all !== true) return undefined;
  checkFlags(flags);
  if (id === undefined && all !== true) {
    throw new TasksError('usage', 'No task named', {
      hint: 'git tasks resolve ID --take kept, or --all for every task',
    });
  }
  if (value !== undefined && field === undefined) {
    throw new TasksError('usage', '--value needs a field', { hint: 'git tasks resolve ID FIELD --value TEXT' });
  }
  return take ?? { value: parseValue((await textOrInput(value, context)) ?? '', field ?? '') };
}

/** Throws `usage` unless exactly one flag says what to keep. */
function checkFlags({ take, value }: Flags): void {
  if (take !== undefined && value !== undefined) {
    throw new TasksError('usage', '--take and --value both say what to keep', { hint: 'Choose one' });
  }
  if (take === undefined && value === undefined) {
    throw new TasksError('usage', '--all needs a choice', { hint: 'Add: --take kept, or --take other' });
  }
}

function parseSide(word: string): 'kept' | 'other' {
  if (word === 'kept' || word === 'other') return word;
  throw new TasksError('usage', `--take is kept or other, not ${JSON.stringify(word)}`);
}

/** Fields whose values are texts: what looks like JSON in them is a text all the same. */
const TEXTS = new Set([
  'subject',
  'activeForm',
  'description',
  'result',
  'due',
  'defer',
  'parent',
  'status',
  'owner',
  'list',
]);

function parseValue(text: string, field: string): JsonValue {
  if (text === '') return null;
  if (TEXTS.has(field)) return field === 'description' || field === 'result' ? text : text.trimEnd();
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text.trimEnd();
  }
}

function listLines({ conflicts, shortIds }: ConflictsAnswer, { out }: Context): string[] {
  if (conflicts.length === 0) return [out.paint.good('no open conflicts')];
  const lines = conflicts.flatMap((conflict, i) => {
    const { id, subject } = conflict;
    const isNew = conflicts[i - 1]?.id !== id;
    const head = `${out.paint.id(shortOf(id, shortIds))}  ${printable(subject)}`;
    return [...(isNew && i > 0 ? [''] : []), ...(isNew ? [head] : []), ...conflictLines(conflict, out)];
  });
  const [first] = conflicts;
  const command = `git tasks resolve ${shortOf(first?.id ?? '', shortIds)} --take kept, or --take other, or --value TEXT`;
  return [...lines, '', count(conflicts.length, 'open conflict'), hintLine(command, out.paint.quiet)];
}

function fieldsOf(settled: readonly { readonly id: string; readonly field: string }[], of: string): string {
  const fields = settled.filter(({ id }) => id === of).map(({ field }) => printable(field));
  return [...new Set(fields)].join(', ');
}

/** `git tasks import`. */
import { basename, resolve } from 'node:path';
import type { ImportAnswer, ImportFormat } from '../../app/import.ts';
import { TasksError } from '../../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { readText } from '../input.ts';
import { openLedger } from '../open-ledger.ts';
import { declareWriteFlags, writeOptions, type WriteFlags } from '../options.ts';
import { count } from '../render/counts.ts';
import { printable } from '../render/printable.ts';
import type { Screen } from '../render/screen.ts';
import { type Context, textArgument, type Verb } from '../verb.ts';

interface Flags extends WriteFlags {
  readonly dryRun?: true;
}

const FORMATS: readonly (ImportFormat | 'claude')[] = ['beads', 'claude', 'jsonl', 'markdown', 'todos'];

/** Issues that people see; the rest is a number (and all of them are in the JSON). */
const MAX_ISSUES = 20;

/** Brings in tasks from another system, in one commit. */
export const verb: Verb<Flags> = {
  declare: (command) => {
    command.option('--dry-run', 'tell what would happen and write nothing');
    declareWriteFlags(command);
    command.addHelpText(
      'after',
      [
        '',
        'Formats:',
        '  beads     issues.jsonl',
        '  claude    the folder of a task list of Claude Code, or of all of them',
        '  jsonl     what git tasks export writes',
        '  markdown  checklists',
        '  todos     a transcript of a session',
        'Without a file, or with -, it reads standard input; claude: what git tasks which',
        'names, else all lists.',
      ].join('\n'),
    );
  },
  run: async (context, flags, args) => {
    const format = parseFormat(textArgument(args));
    const answer = await importFrom(context, format, { flags, name: textArgument(args, 1) });
    context.answer(answer, () => [summary(answer, flags.dryRun === true, context.out)]);
    context.note(issueLines(answer, context.err));
    return EXIT.done;
  },
};

interface Source {
  readonly flags: Flags;
  /** The file or folder; empty where none was given. */
  readonly name: string;
}

async function importFrom(
  context: Context,
  format: ImportFormat | 'claude',
  { flags, name }: Source,
): Promise<ImportAnswer> {
  const { dryRun } = flags;
  if (format === 'claude') {
    const { importClaude } = await import('../../app/import-claude.ts');
    const folder = name === '' ? undefined : resolve(context.folder, name);
    return importClaude(await openLedger(context), { folder, dryRun }, writeOptions(flags));
  }
  const { importTasks } = await import('../../app/import.ts');
  const text = await readText(context, name || '-');
  const file = name === '' || name === '-' ? undefined : basename(name);
  return importTasks(await openLedger(context), { format, text, file, dryRun }, writeOptions(flags));
}

function summary({ created, changed, unchanged, total }: ImportAnswer, isDryRun: boolean, { paint }: Screen): string {
  const done = isDryRun ? 'would import' : 'imported';
  return `${paint.good(done)} ${count(total, 'task')}: ${created} new, ${changed} changed, ${unchanged} unchanged`;
}

function issueLines({ issues }: ImportAnswer, { paint }: Screen): string[] {
  const lines = issues.slice(0, MAX_ISSUES).map(({ key, line, message }) => {
    const place = key ?? (line === undefined ? undefined : `line ${line}`);
    return `${paint.warning('note:')} ${place === undefined ? '' : `${printable(place)}: `}${printable(message)}`;
  });
  const more = issues.length - lines.length;
  return more > 0 ? [...lines, `${more} more notes; see them all with --json`] : lines;
}

function parseFormat(word: string): ImportFormat | 'claude' {
  const format = FORMATS.find((known) => known === word);
  if (format !== undefined) return format;
  throw new TasksError('usage', `There is no format ${JSON.stringify(word)}`, {
    hint: `Choose from: ${FORMATS.join(', ')}`,
  });
}

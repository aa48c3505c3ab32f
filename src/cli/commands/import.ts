/** `git tasks import`. */
import type { ImportAnswer, ImportFormat } from '../../app/import.ts';
import { TasksError } from '../../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { readText } from '../input.ts';
import { openLedger } from '../open-ledger.ts';
import { declareWriteFlags, writeOptions, type WriteFlags } from '../options.ts';
import { count } from '../render/counts.ts';
import { printable } from '../render/printable.ts';
import type { Screen } from '../render/screen.ts';
import { textArgument, type Verb } from '../verb.ts';

interface Flags extends WriteFlags {
  readonly dryRun?: true;
}

const FORMATS: readonly ImportFormat[] = ['beads', 'jsonl'];

/** Issues that people see; the rest is a number (and all of them are in the JSON). */
const MAX_ISSUES = 20;

/** Brings in tasks from another system, in one commit. */
export const verb: Verb<Flags> = {
  declare: (command) => {
    command.option('--dry-run', 'tell what would happen and write nothing');
    declareWriteFlags(command);
    command.addHelpText(
      'after',
      '\nFormats: beads (issues.jsonl), jsonl (of git tasks export).\nWithout a file, or with -, it reads standard input.',
    );
  },
  run: async (context, flags, args) => {
    const format = parseFormat(textArgument(args));
    const { importTasks } = await import('../../app/import.ts');
    const text = await readText(context, textArgument(args, 1) || '-');
    const answer = await importTasks(
      await openLedger(context),
      { format, text, dryRun: flags.dryRun },
      writeOptions(flags),
    );
    context.answer(answer, () => [summary(answer, flags.dryRun === true, context.out)]);
    context.note(issueLines(answer, context.err));
    return EXIT.done;
  },
};

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

function parseFormat(word: string): ImportFormat {
  const format = FORMATS.find((known) => known === word);
  if (format !== undefined) return format;
  throw new TasksError('usage', `There is no format ${JSON.stringify(word)}`, {
    hint: `Choose from: ${FORMATS.join(', ')}`,
  });
}

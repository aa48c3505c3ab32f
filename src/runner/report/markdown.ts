/** The report of a run as Markdown (GitHub's flavour): for the summary of a CI job, a pull request, a file. Pure. */
import { printable } from '../../task/printable.ts';
import type { Report, ReportTask } from './model.ts';
import {
  causeText,
  leftOutLines,
  outcomeText,
  remainsText,
  secondsText,
  speedText,
  standstillLines,
  totalsText,
  troubles,
  troublesFirst,
} from './words.ts';

/** Hosts cut what is longer than about a megabyte. */
const MAX_ROWS = 1000;
const MAX_TAILS = 20;

/** The report: outcome, a table of all tasks (what needs a look first), and the ends of outputs. */
export function reportToMarkdown(report: Report): string {
  const bad = troubles(report);
  const withTails = bad.filter(({ tries }) => tries.at(-1)?.tail !== undefined);
  const hidden = withTails.length - MAX_TAILS;
  const remains = remainsText(report);
  const lines = [
    `# Run ${code(report.run)}: ${outcomeText(report)}`,
    '',
    `${totalsText(report)}. ${capital(speedText(report))}. ${report.started} to ${report.ended}.`,
    ...(remains === '' ? [] : ['', `${remains}.`]),
    ...listOf('What holds it up', standstillLines(report)),
    ...tableOf(troublesFirst(report)),
    ...listOf(
      'Warnings',
      report.warnings.map((text) => printable(text)),
    ),
    ...withTails.slice(0, MAX_TAILS).flatMap(tailOf),
    ...(hidden > 0 ? ['', `The outputs of ${MAX_TAILS} of ${withTails.length} tasks are shown.`] : []),
    ...leftOutLines(report).flatMap((line) => ['', `${line}.`]),
  ];
  return `${lines.join('\n')}\n`;
}

function tableOf(tasks: readonly ReportTask[]): string[] {
  if (tasks.length === 0) return [];
  const rows = tasks.slice(0, MAX_ROWS).map((task) => {
    const { outcome, short, subject, tries, seconds } = task;
    const why = causeText(task);
    const cells = [outcome, cell(short), cell(printable(subject)), tries.length, secondsText(seconds), cell(why)];
    return `| ${cells.join(' | ')} |`;
  });
  const more = tasks.length - rows.length;
  return [
    '',
    '| outcome | task | subject | tries | time | why |',
    '| --- | --- | --- | ---: | ---: | --- |',
    ...rows,
    ...(more > 0 ? ['', `${rows.length} of ${tasks.length} tasks shown.`] : []),
  ];
}

function listOf(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `## ${title}`, '', ...lines.map((line) => `- ${code(line)}`)];
}

function tailOf({ short, subject, tries }: ReportTask): string[] {
  const tail = tries.at(-1)?.tail;
  if (tail === undefined) return [];
  const text = printable(tail, 'text').replace(/\n$/, '');
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return ['', `## Output of ${code(short)} ${code(printable(subject))}`, '', `${fence}text`, text, fence];
}

/** Text of others in a code span, which nothing in it can leave: no link, no mention, no HTML. */
function code(text: string): string {
  if (text === '') return '';
  const fence = '`'.repeat(longestRun(text) + 1);
  const padded = /^[` ]|[` ]$/.test(text) ? ` ${text} ` : text;
  return `${fence}${padded}${fence}`;
}

/**
 * A code span in a table, where a pipe ends the cell even in code unless it is escaped. A pipe behind a backslash is read in
 * two ways, so a blank keeps them apart.
 */
function cell(text: string): string {
  return code(text.replaceAll('\\|', String.raw`\ |`).replaceAll('|', String.raw`\|`));
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

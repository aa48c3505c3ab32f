/** What was seen of the work: ticked lines, runs of checks, commits, addresses and files. */
import type { TaskView } from '../../app/task-view.ts';
import { printable } from './printable.ts';
import type { Screen } from './screen.ts';
import { lengthOf, timeText } from './times.ts';

type Evidence = TaskView['evidence'][number];

/** More pieces of evidence than this are counted. */
const MAX_SHOWN = 12;

/** The lines of `acceptance` with the numbers that `tick` takes: `1 [x] all endpoints answer 2xx`. */
export function acceptanceLines({ acceptance, accepted }: Pick<TaskView, 'acceptance' | 'accepted'>): string[] {
  const width = String(acceptance.length).length;
  return acceptance.map((line, i) => {
    return `${String(i + 1).padStart(width)} [${accepted.includes(line) ? 'x' : ' '}] ${printable(line)}`;
  });
}

/** The evidence of a task, the latest last. `output`: with what checks have printed. */
export function evidenceLines(
  { evidence }: TaskView,
  screen: Screen,
  { output }: { readonly output: boolean },
): string[] {
  if (evidence.length === 0) return [];
  const { paint } = screen;
  const shown = evidence.slice(-MAX_SHOWN);
  const hidden = evidence.length - shown.length;
  return [
    paint.strong('Evidence'),
    ...(hidden > 0 ? [paint.quiet(`  ${shown.length} of ${evidence.length} shown; --json for all`)] : []),
    ...shown.flatMap((record) => [
      `  ${factOf(record, screen)} ${paint.quiet(`· ${printable(record.by)}, ${timeText(record.at, screen)}`)}`,
      ...(output ? outputLines(record.output, screen) : []),
    ]),
  ];
}

function factOf({ kind, name, commit, exit, seconds }: Evidence, { paint }: Screen): string {
  if (kind !== 'check') return `${kind === 'url' ? 'address' : kind} ${printable(name)}`;
  const passed = exit === 0;
  const result = passed ? paint.good('passed') : paint.bad(`failed (exit ${exit ?? '?'})`);
  const length = seconds === undefined ? '' : ` in ${lengthOf(seconds * 1000)}`;
  return `check ${printable(name)} ${result}${length}${commit === undefined ? '' : ` at ${shortCommit(commit)}`}`;
}

function shortCommit(commit: string): string {
  return printable(/^[0-9a-f]{40,}/.test(commit) ? commit.replace(/^([0-9a-f]{7})[0-9a-f]+/, '$1') : commit);
}

function outputLines(output: string | undefined, { paint }: Screen): string[] {
  const lines = output === undefined ? [] : printable(output, 'text').split('\n');
  return lines.map((line) => (line === '' ? '' : paint.quiet(`    ${line}`)));
}

/** `test passed, lint failed with exit 1`, of the runs that belong to a task. */
export function runsDetail(
  { checks }: TaskView,
  runs: readonly { readonly name: string; readonly exit: number }[],
): string {
  const own = runs.filter(({ name }) => checks.some((check) => check.toLowerCase() === name.toLowerCase()));
  return own
    .map(({ name, exit }) => `${printable(name)} ${exit === 0 ? 'passed' : `failed with exit ${exit}`}`)
    .join(', ');
}

/** One task in full. */
import type { RelatedTask, ShowAnswer } from '../../app/show.ts';
import type { TaskView } from '../../app/task-view.ts';
import { conflictLines } from './conflicts.ts';
import { leaseDetail } from './changes.ts';
import { acceptanceLines, evidenceLines } from './evidence.ts';
import { safeJson } from './json.ts';
import { hintLine } from './notices.ts';
import { printable } from './printable.ts';
import type { Screen } from './screen.ts';
import { cut, wrapLines } from './table.ts';
import { gateState, markOf, stateOf, stateWord, styleOf } from './task-state.ts';
import { dueText, timeText } from './times.ts';

const NAME_WIDTH = 11;
const MAX_TEXT_WIDTH = 100;

/** The whole task: a head line, its facts, its texts, its notes, and who changed it last. */
export function taskCard(answer: ShowAnswer, screen: Screen, options: { readonly output?: boolean } = {}): string[] {
  const { task } = answer;
  const parts = [
    headLines(answer, screen),
    [...factLines(task, screen), ...edgeLines(answer, screen), ...listLines(task, screen)],
    textLines('Description', task.description, screen),
    textLines('Result', task.result, screen),
    evidenceLines(task, screen, { output: options.output === true }),
    noteLines(task, screen),
    conflictsOf(task, answer, screen),
    historyLines(task, screen),
  ];
  return parts.filter((lines) => lines.length > 0).flatMap((lines, i) => (i === 0 ? lines : ['', ...lines]));
}

function headLines({ task, related }: ShowAnswer, screen: Screen): string[] {
  const { paint } = screen;
  const state = stateOf(task);
  const short = related[task.id]?.short ?? task.id;
  const id = `${paint.id(paint.strong(short))}${paint.quiet(paint.id(task.id.slice(short.length)))}`;
  const subject = wrapLines(printable(task.subject), screen.width - task.id.length - 2);
  const [first = '', ...rest] = subject.map((line) => paint.strong(line));
  const standing = standingText(task, screen);
  const facts = [standing, `P${task.priority}`, ...(task.owner === undefined ? [] : [holder(task, screen)])];
  const doing =
    state === 'in_progress' && task.activeForm !== undefined ? [paint.quiet(`${printable(task.activeForm)} …`)] : [];
  return [
    `${id}  ${first}`,
    ...rest.map((line) => `${' '.repeat(task.id.length + 2)}${line}`),
    [...facts, ...doing].join(' · '),
  ];
}

function standingText(task: TaskView, { isTerminal, paint }: Screen): string {
  if (task.kind !== undefined) return `${printable(task.kind)}, ${gateState(task.status)}`;
  const state = stateOf(task);
  return isTerminal ? styleOf(state, paint)(`${markOf(state)} ${stateWord(state)}`) : state;
}

function holder(task: TaskView, screen: Screen): string {
  const lease = leaseDetail(task, screen);
  return `${printable(task.owner ?? '')}${lease === undefined ? '' : screen.paint.quiet(` (${lease})`)}`;
}

function factLines(task: TaskView, screen: Screen): string[] {
  const facts: [string, string | undefined][] = [
    ['list', task.list === 'main' ? undefined : printable(task.list)],
    ['labels', task.labels.length > 0 ? task.labels.map((label) => printable(label)).join(', ') : undefined],
    ['due', task.due === undefined ? undefined : dueFact(task.due, screen)],
    ['deferred', task.defer === undefined ? undefined : `until ${task.defer}`],
    ...Object.entries({ ...task.metadata, ...task.extra }).map(([key, value]): [string, string] => {
      return [printable(key), typeof value === 'string' ? printable(value) : safeJson(value)];
    }),
  ];
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [factLine(name, value, screen)]));
}

function dueFact(due: string, screen: Screen): string {
  return screen.isTerminal ? `${due} ${screen.paint.quiet(`(${dueText(due, screen)})`)}` : due;
}

function factLine(name: string, value: string, { paint }: Screen): string {
  return `  ${paint.quiet(name.padEnd(NAME_WIDTH))} ${value}`;
}

function edgeLines({ task, related }: ShowAnswer, screen: Screen): string[] {
  const line = (id: string): string => edgeLine(related[id] ?? { short: id, subject: '', status: 'missing' }, screen);
  return [
    ...block('part of', task.parent === undefined ? [] : [line(task.parent)], screen),
    ...block('parts', task.children.map(line), screen),
    ...block('blocked by', task.blockedBy.map(line), screen),
    ...block('reviews', (task.reviews ?? []).map(line), screen),
    ...block('blocks', task.blocks.map(line), screen),
  ];
}

/** Another task: with its mark on a terminal, with its status as a word elsewhere. */
function edgeLine({ short, subject, status }: RelatedTask, screen: Screen): string {
  const { isTerminal, paint, width } = screen;
  const id = printable(short);
  if (!isTerminal) return `${id} ${printable(subject)} (${status})`.replace('  ', ' ');
  const state = status === 'pending' ? 'ready' : stateOf({ status });
  const style = status === 'pending' ? paint.quiet : styleOf(state, paint);
  const text = state === 'missing' ? 'missing' : cut(printable(subject), width - NAME_WIDTH - id.length - 6);
  return `${style(markOf(state))} ${paint.id(id)} ${text}`;
}

function listLines(task: TaskView, screen: Screen): string[] {
  const wrapped = (values: readonly string[]): string[] => {
    return values.flatMap((value) => wrapLines(value, screen.width - NAME_WIDTH - 3));
  };
  const lines = (values: readonly string[]): string[] => wrapped(values.map((value) => printable(value)));
  return [
    ...block('scope', lines(task.scope ?? []), screen),
    ...block('acceptance', wrapped(acceptanceLines(task)), screen),
    ...block('checks', lines(task.checks), screen),
  ];
}

/** A name with its values below each other. */
function block(name: string, values: readonly string[], screen: Screen): string[] {
  return values.map((value, i) => factLine(i === 0 ? name : '', value, screen));
}

function textLines(title: string, text: string | undefined, screen: Screen): string[] {
  return text === undefined ? [] : [screen.paint.strong(title), ...indented(text, screen)];
}

function indented(text: string, screen: Screen): string[] {
  const width = Number.isFinite(screen.width) ? Math.min(MAX_TEXT_WIDTH, screen.width - 2) : screen.width;
  return wrapLines(printable(text.trimEnd(), 'text'), width).map((line) => (line === '' ? '' : `  ${line}`));
}

function noteLines({ notes }: TaskView, screen: Screen): string[] {
  if (notes.length === 0) return [];
  const { paint } = screen;
  return notes.flatMap(({ at, by, text }, i) => [
    ...(i === 0 ? [paint.strong('Notes')] : ['']),
    `  ${printable(by)}${paint.quiet(`, ${timeText(at, screen)}`)}`,
    ...indented(text, screen).map((line) => (line === '' ? '' : `  ${line}`)),
  ]);
}

function conflictsOf({ id, conflicts }: TaskView, { related }: ShowAnswer, screen: Screen): string[] {
  if (conflicts.length === 0) return [];
  return [
    screen.paint.bad('Conflicts'),
    ...conflicts.flatMap((conflict) => conflictLines(conflict, screen)),
    hintLine(`git tasks resolve ${printable(related[id]?.short ?? id)}`, screen.paint.quiet),
  ];
}

function historyLines(task: TaskView, screen: Screen): string[] {
  const by = (name: string | undefined): string => (name === undefined ? '' : ` by ${printable(name)}`);
  const created = `created ${timeText(task.created, screen)}${by(task.createdBy)}`;
  const updated =
    task.updated === undefined ? undefined : `updated ${timeText(task.updated, screen)}${by(task.updatedBy)}`;
  const commit = task.commit?.slice(0, 7);
  const text = [created, updated, commit].filter((part) => part !== undefined).join(' · ');
  return wrapLines(text, screen.width).map((line) => screen.paint.quiet(line));
}

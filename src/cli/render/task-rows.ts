/** Lists of tasks: columns for people on a terminal, plain stable columns for everything else. */
import type { TaskRow } from '../../app/task-view.ts';
import { isOverdue } from '../../task/instant.ts';
import { count } from './counts.ts';
import { printable } from './printable.ts';
import type { Palette, Screen, Style } from './screen.ts';
import { type Cell, type Column, tableLines } from './table.ts';
import { markOf, stateOf, styleOf } from './task-state.ts';
import { dueText, lengthOf, untilText } from './times.ts';

/** The shortest safe prefix of each id. */
export type ShortIds = Readonly<Record<string, string>>;

/** How many blockers a line names; the rest is a number. */
const MAX_BLOCKERS = 3;

const DAY = 86_400_000;

/** On a terminal: mark, id, priority, subject, and what else there is to know. */
const TERMINAL_COLUMNS: readonly Column[] = [{}, {}, {}, { share: 3 }, { share: 2, min: 10 }];

/** The short form of an id. */
export function shortOf(id: string, shortIds: ShortIds): string {
  return printable(shortIds[id] ?? id);
}

/** One line for each task. */
export function taskLines(tasks: readonly TaskRow[], shortIds: ShortIds, screen: Screen): string[] {
  if (!screen.isTerminal) return plainLines(tasks, shortIds, screen);
  const rows = tasks.map((task) => terminalCells(task, shortIds, screen));
  return tableLines(rows, TERMINAL_COLUMNS, screen);
}

function terminalCells(task: TaskRow, shortIds: ShortIds, screen: Screen): Cell[] {
  const { paint, now } = screen;
  const state = stateOf(task);
  const isClosed = state === 'completed' || state === 'cancelled';
  const urgent = (task.due !== undefined && !isClosed && isOverdue(task.due, now)) || task.conflictCount !== undefined;
  return [
    { text: markOf(state), paint: styleOf(state, paint) },
    { text: shortOf(task.id, shortIds), paint: paint.id },
    { text: `P${task.priority}`, paint: isClosed ? paint.quiet : priorityStyle(task.priority, paint) },
    { text: printable(task.subject), paint: isClosed ? paint.quiet : undefined },
    { text: detailsOf(task, shortIds, screen), paint: urgent ? paint.bad : paint.quiet },
  ];
}

function priorityStyle(priority: number, paint: Palette): Style {
  if (priority === 0) return paint.bad;
  return priority === 1 ? paint.warning : paint.quiet;
}

/** What else there is to know: conflicts, who works on it, what it waits for, when it is due, its labels. */
function detailsOf(task: TaskRow, shortIds: ShortIds, screen: Screen): string {
  const isOpen = task.status === 'pending' || task.status === 'in_progress';
  const details = [
    ...(task.conflictCount === undefined ? [] : [count(task.conflictCount, 'conflict')]),
    ...(isOpen ? openDetails(task, shortIds, screen) : []),
    ...(task.labels.length > 0 ? [labelsText(task)] : []),
  ];
  return details.join(' · ');
}

/** What only matters while the task is open. */
function openDetails(task: TaskRow, shortIds: ShortIds, screen: Screen): string[] {
  const { defer, due } = task;
  return [
    ...(task.owner === undefined ? [] : [holderText(task, screen)]),
    ...(task.blocked ? [waitText(task, shortIds)] : []),
    ...(defer !== undefined && Date.parse(defer) > screen.now ? [`from ${dayText(defer, screen)}`] : []),
    ...(due === undefined ? [] : [dueText(due, screen)]),
  ];
}

function holderText({ owner = '', claim }: TaskRow, { now }: Screen): string {
  const name = printable(owner);
  if (claim?.hold === true || claim?.expires === undefined) return name;
  const left = Date.parse(claim.expires) - now;
  return left > 0 ? `${name}, ${lengthOf(left)} left` : `${name}, lease ended ${lengthOf(left)} ago`;
}

function waitText({ openBlockers }: TaskRow, shortIds: ShortIds): string {
  if (openBlockers.length === 0) return 'has open parts';
  const named = openBlockers.slice(0, MAX_BLOCKERS).map((id) => shortOf(id, shortIds));
  const more = openBlockers.length - named.length;
  return `after ${named.join(', ')}${more > 0 ? ` +${more}` : ''}`;
}

function dayText(when: string, screen: Screen): string {
  const isSoon = Date.parse(when) - screen.now < DAY;
  return when.length > 10 && isSoon ? untilText(when, screen) : when.slice(0, 10);
}

function labelsText({ labels }: TaskRow): string {
  return labels.map((label) => `#${printable(label)}`).join(' ');
}

/** Always the same columns, `-` where there is nothing: id, state, priority, owner, open blockers, subject with what is to know. */
function plainLines(tasks: readonly TaskRow[], shortIds: ShortIds, screen: Screen): string[] {
  const rows = tasks.map((task): Cell[] => [
    { text: shortOf(task.id, shortIds) },
    { text: stateOf(task) },
    { text: `P${task.priority}` },
    { text: task.owner === undefined ? '-' : printable(task.owner) },
    { text: task.openBlockers.length === 0 ? '-' : task.openBlockers.map((id) => shortOf(id, shortIds)).join(',') },
    { text: plainSubject(task) },
  ]);
  return tableLines(rows, [{}, {}, {}, {}, {}, {}], screen);
}

function plainSubject(task: TaskRow): string {
  const conflicts = task.conflictCount === undefined ? [] : [`(${count(task.conflictCount, 'conflict')})`];
  const labels = task.labels.length > 0 ? [labelsText(task)] : [];
  return [printable(task.subject), ...labels, ...conflicts].join('  ');
}

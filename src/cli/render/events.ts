/** Events as people read them, a line each. */
import type { WatchedEvents } from '../../app/watch.ts';
import { count } from './counts.ts';
import { printable } from './printable.ts';
import type { Palette, Screen, Style } from './screen.ts';
import { cut } from './table.ts';
import { shortOf, type ShortIds } from './task-rows.ts';

type Event = WatchedEvents['events'][number];

/** As wide as `lease-expired`, so that the ids of all lines stand below each other. */
const TYPE_WIDTH = 13;

/** More of a reason is for `git tasks log`. */
const MAX_REASON = 60;

/** One line for each event: time, type, id, subject, and who did it or why. */
export function eventLines({ events, shortIds }: WatchedEvents, screen: Screen): string[] {
  const { paint } = screen;
  return events.map((event) => {
    const { task } = event;
    const time = clockText(event.at, screen);
    const detail = detailOf(event, shortIds);
    const suffix = detail === '' ? '' : ` (${detail})`;
    const id = task === undefined ? '' : `${shortOf(task.id, shortIds)} `;
    const room = screen.width - time.length - TYPE_WIDTH - id.length - suffix.length - 2;
    const text = cut(task === undefined ? wholeText(event) : printable(task.subject), Math.max(8, room));
    const type = styleOf(event, paint)(event.type.padEnd(TYPE_WIDTH));
    return `${paint.quiet(time)} ${type} ${paint.id(id)}${text}${paint.quiet(suffix)}`;
  });
}

/** The time of day on a terminal, where lines come as things happen; elsewhere the instant. */
function clockText(at: string, { isTerminal }: Screen): string {
  const time = new Date(at);
  if (!isTerminal || Number.isNaN(time.getTime())) return at;
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

function styleOf({ type }: Event, paint: Palette): Style {
  if (type === 'completed' || type === 'unblocked') return paint.good;
  if (type === 'claimed' || type === 'lease-expired') return paint.active;
  if (type === 'renewed') return paint.quiet;
  return type === 'conflict' || type === 'damaged' || type === 'stuck' || type === 'rewritten'
    ? paint.bad
    : paint.strong;
}

/** What happened to the ledger as a whole. */
function wholeText({ type, from = '', to, open = 0 }: Event): string {
  if (type === 'stuck') return `nothing is ready and nobody is working, but open: ${count(open, 'task')}`;
  if (to === null) return `the branch is gone (it was at ${from.slice(0, 7)})`;
  return `the branch went from ${from.slice(0, 7)} to ${(to ?? '').slice(0, 7)}: read anew what you need`;
}

/** Who did it, through what, which fields, and why. */
function detailOf(event: Event, shortIds: ShortIds): string {
  const { type, actor, task, because = [], reason = '' } = event;
  const parts = [
    printable((type === 'lease-expired' ? task?.owner : actor) ?? ''),
    because.length === 0 ? '' : `through ${because.map((id) => shortOf(id, shortIds)).join(', ')}`,
    fieldsOf(event),
    cut(printable(reason), MAX_REASON),
  ];
  return parts.filter(Boolean).join(': ');
}

function fieldsOf({ type, conflicts = [], changes = [] }: Event): string {
  if (type !== 'changed' && type !== 'conflict') return '';
  const fields = type === 'conflict' ? conflicts : changes;
  return [...new Set(fields.map(({ field }) => printable(field)))].join(', ');
}

/** Times for people: relative on a terminal, exact everywhere else. */
import { endOfDue, isOverdue, toInstant } from '../../task/instant.ts';
import type { Screen } from './screen.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Beyond this a date says more than a number of days. */
const MAX_RELATIVE_DAYS = 60;

/** A length of time in one unit, rounded: `45s`, `25m`, `2h`, `3d`. */
export function lengthOf(milliseconds: number): string {
  const length = Math.abs(milliseconds);
  if (length < 1.5 * MINUTE) return `${Math.round(length / 1000)}s`;
  if (length < 1.5 * HOUR) return `${Math.round(length / MINUTE)}m`;
  if (length < 2 * DAY) return `${Math.round(length / HOUR)}h`;
  return `${Math.round(length / DAY)}d`;
}

/** An instant: `2h ago`, `in 3d` or a date on a terminal; as it is where a program may read it. */
export function timeText(instant: string, screen: Screen): string {
  const ms = Date.parse(instant);
  if (!screen.isTerminal || Number.isNaN(ms)) return instant;
  const distance = ms - screen.now;
  if (Math.abs(distance) > MAX_RELATIVE_DAYS * DAY) return instant.slice(0, 10);
  if (Math.abs(distance) < 5000) return 'just now';
  return distance < 0 ? `${lengthOf(distance)} ago` : `in ${lengthOf(distance)}`;
}

/** The end of a lease: a time of day on a terminal (with the day when it is not today), else the instant. */
export function untilText(instant: string, screen: Screen): string {
  const end = new Date(instant);
  if (!screen.isTerminal || Number.isNaN(end.getTime())) return instant;
  const time = `${pad(end.getHours())}:${pad(end.getMinutes())}`;
  const today = new Date(screen.now);
  return end.toDateString() === today.toDateString() ? time : `${localDay(end)} ${time}`;
}

/** A due day or instant: how far it is on a terminal, itself elsewhere. A day lasts until its end. */
export function dueText(due: string, screen: Screen): string {
  if (!screen.isTerminal) return `due ${due}`;
  if (isOverdue(due, screen.now)) return `overdue ${lengthOf(screen.now - endOfDue(due))}`;
  const days = Math.floor((Date.parse(due.slice(0, 10)) - Date.parse(dayOf(screen.now))) / DAY);
  if (days === 0) return due.length > 10 ? `due at ${untilText(due, screen)}` : 'due today';
  return days > MAX_RELATIVE_DAYS ? `due ${due.slice(0, 10)}` : `due in ${days}d`;
}

function dayOf(milliseconds: number): string {
  return toInstant(milliseconds).slice(0, 10);
}

function localDay(date: Date): string {
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}

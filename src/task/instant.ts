/** Instants and days in the one form that files hold. Pure: the clock is an argument. */
import type { DayOrInstant, Instant } from './types.ts';

const DAY = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;
const DAY_LENGTH = 86_400_000;
const INSTANT = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

/** The forms of days and instants as regular expressions, for schemas, which know no calendar. */
export const DAY_PATTERN: string = DAY.source;
export const INSTANT_PATTERN: string = INSTANT.source;

/**
 * Milliseconds since 1970 as an instant with whole seconds (rounded down). Throws `RangeError` for what is no time.
 *
 * Not by `toISOString`: the first call of that in a process looks for the time zone of the machine, which costs up to 20 ms
 * where `TZ` is not set (measured on Node 20), and nearly every command writes an instant.
 */
export function toInstant(milliseconds: number): Instant {
  const date = new Date(milliseconds);
  const year = date.getUTCFullYear();
  if (!(year >= 1000 && year <= 9999)) return `${date.toISOString().slice(0, 19)}Z`;
  const day = `${year}-${pad(date.getUTCMonth() + 1)}-${pad(date.getUTCDate())}`;
  return `${day}T${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}:${pad(date.getUTCSeconds())}Z`;
}

function pad(part: number): string {
  return part < 10 ? `0${part}` : String(part);
}

/** Milliseconds since 1970 of an instant, or of the first moment (UTC) of a day. NaN when it is neither. */
export function instantToMs(value: DayOrInstant): number {
  return isInstant(value) || isDay(value) ? Date.parse(value) : Number.NaN;
}

/** Milliseconds since 1970 of the moment from which what is due then is late: a day lasts until its end (UTC). */
export function endOfDue(due: DayOrInstant): number {
  return instantToMs(due) + (isDay(due) ? DAY_LENGTH : 0);
}

/** Whether what is due then should be done by now (milliseconds since 1970). */
export function isOverdue(due: DayOrInstant, now: number): boolean {
  return endOfDue(due) < now;
}

/** Whether the text is an instant that exists in the calendar. */
export function isInstant(text: string): boolean {
  return INSTANT.test(text) && isInMonth(text);
}

/** Whether the text is a day that exists in the calendar. */
export function isDay(text: string): boolean {
  return DAY.test(text) && isInMonth(text);
}

/** Whether the month has the day. Every month has 28; only the rest are worth a `Date` (this runs for every file). */
function isInMonth(text: string): boolean {
  if (Number(text.slice(8, 10)) <= 28) return true;
  const ms = Date.parse(text.slice(0, 10));
  return !Number.isNaN(ms) && toInstant(ms).startsWith(text.slice(0, 10));
}

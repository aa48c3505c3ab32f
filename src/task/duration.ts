/** Lengths of time as people type them: `30m`, `2h`, `1d`. Pure. */
import { TasksError } from '../errors.ts';
import { isDay, isInstant, toInstant } from './instant.ts';
import type { DayOrInstant } from './types.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Milliseconds of a length like `45s`, `30m`, `2h`, `1d`, `2w`. Throws `usage`. */
export function parseDuration(text: string): number {
  const match = /^(\d{1,6})([smhdw])$/.exec(text.trim());
  const unit = UNITS[match?.[2] ?? ''];
  if (match?.[1] === undefined || unit === undefined || Number(match[1]) === 0) {
    throw new TasksError('usage', `${JSON.stringify(text)} is not a length of time`, {
      hint: 'Give a number and a unit: 45s, 30m, 2h, 1d, 2w',
    });
  }
  return Number(match[1]) * unit;
}

/** A day, an instant, `today`, `tomorrow` or a length from now (`3d`) as a field holds it. Throws `usage`. */
export function parseWhen(text: string, now: number): DayOrInstant {
  const word = text.trim().toLowerCase();
  if (word === 'today') return toInstant(now).slice(0, 10);
  if (word === 'tomorrow') return toInstant(now + (UNITS['d'] ?? 0)).slice(0, 10);
  if (isDay(text) || isInstant(text)) return text;
  if (/^\d{4}-\d{2}-\d{2}T/.test(text)) {
    const ms = Date.parse(text);
    if (!Number.isNaN(ms)) return toInstant(ms);
  }
  if (!/^\d+[smhdw]$/.test(word)) {
    throw new TasksError('usage', `${JSON.stringify(text)} is not a day or a time`, {
      hint: 'Give 2026-12-01, 2026-12-01T08:00:00Z, today, tomorrow, or a length from now like 3d',
    });
  }
  return toInstant(now + parseDuration(word));
}

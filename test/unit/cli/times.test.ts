import { expect, test } from 'vitest';
import { paletteOf, type Screen } from '../../../src/cli/render/screen.ts';
import { dueText, lengthOf, timeText, untilText } from '../../../src/cli/render/times.ts';

const now = Date.parse('2026-11-22T13:00:00Z');
const terminal: Screen = { isTerminal: true, width: 80, paint: paletteOf(false), now };
const pipe: Screen = { ...terminal, isTerminal: false, width: Number.POSITIVE_INFINITY };

test.each([
  [45_000, '45s'],
  [25 * 60_000, '25m'],
  [119 * 60_000, '2h'],
  [30 * 3_600_000, '30h'],
  [9 * 86_400_000, '9d'],
])('%i ms are %s', (milliseconds, text) => {
  expect(lengthOf(milliseconds)).toBe(text);
});

test('a time is relative on a terminal and exact elsewhere', () => {
  expect(timeText('2026-11-22T11:00:00Z', terminal)).toBe('2h ago');
  expect(timeText('2026-11-25T13:00:00Z', terminal)).toBe('in 3d');
  expect(timeText('2026-11-22T12:59:58Z', terminal)).toBe('just now');
  expect(timeText('2025-11-22T11:00:00Z', terminal)).toBe('2025-11-22');
  expect(timeText('2026-11-22T11:00:00Z', pipe)).toBe('2026-11-22T11:00:00Z');
});

test('the end of a lease is a time of day, with the day when that is another one', () => {
  expect(untilText('2026-11-22T15:30:00Z', terminal)).toBe('15:30');
  expect(untilText('2026-11-23T01:05:00Z', terminal)).toBe('2026-11-23 01:05');
  expect(untilText('2026-11-22T15:30:00Z', pipe)).toBe('2026-11-22T15:30:00Z');
});

test('a due day lasts until its end', () => {
  expect(dueText('2026-11-22', terminal)).toBe('due today');
  expect(dueText('2026-11-25', terminal)).toBe('due in 3d');
  expect(dueText('2026-11-19', terminal)).toBe('overdue 3d');
  expect(dueText('2026-11-22T14:00:00Z', terminal)).toBe('due at 14:00');
  expect(dueText('2026-11-22T12:00:00Z', terminal)).toBe('overdue 60m');
  expect(dueText('2027-11-22', terminal)).toBe('due 2027-11-22');
  expect(dueText('2026-11-19', pipe)).toBe('due 2026-11-19');
});

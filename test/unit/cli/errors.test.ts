import { expect, test } from 'vitest';
import { exitCodeOf } from '../../../src/cli/exit-codes.ts';
import { failureLines, failureToJson } from '../../../src/cli/render/errors.ts';
import { paletteOf, type Screen } from '../../../src/cli/render/screen.ts';
import { VERSION } from '../../../src/cli/version.ts';
import { BugError, type ErrorCode, TasksError } from '../../../src/errors.ts';
import manifest from '../../../package.json' with { type: 'json' };

const screen: Screen = { isTerminal: false, width: Number.POSITIVE_INFINITY, paint: paletteOf(false), now: 0 };
const machineError = Object.assign(new Error('ENOSPC: no space left on device, write'), {
  code: 'ENOSPC',
  syscall: 'write',
  errno: -28,
});

test.each([
  ['usage', 2],
  ['nothing', 3],
  ['claimed', 4],
  ['race', 4],
  ['busy', 4],
  ['conflict', 5],
  ['interrupted', 130],
  ['not-found', 1],
  ['blocked', 1],
  ['damaged', 1],
] as [ErrorCode, number][])('the code %s exits with %i', (code, exit) => {
  expect(exitCodeOf(new TasksError(code, 'x'))).toBe(exit);
});

test('what the machine refuses is no defect; everything unknown is one', () => {
  expect(exitCodeOf(machineError)).toBe(1);
  expect([exitCodeOf(new BugError('BUG: x')), exitCodeOf(new TypeError('x')), exitCodeOf('x')]).toEqual([70, 70, 70]);
});

test('a failure says what went wrong and the way out', () => {
  const error = new TasksError('not-found', 'No task "x\x1b[2J"', { hint: 'See: git tasks list', data: { id: 'x' } });
  expect(failureLines(error, screen)).toEqual([String.raw`error: No task "x\x1b[2J"`, 'hint: See: git tasks list']);
  expect(JSON.parse(failureToJson(error, false))).toEqual({
    contract: 1,
    error: { id: 'x', code: 'not-found', message: 'No task "x\x1b[2J"', hint: 'See: git tasks list' },
  });
});

test('data cannot take the place of the code or the message', () => {
  const error = new TasksError('race', 'Lost', { data: { code: 'other', message: 'other', tip: 'a' } });
  expect(JSON.parse(failureToJson(error, false))).toEqual({
    contract: 1,
    error: { tip: 'a', code: 'race', message: 'Lost' },
  });
});

test('a defect shows where it happened and asks to be reported', () => {
  const [stack = '', hint = ''] = failureLines(new BugError('BUG: two tips'), screen);
  expect(stack).toMatch(/BUG: two tips\n\s+at /);
  expect(hint).toContain('Please report it');
  expect(JSON.parse(failureToJson(new BugError('BUG: x'), false))).toMatchObject({
    error: { code: 'bug', message: 'BUG: x' },
  });
  expect(JSON.parse(failureToJson(machineError, false))).toMatchObject({ error: { code: 'io', system: 'ENOSPC' } });
});

test('the version is that of the package', () => {
  expect(VERSION).toBe(manifest.version);
});

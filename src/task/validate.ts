/**
 * Checks plain values against the field table.
 *
 * Every way in (a file, a JSON line, an import) passes here, so a value is either well-formed or named with its path.
 */
import { FIELD_BY_NAME, type Field } from './fields.ts';
import { isTaskId } from './ids.ts';
import { isDay, isInstant } from './instant.ts';
import { MAX_DEPTH, MAX_KEY, MAX_LINE, MAX_MEMBERS, MAX_TEXT } from './limits.ts';
import { RECORDS, type RecordShape, type ValueKind } from './records.ts';

/** What is wrong with a value, and where: `path` leads from the task to it. */
export interface Problem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

const LONG_KEY = `is a key of more than ${MAX_KEY} characters`;

type Path = readonly (string | number)[];
type Check = (value: unknown, path: Path, problems: Problem[]) => void;

/** Every status, in the order of a life. */
export const STATUSES: readonly string[] = ['pending', 'in_progress', 'completed', 'cancelled'];

/** The problems of one field's value; none when it is well-formed. Unknown fields only have to be plain JSON. */
export function fieldProblems(name: string, value: unknown): Problem[] {
  const problems: Problem[] = [];
  const field = FIELD_BY_NAME.get(name);
  if (name.length > MAX_KEY) report(problems, [name], LONG_KEY);
  (field === undefined ? json : CHECKS[field.shape])(value, [name], problems);
  return problems;
}

/** Whether the value of a field is the one that a file leaves out. */
export function isDefault(field: Field, value: unknown): boolean {
  if (value === undefined) return true;
  if (field.defaultValue !== undefined) return value === field.defaultValue;
  if (Array.isArray(value)) return value.length === 0;
  return field.shape === 'map' && isMap(value) && Object.keys(value).length === 0;
}

const report = (problems: Problem[], path: Path, message: string): void => {
  problems.push({ path, message });
};

const CHECKS: Record<ValueKind, Check> = {
  id: test((v) => isTaskId(v), 'must be an id: 8 characters of 0-9 and a-z without i, l, o, u'),
  line: (value, path, problems) => line(value, path, problems),
  text: (value, path, problems) => {
    if (typeof value !== 'string') report(problems, path, 'must be a text');
    else if (value.length > MAX_TEXT) report(problems, path, `is longer than ${MAX_TEXT} characters`);
  },
  status: test((v) => STATUSES.includes(v), `must be one of ${STATUSES.join(', ')}`),
  priority: (value, path, problems) => {
    const ok = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 4;
    if (!ok) report(problems, path, 'must be a whole number from 0 (highest) to 4');
  },
  day: test((v) => isDay(v) || isInstant(v), 'must be a day (2026-12-01) or an instant (2026-12-01T08:00:00Z)'),
  instant: test((v) => isInstant(v), 'must be an instant like 2026-11-22T13:00:00Z'),
  lines: members(line),
  ids: members(test((v) => isTaskId(v), 'must be an id of 8 characters')),
  claim: checkRecord(RECORDS.claim),
  evidence: members(checkRecord(RECORDS.evidence)),
  notes: members(checkRecord(RECORDS.note)),
  conflicts: members(checkRecord(RECORDS.conflict)),
  map: (value, path, problems) => {
    if (isMap(value)) json(value, path, problems);
    else report(problems, path, 'must be a map');
  },
  count,
  amount,
  flag,
  json,
};

function test(accepts: (text: string) => boolean, message: string): Check {
  return (value, path, problems) => {
    if (typeof value !== 'string' || !accepts(value)) report(problems, path, message);
  };
}

function line(value: unknown, path: Path, problems: Problem[]): void {
  if (typeof value !== 'string') report(problems, path, 'must be a text');
  else if (value.trim() === '') report(problems, path, 'must not be empty');
  else if (value.length > MAX_LINE) report(problems, path, `is longer than ${MAX_LINE} characters`);
  else if (value.includes('\n')) report(problems, path, 'must be one line');
}

function count(value: unknown, path: Path, problems: Problem[]): void {
  if (!Number.isSafeInteger(value) || (value as number) < 1) report(problems, path, 'must be a whole number from 1');
}

function amount(value: unknown, path: Path, problems: Problem[]): void {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0)
    report(problems, path, 'must be a number from 0');
}

function flag(value: unknown, path: Path, problems: Problem[]): void {
  if (typeof value !== 'boolean') report(problems, path, 'must be true or false');
}

function members(check: Check): Check {
  return (value, path, problems) => {
    if (!Array.isArray(value)) return report(problems, path, 'must be a list');
    if (value.length > MAX_MEMBERS) return report(problems, path, `has more than ${MAX_MEMBERS} members`);
    value.forEach((member, index) => check(member, [...path, index], problems));
  };
}

function checkRecord(shape: RecordShape): Check {
  return (value, path, problems) => {
    if (!isMap(value)) return report(problems, path, 'must be a map');
    for (const [key, { required }] of Object.entries(shape)) {
      if (required === true && !Object.hasOwn(value, key)) report(problems, path, `lacks ${key}`);
    }
    for (const [key, member] of Object.entries(value)) {
      if (key.length > MAX_KEY) report(problems, [...path, key], LONG_KEY);
      CHECKS[kindOf(shape, key)](member, [...path, key], problems);
    }
  };
}

function kindOf(shape: RecordShape, key: string): ValueKind {
  // Own keys only: a key named `constructor` is the user's, not JavaScript's.
  return Object.hasOwn(shape, key) ? (shape[key]?.kind ?? 'json') : 'json';
}

function json(value: unknown, path: Path, problems: Problem[]): void {
  if (value === null || typeof value === 'boolean') return;
  if (typeof value === 'string') CHECKS.text(value, path, problems);
  else if (typeof value === 'number') {
    if (!Number.isFinite(value)) report(problems, path, 'must be a finite number');
  } else if (!Array.isArray(value) && !isMap(value)) report(problems, path, 'must be a plain JSON value');
  else nested(value, path, problems);
}

function nested(value: readonly unknown[] | Record<string, unknown>, path: Path, problems: Problem[]): void {
  if (path.length > MAX_DEPTH) return report(problems, path, `is nested deeper than ${MAX_DEPTH}`);
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((v, i) => [i, v])
    : Object.entries(value);
  if (entries.length > MAX_MEMBERS) return report(problems, path, `has more than ${MAX_MEMBERS} members`);
  for (const [key, member] of entries) {
    if (typeof key === 'string' && key.length > MAX_KEY) report(problems, [...path, key], LONG_KEY);
    json(member, [...path, key], problems);
  }
}

/** Whether the value is a map in JSON's sense. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

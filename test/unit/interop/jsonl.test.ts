import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeJsonl, encodeJsonl } from '../../../src/interop/jsonl.ts';
import type { Task } from '../../../src/task/types.ts';
import { fieldProblems } from '../../../src/task/validate.ts';
import { arbitraryTask } from '../../support/arbitrary-task.ts';

const task: Task = {
  id: '7kq3m2xz',
  list: 'main',
  subject: 'Run the API tests',
  status: 'pending',
  priority: 2,
  completedBy: [],
  labels: [],
  blockedBy: [],
  reviews: [],
  scope: [],
  acceptance: [],
  accepted: [],
  checks: [],
  evidence: [],
  notes: [],
  metadata: {},
  created: '2026-11-22T13:00:00Z',
  conflicts: [],
  extra: {},
};

const validTask = arbitraryTask().filter((each) => {
  return Object.entries(each).every(([name, value]) => name === 'extra' || fieldProblems(name, value).length === 0);
});

describe('encodeJsonl and decodeJsonl', () => {
  it('give every task back', () => {
    fc.assert(
      fc.property(fc.uniqueArray(validTask, { maxLength: 4, selector: (each) => each.id }), (tasks) => {
        const decoded = decodeJsonl(encodeJsonl(tasks));
        expect(decoded.issues).toEqual([]);
        const byId = (a: Task, b: Task): number => (a.id < b.id ? -1 : 1);
        // Not `toStrictEqual`: it compares the constructors of objects, and a key may be named `constructor`.
        expect(isDeepStrictEqual([...decoded.tasks].sort(byId), [...tasks].sort(byId))).toBe(true);
        expect(encodeJsonl(decoded.tasks)).toBe(encodeJsonl(tasks));
      }),
    );
  });

  it('leave defaults out, name the list after the id and sort by list and id', () => {
    const other = { ...task, id: '00000000', list: 'web', priority: 0, labels: ['api'] };
    const rest = '"subject":"Run the API tests","status":"pending"';
    expect(encodeJsonl([other, task, { ...task, id: '2m4k9abc' }])).toBe(
      [
        `{"id":"2m4k9abc","list":"main",${rest},"created":"2026-11-22T13:00:00Z"}`,
        `{"id":"7kq3m2xz","list":"main",${rest},"created":"2026-11-22T13:00:00Z"}`,
        `{"id":"00000000","list":"web",${rest},"priority":0,"labels":["api"],"created":"2026-11-22T13:00:00Z"}`,
        '',
      ].join('\n'),
    );
  });

  it('keep keys that this version does not know, also those named like what is not in the file', () => {
    const extra = { estimate: 3, list: 'a key of the file', _list: 1, __list: 2 };
    expect(decodeJsonl(encodeJsonl([{ ...task, extra }])).tasks).toEqual([{ ...task, extra }]);
  });

  it('take sets in any order and a line without a list', () => {
    const record = { id: task.id, subject: 'x', status: 'pending', created: task.created, labels: ['b', 'a', 'b'] };
    expect(decodeJsonl(JSON.stringify(record)).tasks[0]).toEqual({ ...task, subject: 'x', labels: ['a', 'b'] });
  });

  it('name every bad line and keep the good ones', () => {
    const good = encodeJsonl([task]).trim();
    const bad = '{"id":"nope","list":"a/b","subject":"","status":"open","metadata":{"half":"\\ud800"}}';
    const { tasks, issues } = decodeJsonl(`\uFEFF\n{"id":\n[1]\n<<<<<<< ours\n${bad}\n${good}\r\n${good}\n`);
    expect(tasks).toEqual([task]);
    expect(issues.map(({ message }) => message)).toEqual([
      'line 2: is not valid JSON',
      'line 3: is not a JSON object',
      'line 4: is a conflict marker of a merge, not a record',
      'line 5: list is not the name of a list; created is missing; ' +
        'id must be an id: 8 characters of 0-9 and a-z without i, l, o, u; subject must not be empty; ' +
        'status must be one of pending, in_progress, completed, cancelled; ' +
        'metadata has half a character (a lone surrogate)',
      'line 7: the id 7kq3m2xz was there before',
    ]);
    expect(issues.map(({ kind }) => kind)).toEqual(Array.from({ length: 5 }, () => 'skipped'));
  });
});

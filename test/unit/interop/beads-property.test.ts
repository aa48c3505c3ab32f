import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBeads } from '../../../src/interop/beads.ts';
import { fieldProblems } from '../../../src/task/validate.ts';

const key = fc.constantFrom('hb-1', 'hb-2', 'hb-3', 'hb-3.1', ' ');
const time = fc.oneof(
  fc.constantFrom(
    '2026-03-02T10:00:00.123456+02:00',
    '2026-02-30T10:00:00Z',
    '',
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59-08:00',
  ),
);
const wild = fc.jsonValue({ maxDepth: 2 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 4, arbitrary }, { weight: 1, arbitrary: wild });
const words = fc.string({ unit: 'binary' });
const arbitraryRecord = fc.record(
  {
    id: maybe(key),
    title: maybe(fc.oneof(words, fc.string({ minLength: 990, maxLength: 1100 }))),
    status: maybe(fc.constantFrom('open', 'closed', 'tombstone', 'deferred', 'hooked', 'in_progress', 'odd')),
    priority: maybe(fc.integer({ min: -1, max: 5 })),
    issue_type: maybe(fc.constantFrom('task', 'bug', 'message', '')),
    ...Object.fromEntries(
      [
        'description',
        'design',
        'acceptance_criteria',
        'notes',
        'assignee',
        'created_by',
        'close_reason',
        'delete_reason',
      ].map((name) => [name, maybe(words)]),
    ),
    ...Object.fromEntries(
      ['created_at', 'updated_at', 'closed_at', 'due_at', 'defer_until'].map((name) => [name, maybe(time)]),
    ),
    labels: maybe(fc.array(maybe(words))),
    dependencies: maybe(
      fc.array(
        maybe(
          fc.record({ depends_on_id: maybe(key), type: maybe(fc.constantFrom('blocks', 'parent-child', 'related')) }),
        ),
      ),
    ),
    comments: maybe(
      fc.array(
        maybe(fc.record({ id: maybe(fc.nat()), author: maybe(words), text: maybe(words), created_at: maybe(time) })),
      ),
    ),
    extra: wild,
  },
  { requiredKeys: ['id'] },
);

describe('whatever the file holds', () => {
  it('the tasks are well-formed and their edges lead to tasks of the file', () => {
    fc.assert(
      fc.property(fc.array(arbitraryRecord, { maxLength: 6 }), (records) => {
        const text = records.map((record) => JSON.stringify(record)).join('\n');
        const decoded = decodeBeads(text);
        const keys = decoded.tasks.map((task) => task.key);
        expect(new Set(keys).size).toBe(keys.length);
        for (const { key: own, fields, blockedBy, parent } of decoded.tasks) {
          expect(Object.entries(fields).flatMap(([name, value]) => fieldProblems(name, value))).toEqual([]);
          expect(keys).toEqual(expect.arrayContaining([...blockedBy, ...(parent === undefined ? [] : [parent])]));
          expect([...blockedBy, parent]).not.toContain(own);
          expect(JSON.stringify(fields).isWellFormed()).toBe(true);
        }
        expect(decodeBeads(text)).toEqual(decoded);
      }),
      { numRuns: 300 },
    );
  });

  it('no line makes it throw', () => {
    fc.assert(fc.property(fc.array(fc.oneof(words, fc.json())), (lines) => void decodeBeads(lines.join('\n'))));
  });
});

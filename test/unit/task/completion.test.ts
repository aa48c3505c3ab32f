import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkNames, unmetOf, withEvidence } from '../../../src/task/completion.ts';
import { applyOperation, type Edit, newTask } from '../../../src/task/operations.ts';
import type { Evidence, Task } from '../../../src/task/types.ts';

const AT = '2026-06-01T12:00:00Z';

function task(fields: Partial<Task>): Task {
  return newTask({ id: '7kq3m2xz', list: 'main', created: AT }, { subject: 'A task', ...fields });
}

function run(name: string, exit: number, id = `${name}-${exit}`): Evidence {
  return { id, at: AT, by: 'ada', kind: 'check', name, exit };
}

const edited = (before: Task, edit: Edit): Task => applyOperation(before, { op: 'edit', id: before.id, edit });

describe('what a task lacks', () => {
  it.each([
    ['nothing where it asks for nothing', {}, [], undefined],
    ['a check that was not run', { checks: ['test'] }, [], { checks: ['test'], acceptance: [] }],
    ['a check that failed', { checks: ['test'] }, [run('test', 1)], { checks: ['test'], acceptance: [] }],
    ['nothing when the check passed', { checks: ['test'] }, [run('test', 0)], undefined],
    ['nothing when it passed under a name in other case', { checks: ['Test'] }, [run('test', 0)], undefined],
    [
      'a check although a file has its name',
      { checks: ['test'] },
      [{ ...run('test', 0), kind: 'file' }],
      { checks: ['test'], acceptance: [] },
    ],
    ['lines without a tick', { acceptance: ['a', 'b'], accepted: ['a', 'c'] }, [], { checks: [], acceptance: ['b'] }],
    ['nothing where it is a gate', { kind: 'gate', checks: ['test'], acceptance: ['a'] }, [], undefined],
  ] as [string, Partial<Task>, Evidence[], object | undefined][])('is %s', (_what, fields, evidence, lack) => {
    expect(unmetOf(task(fields), evidence)).toEqual(lack && { id: '7kq3m2xz', ...lack });
  });

  it('is not made up for by a run of another time that stands in the task', () => {
    expect(unmetOf(task({ checks: ['test'], evidence: [run('test', 0)] }), [])).toMatchObject({ checks: ['test'] });
  });
});

describe('the name of a check', () => {
  it.each(['test', 'T', 'lint-2', 'x'.repeat(64)])('may be %s', (name) => {
    expect(checkNames([name])).toEqual([name]);
  });

  it.each(['', '-x', '2x', 'a.b', '../x', 'test; rm -rf ~', 'a b', 'ünit', 'a\nb', '$(id)', 'x'.repeat(65)])(
    'may not be %j',
    (name) => {
      expect(() => checkNames(['test', name])).toThrow(/cannot name a check/);
    },
  );
});

describe('ticks', () => {
  const ticked = task({ acceptance: ['a', 'b'], accepted: ['a'] });

  it('belong to the text of a line: what is edited, taken away or brought back is not ticked', () => {
    const moved = edited(ticked, { remove: { acceptance: ['a'] }, add: { acceptance: ['a, really'] } });
    expect(moved).toMatchObject({ acceptance: ['a, really', 'b'], accepted: [] });
    expect(edited(moved, { add: { acceptance: ['a'] } })).toMatchObject({ accepted: [] });
  });

  it('that a merge left without their line do not come back to life with it', () => {
    const stale = task({ acceptance: ['b'], accepted: ['a', 'b'] });
    expect(edited(stale, { add: { acceptance: ['a'] } })).toMatchObject({ acceptance: ['a', 'b'], accepted: ['b'] });
  });

  it('are only given to lines that are there', () => {
    expect(edited(ticked, { add: { accepted: ['b', 'c'] } })).toMatchObject({ accepted: ['a', 'b'] });
    expect(edited(ticked, { remove: { accepted: ['a'] } })).toMatchObject({ accepted: [] });
  });
});

describe('evidence', () => {
  it('keeps the last runs of each check, and all that is no run', () => {
    const kinds = fc.constantFrom<Evidence['kind'][]>('check', 'commit', 'url', 'file');
    const record = fc.record({ kind: kinds, name: fc.constantFrom('test', 'TEST', 'lint') });
    const many = fc.array(record, { maxLength: 40 });
    fc.assert(
      fc.property(many, fc.array(many, { maxLength: 4 }), (first, later) => {
        const all = [first, ...later].map((records, i) =>
          records.map((of, k): Evidence => ({ id: `${i}-${k}`, at: AT, by: 'ada', ...of })),
        );
        const kept = all.slice(1).reduce<readonly Evidence[]>(withEvidence, withEvidence([], all[0] ?? []));
        for (const key of ['test', 'lint', undefined]) {
          const own = (records: readonly Evidence[]): readonly Evidence[] =>
            records.filter(({ kind, name }) => (kind === 'check' ? name.toLowerCase() : undefined) === key);
          expect(own(kept)).toEqual(key === undefined ? own(all.flat()) : own(all.flat()).slice(-5));
        }
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { keepBoth } from '../../../src/app/doctor/keep-both.ts';
import { newTask } from '../../../src/task/operations.ts';
import { encodeTask } from '../../../src/yaml/codec.ts';
import { decodeTask } from '../../../src/yaml/codec.ts';

const identity = { id: '7kq3m2xz', list: 'main', created: '2026-01-01T00:00:00Z' };
const mine = newTask(identity, { subject: 'Mine', labels: ['a'], blockedBy: ['2m4k9abc'], metadata: { key: 1 } });
const other = newTask(
  { ...identity, list: 'web' },
  { subject: 'Other', labels: ['b'], priority: 0, extra: { colour: 'red' } },
);

describe('two versions of one task', () => {
  it('become one that keeps every value of both', () => {
    expect(keepBoth(mine, other)).toEqual({
      ...mine,
      conflicts: [
        { field: 'subject', kept: 'Mine', other: 'Other' },
        { field: 'priority', kept: 2, other: 0 },
        { field: 'labels', kept: ['a'], other: ['b'] },
        { field: 'blockedBy', kept: ['2m4k9abc'], other: [] },
        { field: 'metadata', kept: { key: 1 }, other: {} },
        { field: 'colour', kept: null, other: 'red' },
        { field: 'list', kept: 'main', other: 'web' },
      ],
    });
  });

  it('that agree are the one, and joining again adds nothing', () => {
    expect(keepBoth(mine, mine)).toEqual(mine);
    const joined = keepBoth(mine, other);
    expect(keepBoth(joined, other)).toEqual(joined);
  });

  it('can be written and read again', () => {
    const joined = keepBoth(mine, other);
    expect(decodeTask(encodeTask(joined), identity)).toMatchObject({ ok: true, task: joined });
  });
});

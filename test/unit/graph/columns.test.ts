import { expect, it } from 'vitest';
import { copyColumns, emptyColumns } from '../../../src/graph/columns.ts';

it('a copy of columns that are parts of a file is independent of them', () => {
  const file = Buffer.from([0, 2]);
  const columns = { ...emptyColumns(), size: 1, status: file.subarray(0, 1), priority: file.subarray(1, 2) };
  const copy = copyColumns(columns);
  copy.status[0] = 3;
  copy.priority[0] = 4;
  expect([...file]).toEqual([0, 2]);
});

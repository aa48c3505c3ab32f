import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { decodeBeads } from '../../../src/interop/beads.ts';
import { breakCycles } from '../../../src/interop/break-cycles.ts';

const folder = new URL('../../../fixtures/backlog/', import.meta.url);
const text = readFileSync(new URL('harbor.jsonl', folder), 'utf8');

it('the backlog is what its generator prints', () => {
  const generator = fileURLToPath(new URL('make-harbor.mjs', folder));
  expect(execFileSync(process.execPath, [generator], { encoding: 'utf8' })).toBe(text);
});

it('the backlog is imported whole, with one cycle to break', () => {
  const { tasks, issues } = decodeBeads(text);
  expect(tasks).toHaveLength(text.trim().split('\n').length);
  expect(issues.filter(({ kind }) => kind === 'skipped' || kind === 'dropped-edge')).toEqual([]);
  expect(breakCycles(tasks).dropped).toHaveLength(1);
});

it('the backlog keeps the rule that nothing is completed before its blockers', () => {
  const { tasks } = decodeBeads(text);
  const statusByKey = new Map(tasks.map(({ key, fields }) => [key, fields.status]));
  for (const { fields, blockedBy, key } of tasks) {
    const early = fields.status === 'pending' ? [] : blockedBy.filter((id) => statusByKey.get(id) !== 'completed');
    expect({ key, early }).toEqual({ key, early: [] });
  }
});

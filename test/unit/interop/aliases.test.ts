import { expect, it } from 'vitest';
import { aliasesOf } from '../../../src/task/aliases.ts';

it('aliases are the ids of entries that are maps, and nothing else', () => {
  const metadata = {
    beads: { id: 'hb-12', type: 'bug' },
    github: { id: 'octo/harbor#7' },
    again: { id: 'hb-12' },
    empty: { id: '' },
    number: { id: 12 },
    list: [{ id: 'in-a-list' }],
    id: 'top-level',
    nested: { deeper: { id: 'too-deep' } },
    nothing: null,
  };
  expect(aliasesOf(metadata)).toEqual(['hb-12', 'octo/harbor#7']);
});

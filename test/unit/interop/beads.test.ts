import { describe, expect, it } from 'vitest';
import { decodeBeads } from '../../../src/interop/beads.ts';
import type { Decoded, ImportedTask } from '../../../src/interop/types.ts';
import { aliasesOf } from '../../../src/task/aliases.ts';

type Raw = Record<string, unknown>;

const base: Raw = {
  id: 'hb-1',
  title: 'Serve blobs',
  status: 'open',
  priority: 1,
  issue_type: 'task',
  created_at: '2026-03-02T10:00:00Z',
};

const decode = (...records: Raw[]): Decoded => {
  return decodeBeads(records.map((record) => JSON.stringify({ ...base, ...record })).join('\n'));
};
const first = (decoded: Decoded): ImportedTask => {
  const [task] = decoded.tasks;
  if (task === undefined) throw new Error('nothing was decoded');
  return task;
};
const dependency = (id: string, type = 'blocks'): Raw => ({ issue_id: 'hb-1', depends_on_id: id, type });
const told = ({ issues }: Decoded): string[] => issues.map(({ kind, message }) => `${kind}: ${message}`);

describe('the fields of an issue', () => {
  it('become the fields of a task, and the rest stays in the metadata', () => {
    const decoded = decode({
      description: 'Range requests\r\ntoo.',
      issue_type: 'feature',
      labels: ['storage', 'api', 'storage'],
      created_at: '2026-03-02T10:00:00.987654321-08:00',
      created_by: 'mira',
      updated_at: '2026-03-03T01:00:00.5+01:00',
      due_at: '2026-04-01T00:00:00Z',
      external_ref: 'gh-9',
      estimated_minutes: 90,
    });
    expect(decoded.issues).toEqual([]);
    expect(decoded.tasks).toEqual([
      {
        key: 'hb-1',
        blockedBy: [],
        fields: {
          subject: 'Serve blobs',
          status: 'pending',
          priority: 1,
          labels: ['api', 'feature', 'storage'],
          scope: [],
          due: '2026-04-01T00:00:00Z',
          acceptance: [],
          checks: [],
          description: 'Range requests\ntoo.',
          notes: [],
          metadata: {
            beads: {
              id: 'hb-1',
              type: 'feature',
              updated_at: '2026-03-03T00:00:00Z',
              external_ref: 'gh-9',
              estimated_minutes: 90,
            },
          },
          created: '2026-03-02T18:00:00Z',
          createdBy: 'mira',
        },
      },
    ]);
    expect(aliasesOf(first(decoded).fields.metadata)).toEqual(['hb-1']);
  });

  it('map each status to the nearest one and keep the word where it says more', () => {
    const mapped = (status: unknown, more: Raw = {}): unknown[] => {
      const { fields } = first(decode({ status, ...more }));
      return [fields.status, (fields.metadata['beads'] as Raw)['status'], fields.defer];
    };
    expect(mapped('open')).toEqual(['pending', undefined, undefined]);
    expect(mapped(undefined)).toEqual(['pending', undefined, undefined]);
    expect(mapped('in_progress')).toEqual(['in_progress', undefined, undefined]);
    expect(mapped('closed')).toEqual(['completed', undefined, undefined]);
    expect(mapped('blocked')).toEqual(['pending', 'blocked', undefined]);
    expect(mapped('hooked')).toEqual(['pending', 'hooked', undefined]);
    expect(mapped('pinned')).toEqual(['pending', 'pinned', '9999-12-30']);
    expect(mapped('deferred')).toEqual(['pending', 'deferred', '9999-12-30']);
    expect(mapped('deferred', { defer_until: '2026-05-01T00:00:00Z' })).toEqual([
      'pending',
      'deferred',
      '2026-05-01T00:00:00Z',
    ]);
    expect(mapped('tombstone')).toEqual(['cancelled', 'tombstone', undefined]);
    expect(mapped('constructor')).toEqual(['pending', 'constructor', undefined]);
    expect(mapped('shipped', { closed_at: '2026-05-01T00:00:00Z' })).toEqual(['completed', 'shipped', undefined]);
  });

  it('defer what beads never offers as ready, and say so', () => {
    for (const more of [{ issue_type: 'message' }, { ephemeral: true }, { pinned: true }]) {
      const decoded = decode(more);
      expect(first(decoded).fields.defer).toBe('9999-12-30');
      expect(told(decoded)).toEqual([expect.stringMatching(/^changed: deferred to 9999-12-30, because it/)]);
      expect(first(decode({ ...more, status: 'closed' })).fields.defer).toBeUndefined();
    }
  });

  it('make an assignee the owner only while the issue is in progress', () => {
    expect(first(decode({ status: 'in_progress', assignee: 'jo' })).fields.owner).toBe('jo');
    const planned = decode({ assignee: 'jo' });
    expect(first(planned).fields.owner).toBeUndefined();
    expect(first(planned).fields.metadata['beads']).toMatchObject({ assignee: 'jo' });
    expect(told(planned)).toEqual(['kept-in-metadata: the assignee: an owner is who works on it now']);
    expect(told(decode({ assignee: 'jo', status: 'closed' }))).toEqual([]);
  });

  it('keep the reason of a close or a deletion as the result', () => {
    expect(first(decode({ status: 'closed', close_reason: 'Shipped in 0.4' })).fields.result).toBe('Shipped in 0.4');
    expect(first(decode({ status: 'tombstone', delete_reason: 'Filed twice' })).fields.result).toBe('Filed twice');
    const reopened = first(decode({ close_reason: 'Too early' })).fields;
    expect(reopened.result).toBeUndefined();
    expect(reopened.metadata['beads']).toMatchObject({ close_reason: 'Too early' });
  });

  it('take acceptance criteria apart where they are a list, else keep them as a section beside the design', () => {
    expect(first(decode({ acceptance_criteria: '- [ ] b\n- [ ] a' })).fields.acceptance).toEqual(['a', 'b']);
    const prose = first(
      decode({ description: 'Why.', design: 'How.', acceptance_criteria: 'It works.\nAlways.' }),
    ).fields;
    expect(prose.acceptance).toEqual([]);
    expect(prose.description).toBe('Why.\n\n## Design\n\nHow.\n\n## Acceptance criteria\n\nIt works.\nAlways.');
    const ticked = first(decode({ acceptance_criteria: '- [x] a\n- [ ] b' })).fields;
    expect(ticked.acceptance).toEqual(['a', 'b']);
    expect(ticked.description).toContain('[x] a');
  });

  it('turn comments and notes into notes with stable ids, in the order of time', () => {
    const comment = (id: unknown, created_at: string, text = 'Hm.'): Raw => ({ id, author: 'jo', text, created_at });
    const comments = [
      comment(7, '2026-03-05T00:00:00Z'),
      comment(6, '2026-03-04T00:00:00Z'),
      comment(7, '2026-03-06T00:00:00Z'),
    ];
    const { notes } = first(decode({ comments, notes: 'Half done', updated_at: '2026-03-05T12:00:00Z' })).fields;
    expect(notes.map(({ id, by, text }) => [id, by, text])).toEqual([
      ['beads-6', 'jo', 'Hm.'],
      ['beads-7', 'jo', 'Hm.'],
      ['beads-notes', 'beads', 'Half done'],
      ['beads-7-3', 'jo', 'Hm.'],
    ]);
  });

  it('never cut a long title', () => {
    const title = 'word '.repeat(300).trim();
    const decoded = decode({ title, description: 'More.' });
    const { subject, description } = first(decoded).fields;
    expect(subject).toHaveLength(1000);
    expect(description).toBe(`${title}\n\nMore.`);
    expect(told(decoded)).toEqual([expect.stringContaining('title is longer than 1000')]);
  });

  it('report values of the wrong type and keep them in the metadata', () => {
    const decoded = decode({ title: 5, priority: 'P1', labels: ['ok', 3], created_at: 'yesterday', owner: null });
    const { fields } = first(decoded);
    expect(fields).toMatchObject({ subject: 'hb-1', priority: 2, labels: ['ok'], created: '1970-01-01T00:00:00Z' });
    expect(fields.metadata['beads']).toEqual({
      id: 'hb-1',
      type: 'task',
      title: 5,
      priority: 'P1',
      labels: [3],
      created_at: 'yesterday',
    });
    expect(decoded.issues).toHaveLength(6);
    expect(decoded.issues.every(({ key, line }) => key === 'hb-1' && line === 1)).toBe(true);
  });

  it('keep a foreign key whose name is taken, and one that is a trap', () => {
    const named = '"id":"hb-1","title":"x","created_at":"2026-03-02T10:00:00Z"';
    const text = `{${named},"links":1,"type":2,"__proto__":{"id":"evil"}}`;
    const { fields } = first(decodeBeads(text));
    expect(Object.entries(fields.metadata['beads'] as Raw)).toEqual([
      ['id', 'hb-1'],
      ['links_', 1],
      ['type', 2],
      ['__proto__', { id: 'evil' }],
    ]);
  });

  it('survive nesting that would break the stack', () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    const decoded = decodeBeads(`{"id":"hb-1","title":"x","created_at":"2026-03-02T10:00:00Z","odd":${deep}}`);
    expect(told(decoded)).toEqual(['skipped: odd is nested deeper than 100 levels']);
  });
});

describe('the edges of an issue', () => {
  it('become blockers and a parent; other links are kept', () => {
    const decoded = decode(
      {
        dependencies: [
          dependency('hb-3'),
          dependency('hb-2'),
          dependency('hb-3'),
          dependency('hb-9', 'parent-child'),
          dependency('hb-2', 'related'),
        ],
      },
      { id: 'hb-2' },
      { id: 'hb-3' },
      { id: 'hb-9' },
    );
    expect(first(decoded)).toMatchObject({ blockedBy: ['hb-2', 'hb-3'], parent: 'hb-9' });
    expect(first(decoded).fields.metadata['beads']).toMatchObject({ links: [{ type: 'related', id: 'hb-2' }] });
    expect(told(decoded)).toEqual(['kept-in-metadata: the link related hb-2']);
  });

  it('that block under a condition are links too, and it is said that they block no more', () => {
    const decoded = decode({ dependencies: [dependency('hb-2', 'waits-for')] }, { id: 'hb-2' });
    expect(first(decoded).blockedBy).toEqual([]);
    expect(told(decoded)).toEqual(['kept-in-metadata: waits-for hb-2: such a link blocks nothing here']);
  });

  it('that lead nowhere, to itself or to a deleted issue are dropped, told and kept as links', () => {
    const decoded = decode(
      {
        dependencies: [
          dependency('hb-404'),
          dependency('hb-1'),
          dependency('hb-2'),
          dependency('hb-405', 'parent-child'),
        ],
      },
      { id: 'hb-2', status: 'tombstone' },
    );
    expect(first(decoded).blockedBy).toEqual([]);
    expect(told(decoded)).toEqual([
      'dropped-edge: blocks hb-404: no such issue in the file',
      'dropped-edge: blocks hb-1: it is the issue itself',
      'dropped-edge: blocks hb-2: that issue was deleted',
      'dropped-edge: parent-child hb-405: no such issue in the file',
    ]);
    expect((first(decoded).fields.metadata['beads'] as { links: unknown[] }).links).toHaveLength(4);
  });

  it('name one parent: the one that the id names, else the first', () => {
    const parents = [dependency('hb-8', 'parent-child'), dependency('hb-9', 'parent-child')];
    const others = [{ id: 'hb-8' }, { id: 'hb-9' }];
    expect(first(decode({ id: 'hb-9.1', dependencies: parents }, ...others)).parent).toBe('hb-9');
    const decoded = decode({ dependencies: parents }, ...others);
    expect(first(decoded).parent).toBe('hb-8');
    expect(told(decoded)).toEqual(['kept-in-metadata: the parent hb-9: a task has one, and it is hb-8']);
  });
});

describe('the lines of a file', () => {
  it('that are bad are named, and the good ones are kept in their order', () => {
    const good = (id: string): string => JSON.stringify({ ...base, id });
    const lines = [
      good('hb-2'),
      '{"id":',
      '',
      '[]',
      '>>>>>>> theirs',
      '{"title":"x"}',
      '{"_type":"memory","id":"m"}',
      good('hb-1'),
    ];
    const decoded = decodeBeads(`\uFEFF${lines.join('\r\n')}\r\n`);
    expect(decoded.tasks.map(({ key }) => key)).toEqual(['hb-2', 'hb-1']);
    expect(told(decoded)).toEqual([
      'skipped: line 2 is not valid JSON',
      'skipped: line 4 is not a JSON object',
      'skipped: line 5 is a conflict marker of a merge, not a record',
      'skipped: line 6 has no usable id',
      'skipped: line 7 is not an issue',
    ]);
  });

  it('with one id give the one that was updated last', () => {
    const [old, recent] = [
      { title: 'old', updated_at: '2026-03-03T00:00:00Z' },
      { title: 'new', updated_at: '2026-03-04T00:00:00Z' },
    ];
    for (const records of [
      [old, recent],
      [recent, old],
    ])
      expect(first(decode(...records)).fields.subject).toBe('new');
    expect(told(decode(old, recent))).toEqual(['skipped: line 1 has the id of line 2, which is kept']);
    expect(told(decode(recent, old))).toEqual(['skipped: line 2 has the id of line 1, which is kept']);
  });
});

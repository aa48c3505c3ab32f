/** What the tools cost a model before it has called one, and that what they are told is read as it is meant. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { encode as cl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { encode as o200k } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, test } from 'vitest';
import { repaired } from '../../../src/app/agent/repair.ts';
import { INSTRUCTIONS, toolListings, TOOLS } from '../../../src/mcp/server.ts';
import { runTool } from '../../../src/mcp/tool.ts';
import { memoryLedger } from '../../support/ledger.ts';

const DOC = join(import.meta.dirname, '../../../docs/mcp.md');

/** The rows of the table of tokens in the documentation: name, o200k, cl100k. */
function documented(): string[][] {
  const rows = readFileSync(DOC, 'utf8').matchAll(/^\| `?(\w[\w ]*?)`? +\| +(\d+) +\| +(\d+) +\|$/gm);
  return [...rows].map(([, name = '', a = '', b = '']) => [name, a, b]);
}

const costs = (value: unknown): string[] => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return [String(o200k(text).length), String(cl100k(text).length)];
};

describe('the tools', () => {
  test('cost at most 1,000 tokens together', () => {
    const text = JSON.stringify(toolListings());
    expect(o200k(text).length).toBeLessThanOrEqual(1000);
    expect(cl100k(text).length).toBeLessThanOrEqual(1000);
  });

  test('cost what the documentation says', () => {
    const listings = toolListings();
    const rows = listings.map((listing) => [listing.name, ...costs(listing)]);
    expect(documented()).toEqual([
      ...rows,
      ['all tools', ...costs(listings)],
      ['server instructions', ...costs(INSTRUCTIONS)],
    ]);
  });

  test('say of themselves what a client asks a person about: none destroys anything, and one speaks to other machines', () => {
    const hints = Object.fromEntries(toolListings().map(({ name, annotations }) => [name, annotations]));
    const [reading, writing] = [{ readOnlyHint: true }, { destructiveHint: false, openWorldHint: false }];
    expect(hints).toEqual({
      task_create: writing,
      task_get: reading,
      task_list: reading,
      task_update: writing,
      task_batch: writing,
      task_next: writing,
      task_log: reading,
      task_sync: { destructiveHint: false },
    });
  });

  test('have the fields of the native tools', () => {
    const fields = Object.fromEntries(TOOLS.map(({ name, input }) => [name, Object.keys(input.shape)]));
    expect(fields['task_create']).toEqual(['subject', 'description', 'activeForm', 'metadata']);
    expect(fields['task_get']).toEqual(['taskId']);
    expect(fields['task_update']).toEqual(
      expect.arrayContaining(
        'taskId status subject description activeForm addBlocks addBlockedBy owner metadata'.split(' '),
      ),
    );
    const required = toolListings().map(({ name, inputSchema }) => [name, inputSchema['required'] ?? []]);
    expect(Object.fromEntries(required)).toEqual({
      task_create: ['subject', 'description'],
      task_get: ['taskId'],
      task_list: [],
      task_update: ['taskId'],
      task_batch: ['tasks'],
      task_next: [],
      task_log: [],
      task_sync: [],
    });
  });

  test('are described by schemas that are valid, flat at their root, and have names that are safe everywhere', () => {
    const ajv = new Ajv({ strict: true, strictTypes: false });
    for (const { name, inputSchema, outputSchema } of toolListings()) {
      expect(name).toMatch(/^[a-z_]{1,20}$/);
      expect(() => [ajv.compile(inputSchema), ajv.compile(outputSchema)]).not.toThrow();
      expect(inputSchema).toMatchObject({ type: 'object' });
      for (const word of ['anyOf', 'oneOf', 'allOf', '$ref', '$schema']) expect(inputSchema).not.toHaveProperty(word);
    }
  });

  test('that read are marked, and change nothing', async () => {
    const ledger = await memoryLedger();
    const session = ledger.as('ada');
    const reading = TOOLS.filter(({ isReading }) => isReading === true);
    expect(reading.map(({ name }) => name)).toEqual(['task_get', 'task_list', 'task_log']);
    const create = TOOLS.find(({ name }) => name === 'task_create');
    if (create === undefined) throw new Error('there is no task_create');
    const { structured } = await runTool(create, session, { subject: 'One', description: 'Two' });
    const { id } = structured['task'] as { id: string };
    const { tip } = await session.read();
    for (const tool of reading) await runTool(tool, session, tool.name === 'task_get' ? { taskId: id } : {});
    expect((await session.read()).tip).toBe(tip);
  });
});

describe('input', () => {
  const fields = new Map([
    ['taskId', 'id'],
    ['activeForm', 'other'],
    ['addBlockedBy', 'list'],
    ['metadata', 'other'],
  ] as const);

  test.each([
    [{ task_id: '7' }, { taskId: '7' }],
    [{ id: 7 }, { taskId: '7' }],
    [{ task: '#7kq3' }, { taskId: '7kq3' }],
    [{ active_form: 'Running' }, { activeForm: 'Running' }],
    [{ add_blocked_by: '7' }, { addBlockedBy: ['7'] }],
    [{ addBlockedBy: [7, '#8'] }, { addBlockedBy: ['7', '8'] }],
    // What is inside of values is the caller's own.
    [{ metadata: { task_id: 7 } }, { metadata: { task_id: 7 } }],
    // Two names for one field are not ours to choose from.
    [
      { id: '1', taskId: '2' },
      { id: '1', taskId: '2' },
    ],
    [
      { task_id: '1', id: '2' },
      { taskId: '1', id: '2' },
    ],
    [{ unknown_key: 1 }, { unknown_key: 1 }],
  ])('%j is read as %j', (input, output) => {
    expect(repaired(input, fields)).toEqual(output);
  });
});

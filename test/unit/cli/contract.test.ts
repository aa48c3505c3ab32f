import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Command } from 'commander';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BATCH_FIELDS } from '../../../src/app/batch.ts';
import { describeVerb } from '../../../src/cli/contract/describe.ts';
import { ERRORS, EXITS } from '../../../src/cli/contract/errors.ts';
import { listSchemas, schemaOf } from '../../../src/cli/contract/schemas.ts';
import { CONFIG_KEYS, GIVEN_VARIABLES, VARIABLES } from '../../../src/cli/contract/settings.ts';
import { PROMISES } from '../../../src/cli/contract/verbs.ts';
import { collect, collectNames, collectStatuses } from '../../../src/cli/options.ts';
import { nameOf, VERBS } from '../../../src/cli/verbs.ts';
import { EVENT_TYPES } from '../../../src/events/types.ts';
import { encodeJsonl } from '../../../src/interop/jsonl.ts';
import { FIELDS } from '../../../src/task/fields.ts';
import { fieldProblems } from '../../../src/task/validate.ts';
import { decodeTemplate } from '../../../src/yaml/template.ts';
import { parseYaml } from '../../../src/yaml/parse.ts';
import { encodeTask } from '../../../src/yaml/write.ts';
import { arbitraryTask } from '../../support/arbitrary-task.ts';

const root = join(import.meta.dirname, '../../..');
const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false });

const accepts = (name: string, value: unknown): boolean => {
  const id = `urn:git-tasks:contract:1:${name}`;
  const validate = ajv.getSchema(id) ?? ajv.compile(schemaOf(name) ?? {});
  return validate(value) === true;
};

/** All source text, without comments. */
function sources(): string {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  const texts = files
    .filter((file) => file.endsWith('.ts') && !file.includes('contract'))
    .map((file) => readFileSync(join(root, 'src', file), 'utf8'));
  return texts.join('\n').replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
}

describe('every schema', () => {
  test.each(listSchemas().map(({ name, id }) => [name, id]))(
    '%s is one of draft 2020-12, with its address',
    (name, id) => {
      const schema = schemaOf(name);
      expect(ajv.validateSchema(schema ?? false)).toBe(true);
      expect(schema).toMatchObject({ $id: id, $schema: 'https://json-schema.org/draft/2020-12/schema' });
      expect(() => ajv.getSchema(id) ?? ajv.compile(schema ?? {})).not.toThrow();
    },
  );

  test('lets an answer have more fields', () => {
    expect(accepts('error', { contract: 1, error: { code: 'usage', message: 'x', new: 1 }, more: true })).toBe(true);
    expect(accepts('export-answer', { contract: 1, text: '', count: 0, tip: '0'.repeat(40), more: 1 })).toBe(true);
    expect(accepts('export-answer', { contract: 2, text: '', count: 0, tip: '0'.repeat(40) })).toBe(false);
  });

  test('of a name that does not exist is none', () => {
    expect([schemaOf('nothing-answer'), schemaOf('constructor'), schemaOf('init')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('the schema of a task', () => {
  test('takes every file that can be written, and every line of an export', () => {
    fc.assert(
      fc.property(arbitraryTask(), (task) => {
        expect(accepts('task', Object.fromEntries(parseYaml(encodeTask(task)).fields))).toBe(true);
        expect(accepts('jsonl-line', JSON.parse(encodeJsonl([task])))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('says of a value what validation says of it', () => {
    const whole = { id: '7kq3m2xz', subject: 'x', status: 'pending', created: '2026-01-01T00:00:00Z' };
    const values = fc.oneof(
      fc.constantFrom<unknown>(
        '',
        ' ',
        'a',
        'two\nlines',
        '7kq3m2xz',
        '7kq3',
        'pending',
        '2026-01-01',
        '2026-01-01T00:00:00Z',
      ),
      fc.constantFrom<unknown>(0, 4, 5, -1, 1.5, true, null, [], {}, ['a'], ['7kq3m2xz'], [''], [1]),
      fc.record(
        { term: fc.constantFrom<unknown>(0, 1, 'x'), lease: fc.constantFrom<unknown>(60, 0), other: fc.jsonValue() },
        { requiredKeys: [] },
      ),
      fc.array(
        fc.record({
          id: fc.constant('n'),
          at: fc.constantFrom('2026-01-01T00:00:00Z', 'now'),
          by: fc.constant('a'),
          text: fc.constantFrom<unknown>('t', 1),
        }),
        { maxLength: 2 },
      ),
      fc.array(fc.record({ field: fc.constantFrom('subject', ''), kept: fc.jsonValue(), other: fc.jsonValue() }), {
        maxLength: 2,
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...FIELDS), values, ({ name }, value) => {
        expect(accepts('task', { ...whole, [name]: value })).toBe(fieldProblems(name, value).length === 0);
      }),
      { numRuns: 1000 },
    );
  });

  test('wants what every file has', () => {
    expect(accepts('task', { id: '7kq3m2xz', subject: 'x', status: 'pending' })).toBe(false);
  });
});

describe('the schema of a template', () => {
  test.each([
    ['tasks: {a: {subject: A}}', true],
    [
      'description: x\narguments: [one, {name: two, default: x}]\ntasks: {a: {subject: $one, priority: $two}, b: {subject: B, blockedBy: [a]}}',
      true,
    ],
    ['tasks: {}', false],
    ['tasks: {a: {priority: 1}}', false],
    ['tasks: {a: {subject: A, status: pending}}', false],
    ['tasks: {a: {subject: A, priority: 7}}', false],
    ['tasks: {.a: {subject: A}}', false],
    ['arguments: [1a]\ntasks: {a: {subject: A}}', false],
    ['title: x\ntasks: {a: {subject: A}}', false],
  ])('judges %j as the program does: %s', (text, good) => {
    // Flow style is refused in files, so the values are given to both in the form that they read.
    const value = Object.fromEntries(parseYaml(text).fields);
    expect(accepts('template', value)).toBe(good);
    expect(decodeTemplate(text).ok).toBe(good);
  });
});

test('the schema of a line of batch has the verbs and fields of batch', () => {
  const { anyOf } = schemaOf('batch-line') as { anyOf: { properties: Record<string, { const?: string }> }[] };
  const fields = anyOf.map(({ properties }) => [properties['verb']?.const, Object.keys(properties).sort()] as const);
  expect(Object.fromEntries(fields)).toEqual(
    Object.fromEntries(Object.entries(BATCH_FIELDS).map(([verb, names]) => [verb, [...names].sort()])),
  );
});

test('the schema of an event has the types of events', () => {
  const { properties } = schemaOf('event') as { properties: Record<string, { enum?: string[] }> };
  expect(properties['type']?.enum).toEqual([...EVENT_TYPES]);
});

describe('help --json', () => {
  test('has a promise for every verb, and for no other', () => {
    expect(Object.keys(PROMISES).sort()).toEqual(VERBS.map(nameOf).sort());
  });

  test('names the schema of an answer for every verb but those that speak another language', () => {
    const named = listSchemas().map(({ name }) => name);
    const silent = VERBS.map(nameOf).filter((verb) => !named.includes(`${verb}-answer`));
    expect(silent.sort()).toEqual(['hook', 'mcp', 'merge-driver', 'run-warden', 'watch']);
  });

  test('calls an option repeatable that collects its values', async () => {
    for (const entry of VERBS) {
      const command = new Command().enablePositionalOptions().command(entry.usage);
      (await entry.load()).verb.declare?.(command);
      const collecting = command.options.filter(({ parseArg }) =>
        [collect, collectNames, collectStatuses].some((one) => one === parseArg),
      );
      const { options } = await describeVerb(entry);
      const repeatable = options.filter((option) => option.repeatable).map(({ name }) => name);
      expect(repeatable).toEqual(expect.arrayContaining(collecting.map(({ long }) => long)));
    }
  });

  test('tells types, defaults and choices', async () => {
    const entry = VERBS.find((one) => nameOf(one) === 'list');
    const { options } = await describeVerb(
      entry ?? VERBS[0] ?? { usage: '', summary: '', load: async () => ({ verb: { run: async () => 0 } }) },
    );
    expect(options.find(({ name }) => name === '--limit')).toMatchObject({ type: 'integer', default: '50' });
    expect(options.find(({ name }) => name === '--status')).toMatchObject({
      choices: expect.arrayContaining(['pending']),
    });
  });
});

describe('the documents', () => {
  const contract = readFileSync(join(root, 'docs/contract.md'), 'utf8').replaceAll(/ +/g, ' ');
  const settings = readFileSync(join(root, 'docs/settings.md'), 'utf8').replaceAll(/ +/g, ' ');

  test('tell every code of a failure and every exit code as the program does', () => {
    for (const { code, exit, meaning } of ERRORS) expect(contract).toContain(`| \`${code}\` | ${exit} | ${meaning} |`);
    for (const { exit, meaning } of EXITS) expect(contract).toContain(`| ${exit} | ${meaning} |`);
  });

  test('tell every setting', () => {
    for (const { name, meaning, default: value = '' } of [...VARIABLES, ...GIVEN_VARIABLES, ...CONFIG_KEYS]) {
      expect(settings).toContain(`| \`${name}\` | ${meaning} | ${value} |`.replace(/ +\|$/, ' |'));
    }
  });
});

test('every setting that the program reads is in the table, and no other', () => {
  const text = sources();
  const keys = [...text.matchAll(/['`](tasks\.[A-Za-z]+)(?:['`]|\.\$\{)/g)].map(([, key = '']) => key.toLowerCase());
  const known = CONFIG_KEYS.map(({ name }) => name.replace('.<name>', '').toLowerCase());
  expect([...new Set(keys)].sort()).toEqual(known.sort());
});

/** What belongs to git or to the system, and is documented there. */
const FOREIGN = /^(?:GIT_(?!TASKS_|EDITOR$)|HOME$|USERPROFILE$|XDG_|PATH$|TERM$|SUDO_UID$|VISUAL$|EDITOR$)/;

test('every variable that the program reads or sets is in the table, and no other', () => {
  const text = sources();
  const ours = [...text.matchAll(/\b(?:GIT_TASKS|CLAUDE_CODE)_[A-Z_]+\b/g)].map(([name]) => name);
  const read = [...text.matchAll(/\benv\['([A-Z_]+)'\]/g)].map(([, name = '']) => name);
  const known = new Set([...VARIABLES, ...GIVEN_VARIABLES].map(({ name }) => name));
  const found = new Set([...ours, ...read].filter((name) => !FOREIGN.test(name)));
  expect([...found].filter((name) => !known.has(name)).sort()).toEqual([]);
  expect([...known].filter((name) => !text.includes(name)).sort()).toEqual([]);
});

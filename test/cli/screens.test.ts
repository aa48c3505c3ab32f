import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import textWidth from 'fast-string-width';
import { beforeAll, describe, expect, test } from 'vitest';
import { initRepository } from '../support/git.ts';
import { type Terminal, terminalIn } from './terminal.ts';

let terminal: Terminal;
const ids: Record<string, string> = {};

async function add(name: string, ...args: string[]): Promise<void> {
  const { stdout, stderr } = await terminal.run('add', ...args, '--json');
  if (stdout === '') throw new Error(stderr);
  ids[name] = (JSON.parse(stdout) as { task: { id: string } }).task.id;
}

const id = (name: string): string => ids[name] ?? '';

beforeAll(async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'git-tasks-test-')));
  initRepository(folder);
  terminal = terminalIn(folder);
  await terminal.run('init');
  await add('release', 'Ship version 2');
  const part = ['--parent', id('release')];
  await add('api', 'Create the endpoints', '-p', '1', '-l', 'backend', '--due', '2026-11-25', ...part);
  const blocked = ['--blocked-by', id('api')];
  const text =
    'Run every test of the API against a fresh database, and write down which of them are slow.\n\n- first the unit tests\n- then the integration tests, which need a database, a running server and some patience';
  await add(
    'tests',
    'Run the API tests',
    '-l',
    'backend,tests',
    '-d',
    text,
    '--accept',
    'all endpoints answer 2xx',
    '--check',
    'test',
    '--scope',
    'src/api/**',
    '--meta',
    'ticket=42',
    ...part,
    ...blocked,
  );
  await add(
    'notes',
    'Write the release notes of the next version, with every change that people will notice',
    '-p',
    '3',
    '--due',
    '2026-11-01',
    '--blocked-by',
    id('tests'),
    ...blocked,
  );
  await add('guide', '日本語の説明を書く — translate the guide 🎉', '-l', 'docs');
  await add('crash', 'Fix the crash at login', '-p', '0');
  await add('later', 'Think about version 3', '-p', '4', '--defer', '2027-01-01');
  await add('hostile', '\x1b[31mred\x1b[0m \u202egnp.exe', '-p', '4', '-l', 'a\x07b');
  await terminal.run('claim', id('api'), '--as', 'agent-b', '--lease', '2h');
  await terminal.run('note', id('api'), 'A query is slow.\nIt needs an index.', '--as', 'agent-b');
  await terminal.run('done', id('crash'), '--result', 'A missing null check.');
  await terminal.run('add', 'Nobody wants it');
  return () => rmSync(folder, { recursive: true, force: true });
});

const COMMANDS = [
  'list --all',
  'ready',
  'blocked',
  'plan',
  'stats',
  'show tests',
  'show api',
  'show notes',
  'why release',
  'log',
  'log api',
  'list --limit 2',
  'show zzzz',
];

const NOW = '2026-11-22T14:00:00Z';

function lineOf(command: string): string[] {
  return command.split(' ').map((word) => ids[word] ?? word);
}

describe.each([
  ['120 columns', 120],
  ['80 columns', 80],
  ['40 columns', 40],
  ['a pipe', undefined],
])('in %s', (name, columns) => {
  test('every screen looks as it should', async () => {
    let text = '';
    for (const command of COMMANDS) {
      const { stdout, stderr } = await terminal.frozen(columns, NOW).run(...lineOf(command), '--color', 'never');
      text += `$ git tasks ${command}\n${stdout}${stderr}\n`;
    }
    await expect(text).toMatchFileSnapshot(`../../fixtures/cli/screens/${name.replaceAll(' ', '-')}.txt`);
  });

  test('no list is wider than the screen, and nothing is cut where there is none', async () => {
    for (const command of ['list --all', 'ready', 'blocked', 'plan', 'log', 'stats']) {
      const { stdout } = await terminal.frozen(columns, NOW).run(...lineOf(command));
      for (const line of stdout.split('\n'))
        expect(textWidth(line)).toBeLessThanOrEqual(columns ?? Number.POSITIVE_INFINITY);
      expect(columns === undefined && stdout.includes('…')).toBe(false);
    }
  });
});

test('colours add nothing but colours', async () => {
  const plain = await terminal.frozen(80, NOW).run('list', '--all', '--color', 'never');
  const colored = await terminal.frozen(80, NOW).run('list', '--all', '--color', 'always');
  expect(plain.stdout).not.toContain('\x1b');
  expect(colored.stdout).toContain('\x1b[');
  expect(stripVTControlCharacters(colored.stdout)).toBe(plain.stdout);
});

test('a hostile subject reaches no screen as it is', async () => {
  for (const columns of [80, undefined]) {
    for (const command of ['list', 'show hostile', 'why hostile', 'log', 'plan', `set hostile -p 4`]) {
      const { stdout, stderr } = await terminal.frozen(columns, NOW).run(...lineOf(command), '--color', 'never');
      expect(`${stdout}${stderr}`.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\u202e/u);
    }
  }
});

test('JSON is indented on a terminal and on one line in a pipe', async () => {
  expect((await terminal.frozen(80, NOW).run('ready', '--json')).stdout).toMatch(/^\{\n {2}"contract": 1,\n/);
  expect((await terminal.frozen(undefined, NOW).run('ready', '--json')).stdout).toMatch(/^\{"contract":1,.*\}\n$/);
});

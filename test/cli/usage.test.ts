import { describe, expect, test } from 'vitest';
import { VERBS } from '../../src/cli/verbs.ts';
import { scratchFolder, scratchRepository, tasks } from '../support/git.ts';
import { scratchLedger } from './ledger.ts';

const verbs = VERBS.map(({ usage }) => usage.split(' ')[0] ?? '');

describe('a wrong command line', () => {
  test.each([
    ['an unknown verb', ['lst'], "error: unknown verb 'lst'\nhint: Did you mean list?\n"],
    ['an unknown verb that asks for help', ['lst', '--help'], "error: unknown verb 'lst'\nhint: Did you mean list?\n"],
    ['help on an unknown verb', ['help', 'lst'], "error: unknown verb 'lst'\nhint: Did you mean list?\n"],
    ['an unknown flag', ['list', '--stauts', 'x'], "error: unknown option '--stauts'\nhint: Did you mean --status?\n"],
    ['a flag of another verb', ['show', '7kq3', '--cascade'], "error: unknown option '--cascade'\n"],
    ['no verb', [], 'error: A verb is missing\nhint: See them all with: git tasks -h\n'],
    [
      'a missing argument',
      ['show'],
      "error: missing required argument 'id'\nhint: Usage: git tasks show [options] <id>",
    ],
    ['a subject without quotes', ['add', 'two', 'words'], 'hint: Put quotes around a text of several words\n'],
    ['a missing value', ['list', '--owner'], "error: option '--owner <actor>' argument missing\n"],
    ['flags that exclude each other', ['claim', 'x', '--hold', '--lease', '1h'], 'cannot be used with'],
    ['a wrong value', ['list', '--limit', 'many'], 'error: --limit takes a number, not "many"\nhint: 0 shows all\n'],
    ['a wrong duration', ['claim', 'x', '--lease', '1 hour'], 'error: "1 hour" is not a length of time\n'],
  ])('%s is refused with exit code 2', (_what, args, message) => {
    const { code, stdout, stderr } = tasks(scratchFolder(), args);
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining(message) });
  });

  test('is told as JSON where JSON was asked for, before or after the verb', () => {
    const error = { code: 'usage', message: "unknown verb 'lst'", hint: 'Did you mean list?' };
    for (const args of [
      ['--json', 'lst'],
      ['lst', '--json'],
    ]) {
      const { code, stdout, stderr } = tasks(scratchFolder(), args);
      expect({ code, stdout, error: JSON.parse(stderr) }).toEqual({
        code: 2,
        stdout: '',
        error: { contract: 1, error },
      });
    }
  });
});

describe('help', () => {
  test('lists every verb', async () => {
    const { code, stdout, stderr } = tasks(scratchFolder(), ['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await expect(stdout).toMatchFileSnapshot('../../fixtures/cli/help/git-tasks.txt');
    for (const { usage, group } of VERBS) expect(stdout.includes(`\n  ${usage} `)).toBe(group !== undefined);
  });

  test.each(verbs)('of %s tells its flags', async (verb) => {
    const folder = scratchFolder();
    const { code, stdout, stderr } = tasks(folder, [verb, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(tasks(folder, ['help', verb]).stdout).toBe(stdout);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    await expect(stdout).toMatchFileSnapshot(`../../fixtures/cli/help/${verb}.txt`);
  });
});

describe('global flags', () => {
  test('are taken before and after the verb', () => {
    const { folder, run, add } = scratchLedger();
    add('In main');
    add('In other', '--list', 'other');
    for (const args of [
      ['--list', 'other', 'list', '--json'],
      ['list', '--json', '--list', 'other'],
    ]) {
      expect(JSON.parse(run(args).stdout)).toMatchObject({ total: 1, tasks: [{ subject: 'In other' }] });
    }
    for (const args of [
      ['-C', folder, 'list'],
      ['list', '-C', folder],
    ]) {
      expect(tasks(scratchFolder(), args)).toMatchObject({ code: 0, stdout: expect.stringContaining('In main') });
    }
    run(['--as', 'agent-a', 'add', 'By a']);
    run(['add', 'By b', '--as', 'agent-b']);
    expect(run(['log', '--limit', '2']).stdout).toMatch(/agent-b .*\n.* agent-a /);
  });

  test('--at reads the past and never writes it', () => {
    const { folder, run, add } = scratchLedger();
    add('First');
    add('Second');
    expect(run(['list', '--at', 'tasks~1']).stdout).toMatch(/^\S+ {2}ready .* First\n$/);
    const before = run(['list', '--json']).stdout;
    expect(run(['add', 'Third', '--at', 'tasks~1'])).toMatchObject({ code: 2, stdout: '' });
    expect(tasks(folder, ['list', '--json']).stdout).toBe(before);
  });
});

describe('outside of a ledger', () => {
  test('a folder without a repository is refused with the way out', () => {
    expect(tasks(scratchFolder(), ['list'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('hint: '),
    });
  });

  test('init is idempotent and says what it did', () => {
    const folder = scratchRepository();
    expect(tasks(folder, ['init']).stdout).toMatch(
      /^created the ledger on branch tasks\nset merge\.git-tasks\.driver /,
    );
    expect(tasks(folder, ['init']).stdout).toMatch(/^the ledger is on branch tasks already \(\w{7}\)\n$/);
  });
});

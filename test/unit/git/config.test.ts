import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configFlag, configFromEntries, configInteger, readConfig } from '../../../src/git/config.ts';
import { parseConfig } from '../../../src/git/config-parse.ts';
import { git, scratchFolder } from '../../support/git.ts';

function write(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

describe('the text of a config file', () => {
  it.each([
    ['sections and subsections', '[core]\n\tbare = false\n[remote "Origin"]\nurl = x\n[branch.Old]\nMerge = y\n'],
    ['escapes in a subsection', '[a "with \\"quotes\\" and \\\\ \\x"]\nb = 1\n'],
    ['quotes and escapes in values', '[a]\nb = " two  blanks " tail\nc = "a;b#c" ; gone\nd = x\\ty\\n\\"z\\" # gone\n'],
    ['lines that go on', '[a]\nb = one \\\n  two\\\nthree\nc = "x\\\n y"\n'],
    ['keys without a value', '[a]\nb\nd=\ne = ""\n[c]\nf'],
    ['comments, blank lines and CRLF', '# first\r\n\r\n[a] ; x\r\n b = 1\r\n;last'],
    ['a key on the line of its section', '[a] b = 1\n[a "s"]c=2\n'],
    ['a key before the first section', 'b = 1\n[a]\nc = 2\n'],
    ['a byte order mark and trailing blanks', '\uFEFF[a]\nb =   padded here   \n'],
    ['several values of a key', '[a]\nB = 1\nb = 2\n'],
  ])('is read as git reads it: %s', (_what, text) => {
    const file = write(join(scratchFolder(), 'config'), text);
    const listed = git(dirname(file), 'config', '--file', file, '--list', '-z').split('\0').slice(0, -1);
    const ours = parseConfig(text, file).map(({ key, value }) => (value === undefined ? key : `${key}\n${value}`));
    expect(ours).toEqual(listed);
  });

  it.each([
    '[a\nb = 1\n',
    '[a]\nc ; comment\n',
    '[a]\nb = "open\n',
    '[a]\nb = \\q\n',
    '[a]\n1b = 2\n',
    '[a]\nb c = 2\n',
  ])('is refused where git refuses it: %j', (text) => {
    const file = write(join(scratchFolder(), 'config'), text);
    expect(() => git(dirname(file), 'config', '--file', file, '--list')).toThrow(/bad config/);
    expect(() => parseConfig(text, file)).toThrow(/bad config line \d+ in/);
  });
});

describe('configuration', () => {
  it('takes the last value, from the weakest source to the strongest', () => {
    const home = scratchFolder();
    const commonDir = join(home, 'repo/.git');
    const gitDir = join(commonDir, 'worktrees/x');
    write(join(home, 'system'), '[who]\nis = system\nonly = system\n');
    write(join(home, '.config/git/config'), '[who]\nis = xdg\n');
    write(join(home, '.gitconfig'), '[who]\nis = global\n[include]\npath = more.inc\n');
    write(join(home, 'more.inc'), '[who]\nis = included\nmore = ~\n');
    write(join(commonDir, 'config'), '[who]\nis = local\n[extensions]\nworktreeConfig = true\n');
    write(join(gitDir, 'config.worktree'), '[who]\nis = worktree\n');
    const base = { HOME: home, GIT_CONFIG_SYSTEM: join(home, 'system') };
    const counted = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'Who.Is', GIT_CONFIG_VALUE_0: 'counted' };
    const config = readConfig({ env: { ...base, ...counted }, commonDir, gitDir });
    expect(config.getAll('who.is')).toEqual(['system', 'xdg', 'global', 'included', 'local', 'worktree', 'counted']);
    expect(config.get('WHO.more')).toBe('~');
    expect(
      readConfig({ env: { ...base, GIT_CONFIG_NOSYSTEM: '1' }, commonDir, gitDir }).get('who.only'),
    ).toBeUndefined();
    const chosen = { ...base, GIT_CONFIG_GLOBAL: '/dev/null' };
    expect(readConfig({ env: chosen, commonDir, gitDir }).getAll('who.is')).toEqual(['system', 'local', 'worktree']);
  });

  it('reads what git -c hands to its commands, as this git writes it', () => {
    const folder = scratchFolder();
    const settings = [
      '-c',
      'user.name=It\'s "me"! = x',
      '-c',
      'tasks.flag',
      '-c',
      'branch.a=b.merge=c',
      '-c',
      'a.empty=',
    ];
    const GIT_CONFIG_PARAMETERS = git(
      folder,
      ...settings,
      '-c',
      'alias.params=!printenv GIT_CONFIG_PARAMETERS',
      'params',
    );
    const config = readConfig({
      env: { GIT_CONFIG_PARAMETERS, GIT_CONFIG_NOSYSTEM: '1' },
      commonDir: folder,
      gitDir: folder,
    });
    expect(config.get('user.name')).toBe('It\'s "me"! = x');
    expect(config.get('tasks.flag')).toBe('true');
    expect(config.get('a.empty')).toBe('');
    const old = `'user.name=It'\\''s me' 'tasks.flag'`;
    const env = { GIT_CONFIG_PARAMETERS: old, GIT_CONFIG_NOSYSTEM: '1' };
    expect(readConfig({ env, commonDir: folder, gitDir: folder }).get('user.name')).toBe("It's me");
  });

  it.each([
    ['gitdir:~/code/', true],
    ['gitdir:code/', true],
    ['gitdir:**/repo/.git', true],
    ['gitdir:~/other/', false],
    ['gitdir:~/CODE/', false],
    ['gitdir/i:~/CODE/', true],
    ['onbranch:main', false],
  ])('includes under the condition %s: %s', (condition, isIncluded) => {
    const home = scratchFolder();
    const commonDir = join(home, 'code/repo/.git');
    write(join(home, '.gitconfig'), `[includeIf "${condition}"]\npath = extra.inc\n`);
    write(join(home, 'extra.inc'), '[user]\nname = Ada\n');
    const config = readConfig({ env: { HOME: home, GIT_CONFIG_NOSYSTEM: '1' }, commonDir, gitDir: commonDir });
    expect(config.get('user.name')).toBe(isIncluded ? 'Ada' : undefined);
  });

  it('stops at files that include each other', () => {
    const folder = scratchFolder();
    write(join(folder, 'config'), '[include]\npath = config\n');
    const read = (): unknown => readConfig({ env: { GIT_CONFIG_NOSYSTEM: '1' }, commonDir: folder, gitDir: folder });
    expect(read).toThrow(/include each other/);
  });

  it('finds keys by prefix, with the subsection in its own case', () => {
    const config = configFromEntries([
      ['Remote.Origin.URL', 'a'],
      ['remote.origin.url', 'b'],
      ['remotes.x.y', 'c'],
    ]);
    expect([...config.entries('remote.')]).toEqual([
      ['remote.Origin.url', 'a'],
      ['remote.origin.url', 'b'],
    ]);
    expect(config.get('remote.Origin.url')).toBe('a');
  });

  it.each([
    ['yes', true],
    ['ON', true],
    ['true', true],
    ['1', true],
    ['2', true],
    ['no', false],
    ['off', false],
    ['0', false],
    ['', false],
  ])('reads %j as the boolean %s', (value, expected) => {
    expect(configFlag(configFromEntries([['a.b', value]]), 'a.b', !expected)).toBe(expected);
  });

  it('reads numbers with units, and refuses what is none', () => {
    const config = configFromEntries([
      ['a.k', '2k'],
      ['a.m', '-1M'],
      ['a.bad', '12 monkeys'],
    ]);
    expect(configInteger(config, 'a.k', 0)).toBe(2048);
    expect(configInteger(config, 'a.m', 0)).toBe(-1_048_576);
    expect(configInteger(config, 'a.none', undefined)).toBeUndefined();
    expect(() => configInteger(config, 'a.bad', 0)).toThrow(/a\.bad is '12 monkeys'/);
    expect(() => configFlag(config, 'a.bad', false)).toThrow(/not true or false/);
  });
});

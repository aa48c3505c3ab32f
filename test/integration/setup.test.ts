import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openSession } from '../../src/app/session.ts';
import { uninstall } from '../../src/app/uninstall.ts';
import { SETUP_AGENTS } from '../../src/interop/setup/agents.ts';
import type { SetupScope } from '../../src/interop/setup/types.ts';
import { git, scratchFolder } from '../support/git.ts';
import { isThere, scratchSite, type Site, treeOf } from './support/setup-site.ts';

const SCOPES: readonly SetupScope[] = ['project', 'user'];
const CASES = SCOPES.flatMap((scope) => SETUP_AGENTS.map(({ id }) => ({ scope, agent: id })));

/** Files that somebody had before, as people write them. */
const JSON_WITH_COMMENTS = `{
\t// the team's servers
\t"mcpServers": { "other": { "command": "other" } }, /* kept */
\t"servers": {"x": {"command": "x"}},
\t"hooks": {
\t\t"SessionStart": [{ "hooks": [{ "type": "command", "command": "echo hi" }] }],
\t\t"stop": [ ]
\t},
}`;
const TOML = 'model = "x" # mine\r\n\r\n[mcp_servers.other]\r\ncommand = "other"';
const MARKDOWN = '# Rules\n\nBe kind.   \n\n\n';

function contentFor(path: string): string {
  if (path.endsWith('.toml')) return TOML;
  return path.endsWith('.md') ? MARKDOWN : JSON_WITH_COMMENTS;
}

/** What must still be in such a file after a setup, word by word. */
function keptIn(path: string): string[] {
  if (path.endsWith('.toml')) return [TOML];
  return path.endsWith('.md') ? [MARKDOWN] : ["// the team's servers", '/* kept */', '"command": "echo hi"'];
}

async function filesOf(site: Site, agent: string): Promise<string[]> {
  const { files } = await site.run([agent], { confirm: () => false });
  return files.map(({ path }) => path.replace(/^~\//, '')).filter((path) => !path.endsWith('SKILL.md'));
}

describe.each(CASES)('setup $agent in the files of the $scope', ({ scope, agent }) => {
  it('writes nothing unless it is confirmed', async () => {
    const site = await scratchSite(scope);
    const before = treeOf(site.top);
    const answer = await site.run([agent], { confirm: () => false });
    expect(answer).toMatchObject({ scope, agents: [agent], written: false });
    expect(answer.changes).toBeGreaterThan(2);
    expect(treeOf(site.top)).toEqual(before);
  });

  it('makes the files, changes nothing the second time, and leaves no trace when it is taken out', async () => {
    const site = await scratchSite(scope);
    const before = treeOf(site.top);
    expect((await site.run([agent])).files.every(({ action }) => action === 'create')).toBe(true);
    const made = treeOf(site.top);
    expect(await site.run([agent])).toMatchObject({ changes: 0, written: false });
    expect(treeOf(site.top)).toEqual(made);
    await site.run([agent], { remove: true });
    expect(withoutConfig(treeOf(site.top))).toEqual(withoutConfig(before));
    expect(await site.run([agent], { remove: true })).toMatchObject({ changes: 0, files: [] });
  });

  it('keeps what others have in these files, and gives back the same bytes', async () => {
    const site = await scratchSite(scope);
    for (const path of await filesOf(site, agent)) site.write(path, contentFor(path));
    const before = treeOf(site.top);
    const { files } = await site.run([agent]);
    for (const { path, action } of files) {
      if (path.endsWith('SKILL.md')) continue;
      expect(action).toBe('change');
      const text = site.read(path.replace(/^~\//, ''));
      expect(keptIn(path).filter((kept) => !text.includes(kept))).toEqual([]);
      expect(text).toContain('git');
    }
    expect((await site.run([agent])).changes).toBe(0);
    await site.run([agent], { remove: true });
    expect(withoutConfig(treeOf(site.top))).toEqual(withoutConfig(before));
  });

  it('takes out only its own parts of files that were edited since', async () => {
    const site = await scratchSite(scope);
    const paths = await filesOf(site, agent);
    for (const path of paths) site.write(path, contentFor(path));
    await site.run([agent]);
    for (const path of paths) site.write(path, edited(path, site.read(path)));
    const { files } = await site.run([agent], { remove: true });
    for (const path of paths) {
      const view = files.find((file) => file.path.endsWith(path));
      expect(view).toMatchObject({ action: 'change', edited: true });
      const text = site.read(path);
      expect(text).not.toMatch(/git[- ]tasks/);
      expect(text).toMatch(
        path.endsWith('.md') ? /Be kind/ : path.endsWith('.toml') ? /mcp_servers\.other/ : /"other"/,
      );
      expect(text).toContain('later');
    }
    expect((await site.run([agent], { remove: true })).changes).toBe(0);
  });
});

/** The folder of the user's settings is not taken away: the record was in it. */
function withoutConfig(tree: Map<string, string>): Map<string, string> {
  return new Map([...tree].filter(([path]) => path !== '.config'));
}

function edited(path: string, text: string): string {
  if (path.endsWith('.md')) return `Said later.\n${text}`;
  return path.endsWith('.toml') ? `later = 1\n${text}` : text.replace('{', '{ "later": 1,');
}

describe('several agents', () => {
  it('share AGENTS.md, which goes with the last of them', async () => {
    const site = await scratchSite('project');
    const before = treeOf(site.top);
    await site.run(['codex']);
    await site.run(['cursor', 'claude']);
    await site.run(['codex', 'claude'], { remove: true });
    expect(site.read('AGENTS.md')).toContain('## Tasks (git-tasks)');
    expect(isThere(site, '.codex')).toBe(false);
    expect((await site.run(['cursor'])).changes).toBe(0);
    await site.run(['cursor'], { remove: true });
    expect(treeOf(site.top)).toEqual(before);
  });

  it('are all set up and all taken out', async () => {
    const site = await scratchSite('project');
    site.write('AGENTS.md', MARKDOWN);
    const before = treeOf(site.top);
    const { agents, files } = await site.run([]);
    expect(agents).toEqual(SETUP_AGENTS.map(({ id }) => id));
    expect(new Set(files.map(({ path }) => path)).size).toBe(files.length);
    expect((await site.run([])).changes).toBe(0);
    await site.run([], { remove: true });
    expect(treeOf(site.top)).toEqual(before);
  });
});

it('agents that read skills from one folder have one, which stays until the last of them is taken out', async () => {
  const site = await scratchSite('project');
  const before = treeOf(site.top);
  const { files } = await site.run(['codex', 'gemini']);
  const skills = files.map(({ path }) => path).filter((path) => path.endsWith('SKILL.md'));
  expect(skills).toEqual(['.agents/skills/git-tasks/SKILL.md']);
  await site.run(['codex'], { remove: true });
  expect(site.read(skills[0] ?? '')).toContain('name: git-tasks');
  await site.run(['gemini'], { remove: true });
  expect(treeOf(site.top)).toEqual(before);
});

describe('the instructions', () => {
  it('are imported by CLAUDE.md where AGENTS.md is ours alone, and written into it where it holds the rules of others', async () => {
    const site = await scratchSite('project');
    await site.run(['claude']);
    expect(site.read('CLAUDE.md')).toContain('\n@AGENTS.md\n');
    site.write('CLAUDE.md', `# Mine\n\n${site.read('CLAUDE.md')}`);
    site.write('AGENTS.md', `# For others\n\n${site.read('AGENTS.md')}`);
    await site.run(['claude']);
    expect(site.read('CLAUDE.md')).not.toContain('@AGENTS.md');
    expect(site.read('CLAUDE.md')).toContain('git tasks next');
  });

  it('do not take AGENTS.md from Claude Code, which reads it only while there is no CLAUDE.md; from Gemini CLI they cannot', async () => {
    const site = await scratchSite('project');
    site.write('AGENTS.md', MARKDOWN);
    await site.run(['claude', 'gemini']);
    expect(site.read('CLAUDE.md')).toContain('\n@AGENTS.md\n');
    expect(site.read('GEMINI.md')).not.toContain('@AGENTS.md');
    expect((await site.run(['claude', 'gemini'])).changes).toBe(0);
  });

  it('are not written twice where CLAUDE.md imports AGENTS.md or is the same file', async () => {
    const importing = await scratchSite('project');
    importing.write('CLAUDE.md', '@AGENTS.md\n');
    await importing.run(['claude']);
    expect(importing.read('CLAUDE.md')).toBe('@AGENTS.md\n');
    const linked = await scratchSite('project');
    linked.write('AGENTS.md', MARKDOWN);
    symlinkSync('AGENTS.md', join(linked.top, 'CLAUDE.md'));
    await linked.run(['claude']);
    expect(linked.read('CLAUDE.md').match(/git-tasks:begin/g)).toHaveLength(1);
    expect(lstatSync(join(linked.top, 'CLAUDE.md')).isSymbolicLink()).toBe(true);
    await linked.run(['claude'], { remove: true });
    expect(linked.read('AGENTS.md')).toBe(MARKDOWN);
  });
});

describe('files that must not be touched', () => {
  const expectRefusal = async (site: Site, agent: string, code: string, message: RegExp): Promise<void> => {
    const before = treeOf(site.top);
    await expect(site.run([agent])).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(treeOf(site.top)).toEqual(before);
  };

  it.each([
    [
      'broken JSON, with line and column',
      'claude',
      '.claude/settings.json',
      '{\n  "hooks": {,}\n}',
      /settings\.json:2:13: this is not JSON/,
    ],
    ['a list where an object belongs', 'claude', '.mcp.json', '[]', /\.mcp\.json:1:1: this is not a JSON object/],
    ['servers that are no object', 'cursor', '.cursor/mcp.json', '{"mcpServers": []}', /"mcpServers" is not an object/],
    [
      'hooks that are no list',
      'gemini',
      '.gemini/settings.json',
      '{"hooks": {"SessionStart": {}}}',
      /"hooks\.SessionStart" is not a list/,
    ],
    [
      'a key that is there twice',
      'claude',
      '.mcp.json',
      '{"mcpServers": {}, "mcpServers": {}}',
      /:1:20: the key "mcpServers" is there twice/,
    ],
    ['broken TOML', 'codex', '.codex/config.toml', 'a = 1\nb = \n', /config\.toml:2:\d+: this is not TOML/],
    [
      'TOML that no table can be added to',
      'codex',
      '.codex/config.toml',
      'mcp_servers = { a = { command = "a" } }\n',
      /this is not TOML/,
    ],
    [
      'half of our markers',
      'codex',
      'AGENTS.md',
      '<!-- git-tasks:begin -->\nx\n',
      /AGENTS\.md:1:1: the lines .* do not pair up/,
    ],
    ['text that is not UTF-8', 'codex', 'AGENTS.md', Buffer.from([0xff, 0xfe, 0x41, 0]), /is not UTF-8/],
  ])('%s', async (_, agent, path, content, message) => {
    const site = await scratchSite('project');
    site.write(path, content);
    await expectRefusal(site, agent, 'invalid', message);
  });

  it('read-only files', async () => {
    const site = await scratchSite('project');
    site.write('AGENTS.md', 'x');
    chmodSync(join(site.top, 'AGENTS.md'), 0o444);
    await expectRefusal(site, 'codex', 'read-only', /AGENTS\.md is read-only/);
  });

  it('symbolic links out of the repository, into its git folder, or to nowhere', async () => {
    const outside = scratchFolder();
    writeFileSync(join(outside, 'rc'), 'export A=1\n');
    const file = await scratchSite('project');
    symlinkSync(join(outside, 'rc'), join(file.top, 'AGENTS.md'));
    await expectRefusal(file, 'codex', 'invalid', /leads out of this repository/);
    const folder = await scratchSite('project');
    symlinkSync(outside, join(folder.top, '.codex'));
    await expectRefusal(folder, 'codex', 'invalid', /leads out of this repository/);
    const inner = await scratchSite('project');
    symlinkSync('.git/config', join(inner.top, 'AGENTS.md'));
    await expectRefusal(inner, 'codex', 'invalid', /leads out of this repository/);
    const dangling = await scratchSite('user');
    mkdirSync(join(dangling.top, '.codex'));
    symlinkSync('nowhere', join(dangling.top, '.codex/config.toml'));
    await expect(dangling.run(['codex'])).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(/leads nowhere/),
    });
  });

  it('files that change while somebody thinks about the diff', async () => {
    const site = await scratchSite('project');
    const confirm = (): boolean => {
      site.write('AGENTS.md', 'written meanwhile\n');
      return true;
    };
    await expect(site.run(['codex'], { confirm })).rejects.toMatchObject({ code: 'touched' });
    expect([...treeOf(site.top).keys()]).toEqual(['.git', 'AGENTS.md']);
  });

  it('all of them, when one of them cannot be written', async () => {
    const site = await scratchSite('project');
    site.write('.codex/config.toml', 'model = "x"\n');
    const before = treeOf(site.top);
    // A folder in the place of the last file: it comes between the check and the rename.
    const confirm = (): boolean => {
      writeFileSync(join(site.top, '.agents'), 'in the way');
      return true;
    };
    onTestFinished(() => rmSync(join(site.top, '.agents'), { force: true }));
    await expect(site.run(['codex'], { confirm })).rejects.toThrow(/EEXIST|ENOTDIR/);
    unlinkSync(join(site.top, '.agents'));
    expect(treeOf(site.top)).toEqual(before);
  });
});

describe('what files are like', () => {
  it.each([
    ['CRLF', '# Rules\r\n\r\nBe kind.\r\n'],
    ['no final line end', '# Rules'],
    ['a byte order mark', '\uFEFF# Rules\n'],
    ['nothing', ''],
    ['nothing but blanks', ' \n\n'],
  ])('Markdown with %s comes back as it was', async (_, text) => {
    const site = await scratchSite('project');
    site.write('AGENTS.md', text);
    await site.run(['codex']);
    const made = site.read('AGENTS.md');
    expect(made.startsWith(text)).toBe(true);
    const foreign = text.includes('\r\n') ? made.replaceAll('\r\n', '') : '';
    expect(foreign).not.toContain('\n');
    await site.run(['codex'], { remove: true });
    expect(site.read('AGENTS.md')).toBe(text);
  });

  it.each([
    ['CRLF and four blanks', '{\r\n    "a": 1\r\n}\r\n', /\r\n {4}"mcpServers": \{\r\n {8}"git-tasks"/],
    ['a byte order mark', '\uFEFF{"a": 1}', /^\uFEFF\{/],
    ['nothing', '', /"mcpServers"/],
  ])('JSON with %s keeps its look and comes back as it was', async (_, text, look) => {
    const site = await scratchSite('project');
    site.write('.mcp.json', text);
    await site.run(['claude']);
    expect(site.read('.mcp.json')).toMatch(look);
    await site.run(['claude'], { remove: true });
    expect(site.read('.mcp.json')).toBe(text);
  });

  it('a mode that is not the usual one stays, and a link within the user’s files is written through', async () => {
    const site = await scratchSite('user');
    site.write('dotfiles/settings.json', '{}\n');
    chmodSync(join(site.top, 'dotfiles/settings.json'), 0o600);
    mkdirSync(join(site.top, '.claude'));
    symlinkSync('../dotfiles/settings.json', join(site.top, '.claude/settings.json'));
    await site.run(['claude']);
    expect(lstatSync(join(site.top, '.claude/settings.json')).isSymbolicLink()).toBe(true);
    expect(site.read('dotfiles/settings.json')).toContain('hook --agent claude');
    expect(statSync(join(site.top, 'dotfiles/settings.json')).mode & 0o777).toBe(0o600);
    await site.run(['claude'], { remove: true });
    expect(site.read('dotfiles/settings.json')).toBe('{}\n');
  });

  it('a skill that somebody has changed is theirs', async () => {
    const site = await scratchSite('project');
    const path = '.claude/skills/git-tasks/SKILL.md';
    await site.run(['claude']);
    site.write(path, site.read(path).replace('## Plan', '## Our plan'));
    expect((await site.run(['claude'])).changes).toBe(0);
    await site.run(['claude'], { remove: true });
    expect(site.read(path)).toContain('## Our plan');
  });
});

describe('an upgrade', () => {
  it('replaces the parts of an older version only', async () => {
    const site = await scratchSite('user');
    site.write('.claude/settings.json', JSON_WITH_COMMENTS);
    await site.run(['claude']);
    const old = site.read('.claude/settings.json');
    const now = await scratchSite('user');
    now.write('.claude/settings.json', old.replaceAll('"timeout": 10', '"timeout": 99'));
    await now.run(['claude']);
    expect(now.read('.claude/settings.json')).not.toContain('"timeout": 99');
    expect(now.read('.claude/settings.json')).toContain('echo hi');
    await now.run(['claude'], { remove: true });
    expect(now.read('.claude/settings.json')).not.toMatch(/git[- ]tasks/);
    expect(now.read('.claude/settings.json')).toContain('// the team');
  });

  it('keeps the first bytes over several setups, also when somebody edits the file between them', async () => {
    const site = await scratchSite('project');
    site.write('AGENTS.md', MARKDOWN);
    await site.run(['codex']);
    site.write(
      'AGENTS.md',
      site.read('AGENTS.md').replace('Be kind', 'Be very kind').replace('git tasks prime', 'git tasks brief'),
    );
    const { files } = await site.run(['codex']);
    expect(files.find(({ path }) => path === 'AGENTS.md')).toMatchObject({ action: 'change', edited: true });
    await site.run(['codex'], { remove: true });
    expect(site.read('AGENTS.md')).toBe(MARKDOWN.replace('Be kind', 'Be very kind'));
  });

  it('after a setup that was killed between its record and its files begins from what was there before', async () => {
    const site = await scratchSite('project');
    site.write('AGENTS.md', MARKDOWN);
    await site.run(['codex']);
    site.write('AGENTS.md', MARKDOWN);
    rmSync(join(site.top, '.codex/hooks.json'));
    const { files } = await site.run(['codex']);
    expect(files.filter(({ action }) => action !== 'same')).toMatchObject([
      { path: '.codex/hooks.json', action: 'create', edited: false },
      { path: 'AGENTS.md', action: 'change', edited: false },
    ]);
    await site.run(['codex'], { remove: true });
    expect([...treeOf(site.top).keys()]).toEqual(['.git', 'AGENTS.md']);
    expect(site.read('AGENTS.md')).toBe(MARKDOWN);
  });

  it('leaves the keys that somebody added to the server', async () => {
    const site = await scratchSite('project');
    site.write('.mcp.json', '{"mcpServers": {"git-tasks": {"command": "old", "env": {"A": "1"}}}}');
    await site.run(['claude']);
    expect(JSON.parse(site.read('.mcp.json'))).toEqual({
      mcpServers: {
        'git-tasks': { type: 'stdio', command: 'git', args: ['tasks', 'mcp'], env: { A: '1' }, alwaysLoad: true },
      },
    });
  });

  it('keeps what somebody added to our TOML table, and refuses to take it out while other lines hang on to it', async () => {
    const site = await scratchSite('project');
    site.write('.codex/config.toml', TOML);
    await site.run(['codex']);
    const own = `${site.read('.codex/config.toml')}startup_timeout_sec = 20\r\n`;
    site.write('.codex/config.toml', own);
    expect((await site.run(['codex'])).changes).toBe(0);
    await expect(site.run(['codex'], { remove: true })).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('belong to the table of git-tasks: move them up'),
    });
    expect(site.read('.codex/config.toml')).toBe(own);
    site.write(
      '.codex/config.toml',
      own.replace('# <<<', 'x = 1\r\n# <<<').replace('startup_timeout_sec = 20\r\n', ''),
    );
    await site.run(['codex'], { remove: true });
    expect(site.read('.codex/config.toml').trimEnd()).toBe(TOML);
  });

  it('leaves a TOML table that somebody has written by hand', async () => {
    const site = await scratchSite('project');
    const own = '[mcp_servers.git-tasks]\ncommand = "mine"\n';
    site.write('.codex/config.toml', own);
    await site.run(['codex']);
    expect(site.read('.codex/config.toml')).toBe(own);
    await site.run(['codex'], { remove: true });
    expect(site.read('.codex/config.toml')).toBe(own);
  });
});

describe('another clone, which has the files but no record of them', () => {
  it('changes nothing, and takes out what is ours', async () => {
    const first = await scratchSite('project');
    first.write('AGENTS.md', MARKDOWN);
    await first.run([]);
    git(first.top, 'add', '.');
    git(first.top, 'commit', '--quiet', '-m', 'agents');
    const clone = await scratchSite('project');
    git(clone.top, 'pull', '--quiet', first.top, 'main');
    expect((await clone.run([])).changes).toBe(0);
    await clone.run([], { remove: true });
    expect([...treeOf(clone.top).keys()].filter((path) => path.endsWith('.md') || path.endsWith('.json'))).toEqual([
      'AGENTS.md',
    ]);
    expect(clone.read('AGENTS.md')).toContain('Be kind.');
    expect(clone.read('AGENTS.md')).not.toContain('git');
  });
});

describe('how the program is named', () => {
  it('is by its absolute path in the user’s files where it is not on the PATH, with a warning', async () => {
    const base = await scratchSite('user', { PATH: '' });
    const world = { ...base.site.world, executable: ['/usr/bin/node', "/opt/it's here/bin/git-tasks.js"] };
    const site = { ...base.site, world };
    const { setup } = await import('../../src/app/setup.ts');
    const input = { agents: ['claude'], confirm: () => true };
    const { warnings } = await setup(site, input);
    expect(warnings).toEqual([expect.stringContaining('not on the PATH')]);
    expect(JSON.parse(base.read('.claude.json'))).toMatchObject({
      mcpServers: { 'git-tasks': { command: '/usr/bin/node', args: ["/opt/it's here/bin/git-tasks.js", 'mcp'] } },
    });
    const { hooks } = JSON.parse(base.read('.claude/settings.json')) as {
      hooks: { Stop: { hooks: { command: string }[] }[] };
    };
    const command = hooks.Stop[0]?.hooks[0]?.command;
    expect(command).toBe(String.raw`/usr/bin/node '/opt/it'\''s here/bin/git-tasks.js' hook --agent claude`);
    expect((await setup(site, input)).changes).toBe(0);
    // Once it is on the PATH, the next setup says so in the same places.
    await base.run(['claude'], {});
    await setup(
      { ...site, world: { ...world, env: { ...world.env, PATH: (await scratchSite('user')).site.world.env['PATH'] } } },
      input,
    );
    expect(base.read('.claude/settings.json')).not.toContain('/usr/bin/node');
    expect(base.read('.claude/settings.json').match(/hook --agent claude/g)).toHaveLength(9);
  });

  it('is never by a path in files that are committed', async () => {
    const site = await scratchSite('project', { PATH: '' });
    const { warnings } = await site.run([]);
    expect(warnings).toEqual([expect.stringContaining('not on the PATH')]);
    const naming = [...treeOf(site.top)].filter(([, text]) => text.includes(process.execPath));
    expect(naming).toEqual([]);
  });

  it('follows the variables that move the folders of agents', async () => {
    const moved = scratchFolder();
    const env = { CLAUDE_CONFIG_DIR: join(moved, 'c'), CODEX_HOME: join(moved, 'x'), COPILOT_HOME: join(moved, 'g') };
    const site = await scratchSite('user', env);
    await site.run(['claude', 'codex', 'copilot']);
    expect(readdirSync(moved)).toEqual(['c', 'g', 'x']);
    expect(readdirSync(join(moved, 'c'))).toEqual(['.claude.json', 'CLAUDE.md', 'settings.json', 'skills']);
    expect(readdirSync(site.top).toSorted()).toEqual(['.agents', '.config']);
    expect(statSync(join(site.top, '.config/git-tasks/setup.json')).mode & 0o777).toBe(0o600);
  });
});

describe('uninstall', () => {
  it('takes back the setups of this clone, in each of its worktrees', async () => {
    const site = await scratchSite('project');
    site.write('AGENTS.md', MARKDOWN);
    git(site.top, 'add', '.');
    git(site.top, 'commit', '--quiet', '-m', 'rules');
    const linked = join(scratchFolder(), 'linked');
    git(site.top, 'worktree', 'add', '--quiet', linked);
    const before = [treeOf(site.top), treeOf(linked)];
    await site.run(['codex']);
    const { setup } = await import('../../src/app/setup.ts');
    const other = await openSession(site.site.world, { dir: linked, as: 'ada' });
    await setup({ world: site.site.world, repository: other.repository }, { agents: ['cursor'], confirm: () => true });
    const { removed, agentsLeft } = await uninstall(await openSession(site.site.world, { dir: site.top, as: 'ada' }));
    expect(removed).toContain('setup: .codex/config.toml');
    expect(removed).toContain('setup: .cursor/hooks.json');
    expect(agentsLeft).toBeUndefined();
    expect([treeOf(site.top), treeOf(linked)]).toEqual(before);
  });

  it('tells of setups that came from elsewhere, and leaves them', async () => {
    const site = await scratchSite('project');
    await site.run(['codex', 'gemini']);
    rmSync(join(site.top, '.git/git-tasks'), { recursive: true });
    const { removed, agentsLeft } = await uninstall(await openSession(site.site.world, { dir: site.top, as: 'ada' }));
    expect(removed).toEqual([]);
    expect(agentsLeft).toEqual(['codex', 'gemini']);
    expect(isThere(site, '.codex/hooks.json')).toBe(true);
  });
});

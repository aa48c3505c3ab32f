import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Outcome, scratchFolder, scratchRepository, tasks } from '../support/git.ts';

interface Place {
  readonly folder: string;
  readonly home: string;
  run(...args: string[]): Outcome;
}

function place(): Place {
  const [folder, home] = [scratchRepository(), scratchFolder()];
  const env = { HOME: home, USERPROFILE: home };
  return { folder, home, run: (...args) => tasks(folder, ['setup', ...args], { env }) };
}

describe('git tasks setup', () => {
  test('without a terminal shows the diff, writes nothing, says how, and exits with 1', () => {
    const { folder, run } = place();
    const { code, stdout, stderr } = run('codex');
    expect(code).toBe(1);
    expect(stdout).toContain('--- /dev/null\n+++ b/.codex/config.toml\n@@ -0,0 +1,6 @@\n');
    expect(stdout).toContain('+[mcp_servers.git-tasks]\n+command = "git"\n');
    expect(stdout).toContain('would create AGENTS.md\n');
    expect(stderr).toContain('nothing was written\nhint: --yes writes it without asking\n');
    expect(readdirSync(folder)).toEqual(['.git']);
  });

  test('--dry-run is content with showing it, and answers JSON with the diffs', () => {
    const { folder, run } = place();
    expect(run('codex', '--dry-run').code).toBe(0);
    const { code, stdout } = run('codex', '--dry-run', '--json');
    const answer = JSON.parse(stdout) as {
      contract: number;
      written: boolean;
      files: { path: string; diff: string }[];
    };
    expect({ code, written: answer.written, contract: answer.contract }).toEqual({
      code: 0,
      written: false,
      contract: 1,
    });
    expect(answer.files.map(({ path }) => path)).toContain('.codex/hooks.json');
    expect(answer.files[0]?.diff).toContain('+[mcp_servers.git-tasks]');
    expect(readdirSync(folder)).toEqual(['.git']);
  });

  test('--yes writes it, once; --remove --yes takes it out; neither has anything to do the second time', () => {
    const { folder, run } = place();
    expect(run('--all', '--yes')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('created .claude/settings.json\n'),
    });
    expect(run('--all', '--yes')).toMatchObject({ code: 0, stdout: 'nothing to change\n' });
    expect(run('--all')).toMatchObject({ code: 0, stdout: 'nothing to change\n' });
    expect(run('--all', '--remove', '--yes')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('deleted AGENTS.md\n'),
    });
    expect(readdirSync(folder)).toEqual(['.git']);
    expect(run('--all', '--remove', '--yes')).toMatchObject({ code: 0, stdout: 'nothing to change\n' });
  });

  test('--user writes below the home folder, also outside of a repository', () => {
    const [home, nowhere] = [scratchFolder(), scratchFolder()];
    const env = { HOME: home, USERPROFILE: home };
    const { code, stdout } = tasks(nowhere, ['setup', 'gemini', '--user', '--yes'], { env });
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('created ~/.gemini/settings.json\n') });
    expect(existsSync(join(home, '.gemini/GEMINI.md'))).toBe(true);
    expect(tasks(nowhere, ['setup', 'gemini', '--yes'], { env })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('repository'),
    });
  });

  test('a file that cannot be read is refused by name and place, and nothing is written', () => {
    const { folder, run } = place();
    mkdirSync(join(folder, '.gemini'));
    writeFileSync(join(folder, '.gemini/settings.json'), '{\n  "a": \n}\n');
    const { code, stderr } = run('--all', '--yes');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/settings\.json:3:1: this is not JSON/),
    });
    expect(readdirSync(folder).toSorted()).toEqual(['.gemini', '.git']);
  });

  test('text of a file reaches the terminal without its escapes', () => {
    const { folder, run } = place();
    writeFileSync(join(folder, 'AGENTS.md'), 'x\n\u001B[31mred\n');
    expect(run('codex', '--dry-run').stdout).not.toContain('\u001B');
  });

  test('claude --plugin writes a plugin, brings it up to date, and spares folders of others', () => {
    const { folder, run } = place();
    expect(run('claude', '--plugin', 'out', '--yes').code).toBe(0);
    expect(readdirSync(join(folder, 'out')).toSorted()).toEqual(['.claude-plugin', '.mcp.json', 'hooks', 'skills']);
    expect(run('claude', '--plugin', 'out').stdout).toBe('nothing to change\n');
    writeFileSync(join(folder, 'out/.mcp.json'), '{}');
    expect(run('claude', '--plugin', 'out', '--yes').stdout).toContain('changed .mcp.json');
    mkdirSync(join(folder, 'other'));
    writeFileSync(join(folder, 'other/.mcp.json'), '{}');
    const refused = run('claude', '--plugin', 'other', '--yes');
    expect({ code: refused.code, stderr: refused.stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('is there already'),
    });
    expect(readFileSync(join(folder, 'other/.mcp.json'), 'utf8')).toBe('{}');
  });

  test.each([
    [[], 'Which agent?'],
    [['emacs'], 'There is no setup for "emacs"'],
    [['codex', '--all'], '--all are all agents'],
    [['codex', '--plugin', 'x'], 'A plugin is for Claude Code'],
    [['claude', '--plugin', 'x', '--remove'], 'A plugin is a folder of its own'],
  ])('%j is refused with exit code 2', (args, message) => {
    expect(place().run(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });
});

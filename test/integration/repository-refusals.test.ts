/** Repositories that are not entered: what and why is said on the first command, and git agrees. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openAt } from '../contract/support/repositories.ts';
import { NO_REFTABLE } from '../contract/support/system.ts';
import { git, initRepository, type RunOptions, scratchFolder, scratchRepository, tasks } from '../support/git.ts';
import { json, withCommits } from '../support/shapes.ts';

describe('what cannot be supported', () => {
  const refusal = (at: string, options: RunOptions = {}): { code: string; message: string; hint: string } => {
    const { code, stderr } = tasks(at, ['list', '--json'], options);
    expect(code).toBe(1);
    return (JSON.parse(stderr) as { error: { code: string; message: string; hint: string } }).error;
  };

  it('is said on the first command: an extension that neither we nor git know', () => {
    const folder = scratchRepository();
    git(folder, 'config', 'extensions.fromTheFuture', 'yes');
    appendFileSync(join(folder, '.git/config'), '[core]\n\trepositoryFormatVersion = 1\n');
    expect(refusal(folder)).toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('extensions.fromthefuture'),
    });
  });

  it('is said on the first command: SHA-256, reftable and partial clones without git', () => {
    const settings = ['objectFormat = sha256', 'refStorage = reftable', 'partialClone = origin'];
    for (const setting of settings) {
      const folder = scratchRepository();
      appendFileSync(
        join(folder, '.git/config'),
        `[core]\n\trepositoryFormatVersion = 1\n[extensions]\n\t${setting}\n`,
      );
      expect(refusal(folder, { env: { PATH: scratchFolder() } })).toMatchObject({
        code: 'unsupported',
        message: expect.stringContaining(`extensions.${setting.split(' ')[0]}`),
        hint: expect.stringContaining('install git'),
      });
    }
  });

  it.skipIf(NO_REFTABLE === undefined)(
    'is said on the first command: a reftable under a git that is too old for it',
    () => {
      const folder = scratchRepository();
      appendFileSync(
        join(folder, '.git/config'),
        '[core]\n\trepositoryFormatVersion = 1\n[extensions]\n\trefStorage = reftable\n',
      );
      expect(refusal(folder)).toMatchObject({
        code: 'unsupported',
        message: expect.stringContaining('stored as reftable'),
        hint: expect.stringContaining('git 2.45'),
      });
    },
  );
});

describe("somebody else's repository", () => {
  const isRoot = process.getuid?.() === 0;
  const STRANGER = 54_321;

  it.skipIf(!isRoot)('is refused by the program as by git, until it is declared safe', () => {
    const folder = withCommits();
    json(folder, ['init']);
    for (const path of [folder, join(folder, '.git')]) chownSync(path, STRANGER, STRANGER);
    const config = join(scratchFolder(), 'gitconfig');
    writeFileSync(config, '');
    const env = { GIT_CONFIG_GLOBAL: config };
    const { code, stderr } = tasks(folder, ['list'], { env });
    expect(code).toBe(1);
    expect(stderr).toContain(`git config --global --add safe.directory ${folder}`);
    expect(() => git(folder, 'status')).toThrow('safe.directory');
    writeFileSync(config, `[safe]\n\tdirectory = ${folder}\n`);
    expect(tasks(folder, ['list'], { env }).code).toBe(0);
    writeFileSync(config, '');
    expect(tasks(folder, ['list'], { env: { ...env, SUDO_UID: String(STRANGER) } }).code).toBe(0);
    expect(tasks(folder, ['list'], { env: { ...env, GIT_DIR: join(folder, '.git') } }).code).toBe(0);
  });

  // Git itself is told to take every repository for somebody else's.
  const THEIRS = { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' };
  const userId = (process.getuid?.() ?? 0) + 1;

  it.each([
    { values: [] },
    { values: ['<path>'] },
    { values: ['*'] },
    { values: ['*', ''] },
    { values: ['*', '', '<path>'] },
    { values: ['<path>/sub'] },
    { values: ['/somewhere/else'] },
    { values: ['~/repository'] },
  ])('is entered when git enters it: safe.directory $values', async ({ values }) => {
    const home = scratchFolder();
    const folder = join(home, 'repository');
    mkdirSync(folder);
    initRepository(folder);
    const config = join(home, 'gitconfig');
    const lines = values.map((value) => `\tdirectory = ${value.replace('<path>', folder)}\n`);
    writeFileSync(config, `[safe]\n${lines.join('')}`);
    const env = { ...process.env, ...THEIRS, HOME: home, GIT_CONFIG_GLOBAL: config };
    const theirs = run(folder, env);
    const ours = await openAt(folder, { env, userId }).then(
      () => true,
      (error: { code?: string }) => (error.code === 'unsupported' ? false : error),
    );
    expect(ours).toBe(theirs);
  });

  it('is entered without a question when it is bare only if safe.bareRepository allows it', async () => {
    const bare = join(scratchFolder(), 'bare.git');
    git(scratchFolder(), 'init', '--quiet', '--bare', bare);
    const config = join(scratchFolder(), 'gitconfig');
    writeFileSync(config, '[safe]\n\tbareRepository = explicit\n');
    const env = { ...process.env, GIT_CONFIG_GLOBAL: config };
    expect(run(bare, env)).toBe(false);
    await expect(openAt(bare, { env })).rejects.toMatchObject({
      code: 'unsupported',
      hint: expect.stringContaining('GIT_DIR='),
    });
    expect((await openAt(bare, { env: { ...env, GIT_DIR: bare } })).workTree).toBeUndefined();
    const folder = scratchRepository();
    expect((await openAt(join(folder, '.git'), { env })).workTree).toBe(folder);
  });

  /** Whether git enters the repository that it finds from here. */
  function run(folder: string, env: NodeJS.ProcessEnv): boolean {
    return spawnSync('git', ['rev-parse', '--git-dir'], { cwd: folder, env }).status === 0;
  }
});

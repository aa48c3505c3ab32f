import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXECUTABLE } from '../support/git.ts';
import { scratchLedger } from './ledger.ts';

describe('a long text', () => {
  test('comes from standard input where it is "-"', () => {
    const { run, add } = scratchLedger();
    const id = add('One');
    expect(run(['set', id, '-d', '-'], { input: 'Line one\r\n\r\n  line two\n' }).code).toBe(0);
    expect(run(['note', id, '-'], { input: 'A note\nof two lines\n' }).code).toBe(0);
    expect(run(['done', id, '--result', '-'], { input: 'It works\n' }).code).toBe(0);
    expect(JSON.parse(run(['show', id, '--json']).stdout)).toMatchObject({
      task: { description: 'Line one\n\n  line two\n', notes: [{ text: 'A note\nof two lines' }], result: 'It works' },
    });
  });

  test('comes from a file, from the folder that -C names', () => {
    const { folder, run } = scratchLedger();
    mkdirSync(join(folder, 'sub'));
    writeFileSync(join(folder, 'sub/text.md'), 'From the file\n');
    expect(run(['-C', 'sub', 'add', 'One', '--description-file', 'text.md', '--json']).stdout).toContain(
      '"From the file\\n"',
    );
    expect(run(['add', 'Two', '--description-file', 'text.md'])).toMatchObject({
      code: 1,
      stderr: 'error: There is no file "text.md"\n',
    });
    expect(run(['add', 'Two', '--description-file', 'sub'])).toMatchObject({
      code: 1,
      stderr: 'error: "sub" is a folder\n',
    });
  });

  test('is refused when it is no text, when it is asked for twice, and when it is given twice', () => {
    const { folder, run, add } = scratchLedger();
    writeFileSync(join(folder, 'binary'), Uint8Array.of(0xff, 0xfe, 0x00));
    expect(run(['add', 'One', '--description-file', 'binary'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is not UTF-8 text'),
    });
    expect(run(['set', add('One'), '-d', '-', '--result', '-'], { input: 'x' })).toMatchObject({ code: 2 });
    expect(run(['add', 'One', '-d', 'x', '--description-file', 'binary'])).toMatchObject({ code: 2 });
  });

  test('that looks like a flag is taken after --', () => {
    const { run, add } = scratchLedger();
    const id = add('One');
    expect(run(['note', id, '--', '--json is a flag']).code).toBe(0);
    expect(run(['show', id]).stdout).toContain('    --json is a flag\n');
  });
});

describe('edit', () => {
  const editor = (folder: string, script: string): { GIT_EDITOR: string } => {
    const path = join(folder, 'an editor');
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return { GIT_EDITOR: `'${path}' --wait` };
  };

  test('commits what the editor leaves', () => {
    const { folder, run, add } = scratchLedger();
    const id = add('Old words');
    const env = editor(folder, `[ "$1" = --wait ] && sed -i.bak 's/Old/New/' "$2"`);
    expect(run(['edit', id], { env }).stdout).toMatch(/^edited \w{4} New words\n$/);
    expect(run(['edit', id], { env }).stdout).toMatch(/^unchanged \w{4} New words\n$/);
  });

  test('refuses what is no task, with the place, and keeps the text', () => {
    const { folder, run, add } = scratchLedger();
    const id = add('One');
    const { code, stderr } = run(['edit', id], { env: editor(folder, 'echo "priority: high" >> "$2"') });
    expect(code).toBe(1);
    const kept = /kept in (\S+)/.exec(stderr)?.[1] ?? '';
    expect(existsSync(kept)).toBe(true);
    expect(run(['lint']).code).toBe(0);
  });

  test('changes nothing when the editor fails', () => {
    const { folder, run, add } = scratchLedger();
    const id = add('One');
    expect(run(['edit', id], { env: editor(folder, 'exit 3') })).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('ended with 3; nothing was changed'),
    });
  });
});

describe('standard output', () => {
  test('may be closed by its reader', () => {
    const { folder, run } = scratchLedger();
    const lines = Array.from({ length: 2000 }, (_, i) =>
      JSON.stringify({ verb: 'add', subject: `Task ${i} ${'x'.repeat(200)}` }),
    );
    expect(run(['batch'], { input: lines.join('\n') }).code).toBe(0);
    const script = `set -o pipefail; "$1" "$2" list --limit 0 | head -n 1 | cut -c 1-4`;
    const { status, stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', process.execPath, EXECUTABLE], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: expect.stringMatching(/^\w{4}\n$/), stderr: '' });
  });

  test.runIf(existsSync('/dev/full'))('that is full is a failure', () => {
    const { folder, add } = scratchLedger();
    add('One');
    const script = '"$1" "$2" list > /dev/full';
    const { status, stderr } = spawnSync('bash', ['-c', script, 'bash', process.execPath, EXECUTABLE], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('error: ENOSPC') });
  });
});

describe('a listing', () => {
  test('says on standard error how much it does not show, and why there is nothing', () => {
    const { run, add } = scratchLedger();
    expect(run(['ready'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'nothing is ready: there are no tasks yet\nhint: git tasks add "What to do"\n',
    });
    const one = add('One');
    add('Two', '--blocked-by', one);
    expect(run(['list', '--limit', '1']).stderr).toBe('1 of 2 shown; --limit 0 for all\n');
    expect(run(['list'])).toMatchObject({ code: 0, stderr: '' });
    run(['claim', one]);
    expect(run(['next'])).toEqual({
      code: 3,
      stdout: '',
      stderr: 'nothing is ready: 1 in progress, 1 blocked\nhint: git tasks plan\n',
    });
    run(['release', one]);
    run(['set', one, '--defer', '2099-01-01']);
    expect(run(['ready']).stderr).toBe(
      'nothing is ready: 0 in progress, 1 blocked; the next from 2099-01-01T00:00:00Z\nhint: git tasks plan\n',
    );
    run(['set', one, '--defer', 'none']);
    run(['gate', 'close', 'freeze']);
    run(['set', one, '--gate', 'freeze']);
    expect(run(['ready']).stderr).toMatch(/^warning: nothing is ready and nobody is working, but 2 tasks wait/);
  });

  test('has colours only where they are wanted', () => {
    const { run, add } = scratchLedger();
    add('One');
    expect(run(['list'], { env: { NO_COLOR: undefined } }).stdout).not.toContain('\x1b');
    expect(run(['list'], { env: { NO_COLOR: undefined, FORCE_COLOR: '1' } }).stdout).not.toContain('\t');
    expect(run(['done', 'zzzz'], { env: { NO_COLOR: undefined, FORCE_COLOR: '1' } }).stderr).toContain(
      '\x1b[31merror:',
    );
    expect(run(['done', 'zzzz'], { env: { NO_COLOR: '1', FORCE_COLOR: '1' } }).stderr).not.toContain('\x1b');
    expect(run(['done', 'zzzz', '--color', 'always']).stderr).toContain('\x1b[31merror:');
  });
});

describe('a change', () => {
  test('is told in one line for each task', () => {
    const { run, add, short } = scratchLedger();
    const one = add('One');
    const two = add('Two', '--blocked-by', one);
    expect(run(['claim', one]).stdout).toMatch(new RegExp(`^claimed ${short(one)} One \\(term 1, until 20\\S+Z\\)\n$`));
    expect(run(['claim', one]).stdout).toMatch(
      new RegExp(`^already yours: ${short(one)} One \\(term 1, until 20\\S+Z\\)\n$`),
    );
    expect(run(['done', one]).stdout).toBe(`completed ${short(one)} One\n  now ready ${short(two)} Two\n`);
    expect(run(['done', one]).stdout).toBe(`unchanged ${short(one)} One\n`);
    expect(run(['reopen', one]).stdout).toBe(`reopened ${short(one)} One\n`);
    expect(run(['add', 'Three', '--blocked-by', two]).stdout).toMatch(
      new RegExp(`^added \\w+ Three \\(waits for ${two.slice(0, 4)}\\w*\\)\n$`),
    );
  });
});

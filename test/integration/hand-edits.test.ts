import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { claimTasks } from '../../src/app/life.ts';
import { commitEdits, type CommitAnswer } from '../../src/app/commit.ts';
import type { WriteOptions } from '../../src/app/change.ts';
import { git, tasks } from '../support/git.ts';
import { type Checkout, checkedOut, codeRepository, sessionIn } from '../support/checkout.ts';

const commit = async (at: Checkout, options: WriteOptions = {}, message?: string): Promise<CommitAnswer> =>
  commitEdits(await sessionIn(at.code), { message }, options);

const show = (at: Checkout, what: string): string => git(at.files, 'log', '-1', `--format=${what}`);

/** Writes a file into the ledger's worktree. */
function write({ files }: Checkout, path: string, text: string): void {
  mkdirSync(dirname(join(files, path)), { recursive: true });
  writeFileSync(join(files, path), text);
}

const NEW = 'id: cccccccc\nsubject: By hand\nstatus: pending\ncreated: 2026-06-01T12:00:00Z\n';

describe('committing hand edits', () => {
  test('makes one change with a proper message, keeps the text as it was written, and leaves nothing to commit', async () => {
    const at = await checkedOut();
    at.edit('aaaaaaaa', /^subject: .*$/m, '# asked for by Ben\nsubject: Better  # really');
    const text = readFileSync(at.fileOf('aaaaaaaa'), 'utf8');
    const { changed, tasks: changedTasks, worktree } = await commit(at);
    expect({ changed, worktree, subject: changedTasks[0]?.subject }).toEqual({
      changed: true,
      worktree: at.files,
      subject: 'Better',
    });
    expect(git(at.code, 'show', 'tasks:main/a/a/aaaaaaaa.yaml')).toBe(text.trimEnd());
    expect(readFileSync(at.fileOf('aaaaaaaa'), 'utf8')).toBe(text);
    expect(show(at, '%s|%an')).toBe('edit aaaa: Better|ada');
    expect(show(at, '%b')).toContain('Change: subject Task aaaaaaaa -> Better\nActor: ada');
    expect(at.status()).toBe('');
    expect((await commit(at)).changed).toBe(false);
    expect(tasks(at.code, ['commit'])).toMatchObject({ code: 3, stdout: '' });
  });

  test('takes new tasks, several at once, staged or not, with the subject that was given', async () => {
    const at = await checkedOut();
    write(at, 'main/c/c/cccccccc.yaml', `# mine\n${NEW}blockedBy: [dddddddd]\n`);
    write(at, 'web/d/d/dddddddd.yaml', NEW.replace('cccccccc', 'dddddddd'));
    git(at.files, 'add', 'web');
    at.edit('aaaaaaaa', 'Task', 'Edited');
    await commit(at);
    expect(show(at, '%s')).toBe('edit 1 task, add 2 tasks');
    expect(git(at.code, 'show', 'tasks:main/c/c/cccccccc.yaml')).toContain('# mine\n');
    expect(at.status()).toBe('');
    at.edit('aaaaaaaa', 'Edited', 'Again');
    await commit(at, {}, 'as we agreed');
    expect(show(at, '%s')).toBe('as we agreed');
  });

  test('lists every problem of every file, with line and column, and writes nothing', async () => {
    const at = await checkedOut();
    at.edit('aaaaaaaa', 'status: pending', 'status: doing\npriority: 9');
    at.edit('bbbbbbbb', 'id: bbbbbbbb', 'id: aaaaaaaa');
    write(at, 'main/c/c/cccccccc.yaml', 'subject: [');
    write(at, 'main/notes.yaml', NEW);
    const [before, status] = [at.tip(), at.status()];
    const { code, stderr } = tasks(at.code, ['commit']);
    expect(code).toBe(1);
    for (const place of [
      'aaaaaaaa.yaml:3:9: ',
      'aaaaaaaa.yaml:4:11: ',
      'bbbbbbbb.yaml:1:5: id is aaaaaaaa',
      'cccccccc.yaml:1:',
      'main/notes.yaml:1:1: ',
    ]) {
      expect(stderr).toContain(place);
    }
    const { error } = JSON.parse(tasks(at.code, ['commit', '--json']).stderr);
    expect(error.code).toBe('invalid');
    expect(error.problems.map(({ path }: { path: string }) => path)).toContain('main/notes.yaml');
    expect([at.tip(), at.status()]).toEqual([before, status]);
  });

  test('refuses a deleted task and names the way to cancel it', async () => {
    const at = await checkedOut();
    rmSync(at.fileOf('aaaaaaaa'));
    await expect(commit(at)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('main/a/a/aaaaaaaa.yaml:1:1 was deleted'),
      hint: expect.stringContaining('git tasks cancel aaaaaaaa'),
    });
  });

  test('refuses links, the format, and a second file of the same task', async () => {
    const at = await checkedOut();
    rmSync(at.fileOf('aaaaaaaa'));
    symlinkSync('b/b/bbbbbbbb.yaml', at.fileOf('aaaaaaaa'));
    await expect(commit(at)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('is not a file'),
    });
    git(at.files, 'restore', '.');
    write(at, 'ledger.yaml', 'format: 2\n');
    write(at, 'web/b/b/bbbbbbbb.yaml', readFileSync(at.fileOf('bbbbbbbb'), 'utf8'));
    const error: unknown = await commit(at).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      message: expect.stringMatching(/ledger\.yaml:1:1 .*task bbbbbbbb is in main\/b\/b/),
    });
  });

  test('moves a task whose file was moved to another list', async () => {
    const at = await checkedOut();
    mkdirSync(join(at.files, 'web/a/a'), { recursive: true });
    renameSync(at.fileOf('aaaaaaaa'), join(at.files, 'web/a/a/aaaaaaaa.yaml'));
    const { tasks: moved } = await commit(at);
    expect(moved).toMatchObject([{ id: 'aaaaaaaa', list: 'web' }]);
    expect(git(at.files, 'ls-files', '*aaaaaaaa*')).toBe('web/a/a/aaaaaaaa.yaml');
    expect(at.status()).toBe('');
  });

  test('takes edits of the other files of the branch, and leaves alone what is none of them', async () => {
    const at = await checkedOut();
    write(at, 'README.md', 'Ours\n');
    write(at, 'templates/release.yaml', 'tasks:\n  tag: {subject: Tag $0}\n');
    write(at, 'main/a/a/aaaaaaaa.yaml~', 'a backup of an editor');
    write(at, 'node_modules/x/y.yaml', 'a: 1');
    const { files, ignored, changed } = await commit(at);
    expect({ changed, files }).toEqual({ changed: true, files: ['README.md', 'templates/release.yaml'] });
    expect(ignored).toEqual(['main/a/a/aaaaaaaa.yaml~', 'node_modules/x/y.yaml']);
    expect(show(at, '%s')).toBe('edit README.md, templates/release.yaml');
    expect(at.status()).toBe('?? main/a/a/aaaaaaaa.yaml~\n?? node_modules/x/y.yaml');
    rmSync(join(at.files, 'templates/release.yaml'));
    expect((await commit(at)).changed).toBe(true);
    expect(git(at.files, 'ls-files', 'templates')).toBe('');
  });

  test('refuses a template that is none, with the place', async () => {
    const at = await checkedOut();
    write(at, 'templates/release.yaml', 'tasks:\n  tag: {subject: Tag it, blockedBy: [build]}\n');
    await expect(commit(at)).rejects.toMatchObject({
      code: 'invalid',
      data: { problems: [{ path: 'templates/release.yaml', line: 2, column: 38 }] },
    });
    expect(at.status()).toBe('?? templates/release.yaml');
  });

  test('stores CRLF as LF, as the branch says', async () => {
    const at = await checkedOut();
    const text = readFileSync(at.fileOf('aaaaaaaa'), 'utf8').replace('Task', 'From Windows');
    writeFileSync(at.fileOf('aaaaaaaa'), text.replaceAll('\n', '\r\n'));
    await commit(at);
    expect(git(at.code, 'show', 'tasks:main/a/a/aaaaaaaa.yaml')).toBe(text.trimEnd());
    expect(at.status()).toBe('');
  });
});

describe('the rules hold for hand edits', () => {
  const waiting = async (): Promise<Checkout> => {
    const at = await checkedOut();
    at.edit('aaaaaaaa', 'status: pending\n', 'status: pending\nblockedBy:\n  - bbbbbbbb\n');
    await commit(at);
    return at;
  };

  test('a blocked task cannot be completed by hand, but for a reason', async () => {
    const at = await waiting();
    at.edit('aaaaaaaa', 'pending', 'completed');
    await expect(commit(at)).rejects.toMatchObject({ code: 'blocked' });
    expect(tasks(at.code, ['commit', '--force', '--reason', 'done elsewhere'])).toMatchObject({ code: 0 });
    expect(show(at, '%b')).toMatch(/Override: .*blocked by bbbb[^]*Reason: done elsewhere/);
    expect(at.status()).toBe('');
  });

  test('it can be completed together with what it waited for, and as a new one neither', async () => {
    const at = await waiting();
    for (const id of ['aaaaaaaa', 'bbbbbbbb']) at.edit(id, 'pending', 'completed');
    expect((await commit(at)).changed).toBe(true);
    write(at, 'main/c/c/cccccccc.yaml', `${NEW}blockedBy: [dddddddd]\n`.replace('pending', 'completed'));
    write(at, 'main/d/d/dddddddd.yaml', NEW.replace('cccccccc', 'dddddddd'));
    await expect(commit(at)).rejects.toMatchObject({ code: 'blocked' });
  });

  test('circles, unknown blockers and tasks that another holds are refused', async () => {
    const at = await waiting();
    at.edit('bbbbbbbb', 'status: pending\n', 'status: pending\nblockedBy:\n  - aaaaaaaa\n');
    await expect(commit(at)).rejects.toMatchObject({ code: 'cycle' });
    at.edit('bbbbbbbb', '- aaaaaaaa', '- zzzzzzzz');
    await expect(commit(at)).rejects.toMatchObject({ code: 'not-found' });
    git(at.files, 'restore', '.');
    await claimTasks(await sessionIn(at.code), { ids: ['bbbb'] });
    at.edit('bbbbbbbb', 'Task', 'Mine');
    expect(tasks(at.code, ['commit', '--as', 'ben'])).toMatchObject({ code: 4 });
    expect((await commit(at)).changed).toBe(true);
  });

  test('edits of other tasks that came meanwhile are kept', async () => {
    const at = await checkedOut();
    at.edit('aaaaaaaa', 'Task', 'By hand');
    await at.rename('bbbbbbbb', 'By command');
    await commit(at);
    expect(git(at.code, 'grep', '-h', 'subject', 'tasks', '--', 'main')).toMatch(/By hand[^]*By command/);
  });

  test('without a worktree there is nothing to commit from', async () => {
    const code = await codeRepository();
    expect(tasks(code, ['commit'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('git tasks worktree add'),
    });
    expect(tasks(code, ['worktree'])).toMatchObject({ code: 0, stderr: expect.stringContaining('not checked out') });
  });
});

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lintLedger } from '../../src/app/lint.ts';
import { listTasks } from '../../src/app/list.ts';
import { addWorktree, listWorktrees } from '../../src/app/worktree.ts';
import { openSessionOf } from '../../src/app/session.ts';
import { addNote } from '../../src/app/set.ts';
import { openRepository } from '../../src/git/open.ts';
import type { RefStore } from '../../src/git/ports.ts';
import { worktreesOn } from '../../src/git/worktrees.ts';
import { readMark } from '../../src/ledger/carry-mark.ts';
import { encodeTask } from '../../src/yaml/codec.ts';
import { processWorld } from '../../src/world.ts';
import { EXECUTABLE, git, scratchFolder, tasks } from '../support/git.ts';
import {
  type Checkout,
  checkedOut,
  checkoutAt,
  codeRepository,
  sessionIn,
  taskOf,
  worldWith,
} from '../support/checkout.ts';

const gitDirOf = (folder: string): string => git(folder, 'rev-parse', '--absolute-git-dir');

/** Brings files and index back to an earlier commit and leaves the mark of a carry that never came. */
function leaveBehind({ files, tip }: Checkout, from: string): void {
  git(files, 'read-tree', '-m', '-u', tip(), from);
  writeFileSync(join(gitDirOf(files), 'git-tasks-carry'), `${from}\n`);
}

describe('the files of a checked-out ledger', () => {
  test('follow every change, and git sees nothing to commit', async () => {
    const at = await checkedOut();
    expect(at.status()).toBe('');
    await at.rename('aaaaaaaa', 'Another subject');
    expect(readFileSync(at.fileOf('aaaaaaaa'), 'utf8')).toContain('subject: Another subject\n');
    expect(at.status()).toBe('');
    expect(git(at.files, 'diff', 'HEAD')).toBe('');
  });

  test('follow a command line that was given by a hook of the code, with the environment of that hook', async () => {
    const at = await checkedOut();
    const env = { GIT_DIR: join(at.code, '.git'), GIT_INDEX_FILE: join(at.code, '.git/index'), GIT_PREFIX: '' };
    expect(tasks(at.code, ['add', 'From a hook', '--as', 'ada'], { env })).toMatchObject({ code: 0, stderr: '' });
    expect(at.status()).toBe('');
    expect(git(at.code, 'status', '--porcelain')).toBe('');
  });

  test('follow while HEAD and index of the code stay as they are, byte for byte', async () => {
    const at = await checkedOut();
    git(at.code, 'worktree', 'add', '--quiet', '-b', 'other', join(at.code, '../other'));
    const gitDirs = [join(at.code, '.git'), gitDirOf(join(at.code, '../other'))];
    const look = (): Buffer[] =>
      gitDirs.flatMap((dir) => [readFileSync(join(dir, 'index')), readFileSync(join(dir, 'HEAD'))]);
    const before = look();
    await at.rename('aaaaaaaa', 'x');
    tasks(at.code, ['list']);
    tasks(at.code, ['commit']);
    expect(look()).toEqual(before);
  });

  test('follow in the main worktree, too, when that is on the branch', async () => {
    const code = await codeRepository();
    git(code, 'worktree', 'add', '--quiet', '-b', 'other', join(code, '../other'));
    git(code, 'switch', '--quiet', 'tasks');
    const at = checkoutAt(join(code, '../other'), code);
    await at.add('aaaaaaaa');
    expect(existsSync(at.fileOf('aaaaaaaa'))).toBe(true);
    expect(at.status()).toBe('');
    at.edit('aaaaaaaa', 'Task', 'Touched');
    await expect(at.rename('aaaaaaaa', 'x')).rejects.toMatchObject({ code: 'touched' });
    expect(tasks(code, ['commit']).code).toBe(0);
    expect(at.status()).toBe('');
  });

  test('follow in every worktree, where a person forced git to check the branch out twice', async () => {
    const at = await checkedOut();
    const second = checkoutAt(at.code, join(at.code, '../second'));
    expect(() => git(at.code, 'worktree', 'add', second.files, 'tasks')).toThrow(/already/);
    git(at.code, 'worktree', 'add', '--quiet', '--force', second.files, 'tasks');
    await at.rename('aaaaaaaa', 'Twice');
    expect([at.status(), second.status()]).toEqual(['', '']);
    second.edit('bbbbbbbb', 'Task', 'Touched');
    await expect(at.rename('bbbbbbbb', 'x')).rejects.toMatchObject({
      code: 'touched',
      data: { worktree: second.files },
    });
    expect(tasks(at.code, ['commit']).stderr).toContain('is checked out in');
    expect(tasks(second.files, ['commit']).code).toBe(0);
    expect([at.status(), second.status()]).toEqual(['', '']);
  });

  test('follow where a sparse checkout has only some of them', async () => {
    const at = await checkedOut();
    git(at.files, 'sparse-checkout', 'set', 'elsewhere');
    expect(existsSync(at.fileOf('aaaaaaaa'))).toBe(false);
    await at.rename('aaaaaaaa', 'Not here');
    await at.add('cccccccc');
    expect(existsSync(at.fileOf('aaaaaaaa'))).toBe(false);
    git(at.files, 'sparse-checkout', 'disable');
    expect(readFileSync(at.fileOf('aaaaaaaa'), 'utf8')).toContain('Not here');
    expect(at.status()).toBe('');
  });

  test('follow when many processes write and read at once', async () => {
    const at = await checkedOut();
    const runOne = (...args: string[]): Promise<number | null> =>
      new Promise((done) => spawn(process.execPath, [EXECUTABLE, ...args, '-C', at.code]).on('close', done));
    const one = (_: unknown, i: number): Promise<number | null> =>
      i % 3 === 0 ? runOne('list') : runOne('add', `Task ${i}`);
    const codes = await Promise.all(Array.from({ length: 18 }, one));
    expect(codes).toEqual(codes.map(() => 0));
    expect(git(at.code, 'rev-list', '--count', 'tasks')).toBe('14');
    expect(at.status()).toBe('');
  });
});

describe('a file that a person has touched', () => {
  const cases: readonly [string, (at: Checkout) => void][] = [
    ['was edited', (at) => at.edit('aaaaaaaa', 'Task', 'Touched')],
    [
      'was edited and staged',
      (at) => {
        at.edit('aaaaaaaa', 'Task', 'Touched');
        git(at.files, 'add', '.');
      },
    ],
    [
      'was staged and put back',
      (at) => {
        at.edit('aaaaaaaa', 'Task', 'Touched');
        git(at.files, 'add', '.');
        at.edit('aaaaaaaa', 'Touched', 'Task');
      },
    ],
    ['was deleted', (at) => rmSync(at.fileOf('aaaaaaaa'))],
    ['was deleted for git', (at) => void git(at.files, 'rm', '--quiet', '--cached', at.fileOf('aaaaaaaa'))],
    [
      'was replaced by a link',
      (at) => {
        rmSync(at.fileOf('aaaaaaaa'));
        symlinkSync('/dev/null', at.fileOf('aaaaaaaa'));
      },
    ],
  ];

  test.each(cases)('holds a change of it off by name when it %s; others go on', async (_how, touch) => {
    const at = await checkedOut();
    touch(at);
    const before = [at.tip(), at.status()];
    await expect(at.rename('aaaaaaaa', 'x')).rejects.toMatchObject({
      code: 'touched',
      message: expect.stringContaining('main/a/a/aaaaaaaa.yaml'),
      hint: expect.stringContaining('git tasks commit'),
      data: { worktree: at.files, paths: ['main/a/a/aaaaaaaa.yaml'] },
    });
    expect([at.tip(), at.status()]).toEqual(before);
    await at.rename('bbbbbbbb', 'Untouched');
    expect(readFileSync(at.fileOf('bbbbbbbb'), 'utf8')).toContain('Untouched');
    expect(at.status()).toBe(before[1]);
  });

  test('is named together with every other one', async () => {
    const at = await checkedOut();
    for (const id of ['aaaaaaaa', 'bbbbbbbb']) at.edit(id, 'Task', 'Touched');
    const { code, stderr } = tasks(at.code, ['set', 'aaaa', 'bbbb', '-p', '1']);
    expect(code).toBe(1);
    expect(stderr).toContain('main/a/a/aaaaaaaa.yaml, main/b/b/bbbbbbbb.yaml');
  });

  test('may be a new one that is in the way', async () => {
    const at = await checkedOut();
    mkdirSync(dirname(at.fileOf('cccccccc')), { recursive: true });
    writeFileSync(at.fileOf('cccccccc'), 'mine');
    await expect(at.add('cccccccc')).rejects.toMatchObject({
      code: 'touched',
      data: { paths: ['main/c/c/cccccccc.yaml'] },
    });
    expect(readFileSync(at.fileOf('cccccccc'), 'utf8')).toBe('mine');
    // Git itself overwrites ignored files.
    const ignore = join(at.code, '.git/info/exclude');
    writeFileSync(ignore, '*\n');
    expect(at.status()).toBe('');
    await expect(at.add('cccccccc')).rejects.toMatchObject({ code: 'touched' });
  });

  test('is no obstacle when it holds already what the change would write, whatever its line ends', async () => {
    const at = await checkedOut();
    mkdirSync(dirname(at.fileOf('cccccccc')), { recursive: true });
    writeFileSync(at.fileOf('cccccccc'), encodeTask(taskOf('cccccccc')).replaceAll('\n', '\r\n'));
    await at.add('cccccccc');
    at.edit('aaaaaaaa', 'Task aaaaaaaa', 'The same');
    await at.rename('aaaaaaaa', 'The same');
    expect(at.status()).toBe('');
  });

  test('may be one of a merge with conflicts, anywhere', async () => {
    const at = await checkedOut();
    git(at.files, 'switch', '--quiet', '-c', 'side');
    for (const [branch, text] of [
      ['side', 'theirs'],
      ['tasks', 'ours'],
    ] as const) {
      git(at.files, 'switch', '--quiet', branch);
      writeFileSync(join(at.files, 'README.md'), text);
      git(at.files, 'commit', '--quiet', '-am', branch);
    }
    expect(() => git(at.files, 'merge', 'side')).toThrow('CONFLICT');
    const touched = { code: 'touched', data: { paths: ['README.md'] } };
    await expect(at.rename('bbbbbbbb', 'x')).rejects.toMatchObject(touched);
    expect((await listWorktrees(await sessionIn(at.code))).worktrees).toMatchObject([{ edited: ['README.md'] }]);
    writeFileSync(join(at.files, 'README.md'), 'both');
    git(at.files, 'add', '.');
    expect(tasks(at.files, ['commit'])).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('git merge --abort'),
    });
    git(at.files, 'commit', '--quiet', '-m', 'merged');
    await at.rename('bbbbbbbb', 'x');
    expect(at.status()).toBe('');
  });
});

describe('files that were left behind', () => {
  test('are brought on by the next command after a crash', async () => {
    const at = await checkedOut();
    const old = at.tip();
    await at.rename('aaaaaaaa', 'New');
    leaveBehind(at, old);
    expect(at.status()).not.toBe('');
    expect(tasks(at.code, ['list'])).toMatchObject({ code: 0, stderr: '' });
    expect(at.status()).toBe('');
    expect(readMark(gitDirOf(at.files))).toBeUndefined();
  });

  test('are brought on when the crash came right after the branch had moved', async () => {
    const at = await checkedOut();
    const { repository } = await sessionIn(at.code);
    const refs: RefStore = {
      read: (ref) => repository.refs.read(ref),
      list: (prefix) => repository.refs.list(prefix),
      compareAndSwap: async (update) => {
        await repository.refs.compareAndSwap(update);
        throw new Error('killed');
      },
    };
    const session = openSessionOf({ ...repository, refs }, processWorld(), { as: 'ada' });
    await expect(addNote(session, { id: 'aaaa', text: 'The last words' })).rejects.toThrow('killed');
    expect(at.status()).not.toBe('');
    await listTasks(await sessionIn(at.code), {});
    expect(at.status()).toBe('');
    expect(readFileSync(at.fileOf('aaaaaaaa'), 'utf8')).toContain('The last words');
  });

  test('do not hold a change off that comes after a crash at the very end', async () => {
    const at = await checkedOut();
    const old = at.tip();
    await at.rename('aaaaaaaa', 'New');
    writeFileSync(join(gitDirOf(at.files), 'git-tasks-carry'), `${old}\n`);
    await at.rename('aaaaaaaa', 'Newer');
    expect(at.status()).toBe('');
  });

  test('are brought on by the next change after a crash, also where it changes the same file', async () => {
    const at = await checkedOut();
    const old = at.tip();
    await at.rename('aaaaaaaa', 'New');
    leaveBehind(at, old);
    await at.rename('aaaaaaaa', 'Newer');
    expect(at.status()).toBe('');
  });

  test('are reported with every command while a person has touched one of them', async () => {
    const at = await checkedOut();
    const old = at.tip();
    await at.rename('aaaaaaaa', 'New');
    leaveBehind(at, old);
    at.edit('aaaaaaaa', 'Task', 'Touched');
    const { code, stdout, stderr } = tasks(at.code, ['list']);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('New') });
    expect(stderr).toContain('behind the ledger');
    expect(stderr).toContain('main/a/a/aaaaaaaa.yaml');
    expect(JSON.parse(tasks(at.code, ['list', '--json']).stdout).notices).toHaveLength(1);
    expect(tasks(at.code, ['commit']).code).toBe(1);
    await expect(at.rename('bbbbbbbb', 'x')).rejects.toMatchObject({
      code: 'touched',
      data: { paths: ['main/a/a/aaaaaaaa.yaml'] },
    });
    git(at.files, 'restore', '--source', old, '-SW', '.');
    expect(tasks(at.code, ['worktree'])).toMatchObject({ code: 0, stderr: '' });
    expect(at.status()).toBe('');
  });

  test('wait for a git that holds the index, and then follow', async () => {
    const at = await checkedOut();
    const old = at.tip();
    await at.rename('aaaaaaaa', 'New');
    leaveBehind(at, old);
    const lock = join(gitDirOf(at.files), 'index.lock');
    writeFileSync(lock, '');
    const warnings: string[] = [];
    const hasty = worldWith({ sleep: async () => undefined });
    await listTasks(await sessionIn(at.code, hasty, (text) => warnings.push(text)), {});
    expect(warnings).toEqual([expect.stringContaining(`${lock} is held`)]);
    rmSync(lock);
    await listTasks(await sessionIn(at.code), {});
    expect(at.status()).toBe('');
  });

  test('come back after their folder was away', async () => {
    const at = await checkedOut();
    renameSync(at.files, `${at.files} away`);
    await at.rename('aaaaaaaa', 'New');
    await at.rename('aaaaaaaa', 'Newer');
    renameSync(`${at.files} away`, at.files);
    expect(tasks(at.code, ['list'])).toMatchObject({ code: 0, stderr: '' });
    expect(at.status()).toBe('');
    rmSync(at.files, { recursive: true });
    await at.rename('aaaaaaaa', 'Newest');
  });

  test('catch up with all that was acknowledged, however often writers are killed', async () => {
    const at = await checkedOut();
    const acknowledged: string[] = [];
    for (let i = 0; i < 24; i++) {
      const child = spawn(process.execPath, [EXECUTABLE, 'add', `Task ${i}`, '--json', '-C', at.code], {
        detached: i % 2 === 0,
      });
      const chunks: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
      // Half of them take git with them.
      const timer = setTimeout(
        () => process.kill(i % 2 === 0 ? -(child.pid ?? 0) : (child.pid ?? 0), 'SIGKILL'),
        60 + i * 6,
      );
      const code = await new Promise((done) => child.on('close', done));
      clearTimeout(timer);
      const lock = join(gitDirOf(at.files), 'index.lock');
      // That of a killed git: git itself never removes it either.
      rmSync(lock, { force: true });
      if (code === 0) acknowledged.push(JSON.parse(Buffer.concat(chunks).toString()).task.id);
    }
    const { tasks: rows } = JSON.parse(tasks(at.code, ['list', '--limit', '0', '--json']).stdout);
    const ids = rows.map(({ id }: { id: string }) => id);
    expect(ids).toEqual(expect.arrayContaining(acknowledged));
    expect(at.status()).toBe('');
    git(at.code, 'fsck', '--strict');
  });
});

describe('a worktree that cannot follow', () => {
  test('holds the change off while another git holds its index, and says which file that is', async () => {
    const at = await checkedOut();
    const [before, lock] = [at.tip(), join(gitDirOf(at.files), 'index.lock')];
    writeFileSync(lock, '');
    let slept = 0;
    const sleep = async (milliseconds: number): Promise<void> => void (slept += milliseconds);
    const { ledger, author } = await sessionIn(at.code, worldWith({ sleep }));
    const change = { operations: [{ op: 'create', id: 'cccccccc', task: taskOf('cccccccc') }] } as const;
    await expect(ledger.transact(author(), () => change)).rejects.toMatchObject({
      code: 'busy',
      message: expect.stringContaining(lock),
      hint: expect.stringContaining('Nothing was written'),
    });
    expect(slept).toBeGreaterThanOrEqual(5000);
    expect(slept).toBeLessThan(6000);
    expect(at.tip()).toBe(before);
    rmSync(lock);
    await at.add('cccccccc');
    expect(at.status()).toBe('');
  });

  test('holds the change off where there is no git', async () => {
    const at = await checkedOut();
    const before = at.tip();
    const { ledger, author } = await sessionIn(at.code, worldWith({ env: { ...process.env, PATH: scratchFolder() } }));
    const change = { operations: [{ op: 'create', id: 'cccccccc', task: taskOf('cccccccc') }] } as const;
    await expect(ledger.transact(author(), () => change)).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining(at.files),
      hint: expect.stringContaining('Put git on the PATH'),
    });
    expect(at.tip()).toBe(before);
  });
});

describe('a commit that plain git made there', () => {
  test('is accepted, and what it broke is named by the next command', async () => {
    const at = await checkedOut();
    at.edit('aaaaaaaa', 'Task', 'Plain');
    at.edit('bbbbbbbb', 'subject: ', 'subject: "');
    git(at.files, 'commit', '--quiet', '-am', 'by hand');
    const { code, stdout, stderr } = tasks(at.code, ['list']);
    expect(code).toBe(0);
    expect(stdout).toContain('Plain aaaaaaaa');
    expect(stderr).toContain('main/b/b/bbbbbbbb.yaml');
    const { problems } = await lintLedger(await sessionIn(at.code));
    expect(problems).toMatchObject([{ code: 'damaged', path: 'main/b/b/bbbbbbbb.yaml', line: 2 }]);
    at.edit('bbbbbbbb', 'subject: "', 'subject: ');
    expect(tasks(at.files, ['commit'])).toMatchObject({ code: 0 });
    expect(tasks(at.code, ['list']).stderr).toBe('');
    expect(at.status()).toBe('');
  });
});

describe('git tasks worktree', () => {
  test('knows the worktrees of the branch and no others, from wherever it looks', async () => {
    const at = await checkedOut();
    git(at.code, 'worktree', 'add', '--quiet', '--detach', join(at.code, '../detached'), 'tasks');
    for (const dir of [at.code, at.files, join(at.code, '../detached')]) {
      const { env, cwd, now, random, sleep } = worldWith({ cwd: dir });
      const repository = await openRepository({ env, cwd, now, random, sleep, identity: processWorld().identity });
      expect(worktreesOn(repository, 'refs/heads/tasks')).toMatchObject([{ top: at.files, isPresent: true }]);
      expect(worktreesOn(repository, 'refs/heads/main')).toMatchObject([
        { top: at.code, gitDir: join(at.code, '.git') },
      ]);
      expect(worktreesOn(repository, 'refs/heads/none')).toEqual([]);
    }
  });

  test('adds one beside the main worktree, once, without the hooks of the code', async () => {
    const code = await codeRepository();
    const hook = join(code, '.git/hooks/post-checkout');
    mkdirSync(dirname(hook), { recursive: true });
    writeFileSync(hook, `#!/bin/sh\ntouch ${JSON.stringify(join(code, 'hooked'))}\n`, { mode: 0o755 });
    const path = `${code}-tasks`;
    expect(await addWorktree(await sessionIn(code))).toEqual({ path, created: true, branch: 'tasks' });
    expect(existsSync(join(code, 'hooked'))).toBe(false);
    expect(await addWorktree(await sessionIn(path))).toEqual({ path, created: false, branch: 'tasks' });
    const elsewhere = join(code, '../else');
    await expect(addWorktree(await sessionIn(code), { dir: elsewhere })).rejects.toMatchObject({ code: 'exists' });
    const { worktrees } = await listWorktrees(await sessionIn(code));
    expect(worktrees).toEqual([{ path, edited: [] }]);
  });

  test('refuses a folder with something in it, and a repository without a ledger', async () => {
    const code = await codeRepository();
    await expect(addWorktree(await sessionIn(code), { dir: code })).rejects.toMatchObject({ code: 'exists' });
    git(code, 'branch', '-D', 'tasks');
    await expect(addWorktree(await sessionIn(code))).rejects.toMatchObject({ code: 'no-ledger' });
  });

  test('makes the local branch where only that of the remote is there, and stands beside a bare repository', async () => {
    const at = await checkedOut();
    const clone = join(at.code, '../clone');
    git(at.code, 'clone', '--quiet', at.code, clone);
    const cloned = await addWorktree(await sessionIn(clone));
    expect(git(cloned.path, 'rev-parse', 'HEAD')).toBe(at.tip());
    const bare = join(at.code, '../plan.git');
    git(at.code, 'clone', '--quiet', '--bare', at.code, bare);
    const { path } = await addWorktree(await sessionIn(bare));
    expect(path).toBe(join(at.code, '../plan-tasks'));
    await checkoutAt(bare, path).rename('aaaaaaaa', 'In a bare one');
    expect(git(path, 'status', '--porcelain')).toBe('');
  });
});

/** Done means done: the program with real commands as checks. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Evidence } from '../../src/task/types.ts';
import { EXECUTABLE, git, scratchFolder, tasks } from '../support/git.ts';
import { type Ledger, scratchLedger } from '../cli/ledger.ts';
import { isAlive } from '../support/is-alive.ts';

interface Shown {
  readonly id: string;
  readonly status: string;
  readonly evidence: readonly Evidence[];
  readonly claim?: { readonly expires?: string };
}

/** A ledger beside some code with one commit. Checks are given as name and command. */
function ledgerWith(checks: Readonly<Record<string, string>> = {}): Ledger {
  const ledger = scratchLedger();
  const { folder } = ledger;
  writeFileSync(join(folder, 'code.txt'), 'one\n');
  writeFileSync(join(folder, '.gitignore'), '*.out\n');
  git(folder, 'add', '.');
  git(folder, 'commit', '--quiet', '-m', 'code');
  for (const [name, command] of Object.entries(checks)) git(folder, 'config', `tasks.check.${name}`, command);
  return ledger;
}

const shown = ({ json }: Ledger, id: string): Shown => json('show', id).task as Shown;
const linesOf = (path: string): string[] => (existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []);

async function waitFor(path: string): Promise<void> {
  for (let i = 0; i < 500 && !existsSync(path); i++) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(existsSync(path)).toBe(true);
}

/** The program in the background; its end as the exit code, or the signal. */
function begin(
  folder: string,
  ...args: string[]
): { readonly child: ChildProcess; readonly end: Promise<number | string | null> } {
  const child = spawn(process.execPath, [EXECUTABLE, ...args], { cwd: folder, stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const end = new Promise<number | string | null>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  return { child, end };
}

describe('a check that passes', () => {
  test('completes the task and leaves the run, the commit and the end of the output as evidence', () => {
    const ledger = ledgerWith({ test: 'echo "$GIT_TASKS_CHECK $GIT_TASKS_ID $PWD"' });
    const { folder, run, add } = ledger;
    const id = add('Build it', '--check', 'test');
    mkdirSync(join(folder, 'sub'));
    const { code, stdout, stderr } = tasks(join(folder, 'sub'), ['done', id]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^completed \w+ Build it\n$/) });
    expect(stderr).toMatch(/^running test: echo .*\ntest passed in \d+s\n$/);
    const { status, evidence } = shown(ledger, id);
    expect(status).toBe('completed');
    expect(evidence).toEqual([
      {
        id: expect.stringMatching(/^\w{8}$/),
        at: expect.stringMatching(/^2\d{3}-.*Z$/),
        by: 'Ada Example',
        kind: 'check',
        name: 'test',
        exit: 0,
        seconds: expect.any(Number),
        commit: git(folder, 'rev-parse', 'HEAD'),
        output: `test ${id} ${folder}`,
      },
    ]);
    expect(run(['show', id]).stdout).toMatch(/\n {2}check test passed in \d+s at [0-9a-f]{7} · Ada Example, /);
    expect(git(folder, 'log', '-1', '--format=%s', 'tasks')).toBe(`done ${id.slice(0, 4)}: Build it`);
  });

  test('says so where the files were not those of the commit: changed, new, or changed by the check', () => {
    const ledger = ledgerWith({ test: 'true', touch: 'echo two > code.txt', build: 'echo x > left.tmp' });
    const { folder, add, run } = ledger;
    const head = git(folder, 'rev-parse', 'HEAD');
    const commitOf = (check: string): string | undefined => {
      const id = add('Build it', '--check', check);
      expect(run(['done', id]).code).toBe(0);
      return shown(ledger, id).evidence[0]?.commit;
    };
    expect(commitOf('build')).toBe(head);
    expect(commitOf('test')).toBe(`${head}-dirty`);
    git(folder, 'clean', '--quiet', '--force');
    expect(commitOf('test')).toBe(head);
    expect(commitOf('touch')).toBe(`${head}-dirty`);
    expect(commitOf('test')).toBe(`${head}-dirty`);
  });

  test('runs once for all tasks of a command that name it, in whatever case, and for each command anew', () => {
    const { folder, add, run } = ledgerWith({ test: 'echo "$GIT_TASKS_ID" >> runs.out' });
    const one = add('One', '--check', 'test');
    const two = add('Two', '--check', 'Test');
    expect(run(['done', one, two]).code).toBe(0);
    expect(linesOf(join(folder, 'runs.out')).map((line) => line.split(' ').sort())).toEqual([[one, two].sort()]);
    expect(run(['done', add('Three', '--check', 'test')]).code).toBe(0);
    expect(linesOf(join(folder, 'runs.out'))).toHaveLength(2);
  });

  test('runs for set --status and for a batch, too', () => {
    const ledger = ledgerWith({ test: 'echo run >> runs.out' });
    const { folder, add, run } = ledger;
    const id = add('One', '--check', 'test');
    expect(run(['set', id, '--status', 'completed']).code).toBe(0);
    expect(shown(ledger, id).evidence).toHaveLength(1);
    const batch = (...lines: object[]): string => lines.map((line) => JSON.stringify(line)).join('\n');
    const made = batch({ verb: 'add', subject: 'Two', checks: ['test'], name: 'two' }, { verb: 'done', id: '@two' });
    expect(run(['batch'], { input: made }).code).toBe(0);
    const [three, four] = [add('Three', '--check', 'test'), add('Four', '--check', 'test')];
    const both = batch({ verb: 'done', id: three }, { verb: 'done', id: four });
    expect(run(['batch', '--each'], { input: both }).code).toBe(0);
    expect(linesOf(join(folder, 'runs.out'))).toHaveLength(3);
    expect(ledger.json('list', '--status', 'completed').tasks).toHaveLength(4);
  });
});

describe('a check that fails', () => {
  test('completes nothing, is named with exit code and last lines, and is recorded', () => {
    const ledger = ledgerWith({ lint: 'seq 30; echo "line 3 is bad" >&2; exit 3', test: 'true' });
    const { folder, add, run } = ledger;
    const id = add('Build it', '--check', 'lint,test');
    const other = add('Another');
    const { code, stdout, stderr } = run(['done', other, id]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/\n {2}30\n {2}line 3 is bad\nlint failed \(exit 3\) in \d+s\n/);
    expect(stderr).toMatch(
      /\nerror: \w+ cannot be completed: lint failed \(exit 3\)\nhint: .*git tasks show \w+ --output/,
    );
    expect(shown(ledger, id)).toMatchObject({
      status: 'pending',
      evidence: [
        { name: 'lint', exit: 3 },
        { name: 'test', exit: 0 },
      ],
    });
    expect(shown(ledger, other)).toMatchObject({ status: 'pending', evidence: [] });
    expect(git(folder, 'log', '-1', '--format=%s', 'tasks')).toBe(`evidence ${id.slice(0, 4)}: Build it`);
    const told = JSON.parse(run(['done', id, '--json']).stderr) as { error: object };
    expect(told.error).toMatchObject({
      code: 'unmet',
      recorded: true,
      checks: [{ name: 'lint', exit: 3, output: expect.stringMatching(/bad$/) }],
    });
  });

  test('does not make the file of the task grow without end', () => {
    const ledger = ledgerWith({ lint: 'exit 1' });
    const id = ledger.add('Build it', '--check', 'lint');
    for (let i = 0; i < 7; i++) expect(ledger.run(['check', id]).code).toBe(1);
    expect(shown(ledger, id).evidence).toHaveLength(5);
  });

  test('because it takes too long, is ended with what it has started', () => {
    const ledger = ledgerWith({ slow: 'echo waiting; sleep 60 & echo $! > pid.out; wait' });
    git(ledger.folder, 'config', 'tasks.checkTimeout', '1s');
    const id = ledger.add('Build it', '--check', 'slow');
    expect(ledger.run(['done', id])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('slow failed (exit 124)'),
    });
    expect(shown(ledger, id).evidence[0]).toMatchObject({
      exit: 124,
      output: expect.stringMatching(/^waiting\n… stopped here: it took longer/),
    });
    const [pid = ''] = linesOf(join(ledger.folder, 'pid.out'));
    expect(isAlive(pid)).toBe(false);
  });

  test('is passed over by force with a reason, without being run', () => {
    const ledger = ledgerWith({ lint: 'echo run >> runs.out; exit 1' });
    const id = ledger.add('Build it', '--check', 'lint');
    expect(ledger.run(['done', id, '--force', '--reason', 'the linter is broken']).code).toBe(0);
    expect(git(ledger.folder, 'log', '-1', '--format=%B', 'tasks')).toMatch(
      /\nOverride: \w+ has no passing run of lint\nReason: the linter/,
    );
    expect(linesOf(join(ledger.folder, 'runs.out'))).toEqual([]);
  });
});

describe('a command comes from git’s configuration alone', () => {
  test('a task whose checks are commands or paths is refused, and nothing reaches a shell', () => {
    const ledger = ledgerWith({ test: 'true' });
    const { folder, run, add } = ledger;
    const id = add('Hostile', '--check', 'test');
    const files = scratchFolder();
    git(folder, 'worktree', 'add', '--quiet', files, 'tasks');
    for (const name of [
      'test; touch owned.out',
      '../owned',
      '$(touch owned.out)',
      'check.test',
      'alias.x',
      'test\\nx',
    ]) {
      const file = join(files, `main/${id[0]}/${id[1]}/${id}.yaml`);
      writeFileSync(
        file,
        readFileSync(file, 'utf8').replace(/checks:\n(?: {2}- .*\n)+/, `checks:\n  - ${JSON.stringify(name)}\n`),
      );
      git(files, 'commit', '--quiet', '--all', '-m', 'hostile');
      for (const verb of ['done', 'check']) {
        const { code, stderr } = run([verb, id]);
        expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('nobody can define') });
      }
      expect(existsSync(join(folder, 'owned.out'))).toBe(false);
    }
    expect(run(['done', id, '--force', '--reason', 'no such checks']).code).toBe(0);
  });

  test('what no configuration defines is refused by name, before anything is run', () => {
    const ledger = ledgerWith({ test: 'echo run >> runs.out', empty: '' });
    for (const name of ['deploy', 'empty']) {
      const id = ledger.add('Build it', '--check', `test,${name}`);
      expect(ledger.run(['done', id])).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(`hint: Define it with: git config tasks.check.${name} COMMAND`),
      });
    }
    expect(linesOf(join(ledger.folder, 'runs.out'))).toEqual([]);
  });

  test('settings that are none are refused by their names', () => {
    const { folder, add, run } = ledgerWith({ test: 'echo run >> runs.out' });
    const id = add('Build it', '--check', 'test');
    for (const setting of ['tasks.checkTimeout', 'tasks.checkOutput']) {
      git(folder, 'config', setting, 'soon');
      expect(run(['done', id])).toMatchObject({ code: 1, stderr: expect.stringMatching(new RegExp(setting, 'i')) });
      git(folder, 'config', '--unset', setting);
    }
    expect(linesOf(join(folder, 'runs.out'))).toEqual([]);
  });

  test('it may be given for one command, and does not see the settings and the repository of a hook', () => {
    const { folder, add } = ledgerWith();
    const id = add('Build it', '--check', 'env');
    const path = join(scratchFolder(), 'index');
    const env = {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'tasks.check.env',
      GIT_CONFIG_VALUE_0:
        'env | grep ^GIT_ | grep -v ^GIT_TASKS | sort > env.out; git init -q "$OTHER"; test -d "$OTHER/.git"',
      OTHER: scratchFolder(),
      GIT_DIR: join(folder, '.git'),
      GIT_INDEX_FILE: path,
      GIT_PREFIX: 'sub/',
    };
    expect(tasks(folder, ['done', id], { env })).toMatchObject({ code: 0 });
    expect(
      linesOf(join(folder, 'env.out')).filter((line) => /^GIT_(?:DIR|INDEX_FILE|PREFIX|CONFIG_COUNT)/.test(line)),
    ).toEqual([]);
  });

  test('a check that completes its own task is stopped instead of running for ever', () => {
    const ledger = ledgerWith();
    const { folder, add, run } = ledger;
    const id = add('Build it', '--check', 'self');
    git(folder, 'config', 'tasks.check.self', `'${process.execPath}' '${EXECUTABLE}' done ${id}`);
    expect(run(['done', id])).toMatchObject({ code: 1, stderr: expect.stringContaining('runs itself') });
  });

  test('there is no code to check in a bare repository, or in the folder that holds the ledger', () => {
    const { folder, add, run } = ledgerWith({ test: 'true' });
    const id = add('Build it', '--check', 'test');
    const [files, linked] = [scratchFolder(), scratchFolder()];
    git(folder, 'worktree', 'add', '--quiet', files, 'tasks');
    const refused = { code: 1, stderr: expect.stringContaining('holds the ledger') };
    expect(run(['done', id, '-C', files])).toMatchObject(refused);
    git(folder, 'worktree', 'add', '--quiet', '--detach', linked);
    expect(run(['done', id, '-C', linked]).code).toBe(0);
    const bare = join(scratchFolder(), 'bare.git');
    git(folder, 'clone', '--quiet', '--bare', folder, bare);
    git(bare, 'config', 'tasks.check.test', 'true');
    git(bare, 'config', 'user.name', 'Ada Example');
    const next = JSON.parse(tasks(bare, ['add', 'Bare', '--check', 'test', '--json']).stdout) as {
      task: { id: string };
    };
    expect(tasks(bare, ['done', next.task.id])).toMatchObject({ code: 1, stderr: expect.stringContaining('bare') });
  });
});

describe('output', () => {
  test('of any kind is recorded as a harmless end of it', () => {
    const ledger = ledgerWith({
      huge: 'yes 0123456789 | head -c 50000000',
      wild: String.raw`printf 'a\033]0;title\007\033[2Jb\0c\377\376d\342\200\256e\r\nf: - "x"\n'`,
    });
    const id = ledger.add('Build it', '--check', 'huge,wild');
    const { code, stderr } = ledger.run(['done', id]);
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/[^\P{Cc}\n]/u);
    const [huge, wild] = shown(ledger, id).evidence;
    expect(huge?.output).toMatch(/^… \d+ bytes before this\n0123456789\n/);
    expect(huge?.output?.length).toBeLessThan(4200);
    expect(wild?.output).toBe(String.raw`ab\x00c${'\ufffd\ufffd'}d<U+202E>e` + '\nf: - "x"');
    expect(ledger.run(['show', id, '--output']).stdout).not.toMatch(/[^\P{Cc}\n]/u);
  });

  test('is not recorded where the configuration says so', () => {
    const ledger = ledgerWith({ test: 'echo secret' });
    git(ledger.folder, 'config', 'tasks.checkOutput', '0');
    const id = ledger.add('Build it', '--check', 'test');
    expect(ledger.run(['done', id]).code).toBe(0);
    expect(git(ledger.folder, 'log', '-p', 'tasks')).not.toContain('secret');
  });
});

describe('while a check runs', () => {
  test('Ctrl-C ends it with all of its processes, and changes nothing', async () => {
    const ledger = ledgerWith({ slow: 'sleep 60 & echo $! > pid.out; echo x > begun.out; wait' });
    const { folder, add } = ledger;
    const id = add('Build it', '--check', 'slow');
    const tip = git(folder, 'rev-parse', 'tasks');
    const { child, end } = begin(folder, 'done', id);
    await waitFor(join(folder, 'begun.out'));
    child.kill('SIGINT');
    expect(await end).toBe(130);
    expect(git(folder, 'rev-parse', 'tasks')).toBe(tip);
    expect(isAlive(linesOf(join(folder, 'pid.out'))[0] ?? '')).toBe(false);
  });

  test('the task may change: what it asks for then is judged, and what was run is not run again', async () => {
    const wait = 'echo x > begun.out; while [ ! -e go.out ]; do sleep 0.05; done; echo slow >> runs.out';
    const ledger = ledgerWith({ slow: wait, lint: 'echo lint >> runs.out' });
    const { folder, add, run } = ledger;
    const id = add('Build it', '--check', 'slow');
    const { end } = begin(folder, 'done', id);
    await waitFor(join(folder, 'begun.out'));
    expect(run(['set', id, '--check', 'lint']).code).toBe(0);
    writeFileSync(join(folder, 'go.out'), '');
    expect(await end).toBe(0);
    expect(linesOf(join(folder, 'runs.out'))).toEqual(['slow', 'lint']);
    expect(shown(ledger, id).evidence.map(({ name }) => name)).toEqual(['lint', 'slow']);
  });

  test.each([
    ['is taken by somebody', ['claim', '--as', 'bob'], 4],
    ['is given a line of acceptance', ['set', '--accept', 'fast'], 1],
    ['is cancelled', ['cancel'], 1],
  ])('a task that %s is not completed', async (_what, [verb = '', ...flags], code) => {
    const ledger = ledgerWith({ slow: 'echo x > begun.out; while [ ! -e go.out ]; do sleep 0.05; done' });
    const { folder, add, run } = ledger;
    const id = add('Build it', '--check', 'slow');
    const { end } = begin(folder, 'done', id);
    await waitFor(join(folder, 'begun.out'));
    expect(run([verb, id, ...flags]).code).toBe(0);
    writeFileSync(join(folder, 'go.out'), '');
    expect(await end).toBe(code);
    expect(shown(ledger, id).status).not.toBe('completed');
  });

  test('the lease of its holder is renewed', async () => {
    const ledger = ledgerWith({ slow: 'sleep 4' });
    const { folder, add, run } = ledger;
    git(folder, 'config', 'tasks.lease', '2s');
    const id = add('Build it', '--check', 'slow');
    expect(run(['claim', id]).code).toBe(0);
    const { end } = begin(folder, 'done', id);
    expect(await end).toBe(0);
    expect(git(folder, 'log', '--format=%s', 'tasks')).toMatch(/^done [^]*renew [^]*claim /);
    expect(shown(ledger, id).status).toBe('completed');
  });

  test('a second done may run as well: the task is completed once', async () => {
    const ledger = ledgerWith({ slow: 'sleep 0.5' });
    const { folder, add } = ledger;
    const id = add('Build it', '--check', 'slow');
    const ends = await Promise.all([begin(folder, 'done', id).end, begin(folder, 'done', id).end]);
    expect(ends).toEqual([0, 0]);
    expect(git(folder, 'log', '--format=%s', 'tasks').match(/^done /gm)).toHaveLength(1);
  });
});

describe('check', () => {
  test('runs and records without completing, and says with its exit code how it went', () => {
    const ledger = ledgerWith({ test: 'true', lint: 'false' });
    const { folder, add, run } = ledger;
    const id = add('Build it', '--check', 'test');
    expect(run(['check', id])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^checked \w+ Build it \(test passed\)\n$/),
    });
    const bad = add('Lint it', '--check', 'lint');
    expect(run(['check', bad])).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/\(lint failed with exit 1\)\n$/),
    });
    expect(shown(ledger, id)).toMatchObject({ status: 'pending', evidence: [{ exit: 0 }] });
    expect(run(['done', id]).code).toBe(0);
    expect(run(['check', add('Nothing to run')]).code).toBe(3);
    const held = add('Held', '--check', 'test');
    run(['claim', held, '--as', 'bob']);
    const tip = git(folder, 'rev-parse', 'tasks');
    expect(run(['check', held])).toMatchObject({ code: 4, stderr: expect.not.stringContaining('running') });
    expect(git(folder, 'rev-parse', 'tasks')).toBe(tip);
  });
});

describe('evidence', () => {
  test('is a commit, an address or a file, each recorded so that it can be found again', () => {
    const ledger = ledgerWith();
    const { folder, add, run } = ledger;
    const head = git(folder, 'rev-parse', 'HEAD');
    mkdirSync(join(folder, 'sub'));
    writeFileSync(join(folder, 'sub/report.txt'), 'fine\n');
    const id = add('Build it');
    expect(
      tasks(join(folder, 'sub'), [
        'evidence',
        id,
        'HEAD',
        'https://example.org/ci/7?q=ä b'.replace(' ', '%20'),
        'report.txt',
      ]).code,
    ).toBe(0);
    const blob = git(folder, 'hash-object', 'sub/report.txt');
    expect(shown(ledger, id).evidence).toMatchObject([
      { kind: 'commit', name: head },
      { kind: 'url', name: 'https://example.org/ci/7?q=%C3%A4%20b' },
      { kind: 'file', name: 'sub/report.txt', blob },
    ]);
    expect(run(['done', id, '--evidence', 'main', '--evidence', './code.txt', '--result', 'built']).code).toBe(0);
    expect(shown(ledger, id)).toMatchObject({ status: 'completed', evidence: { length: 5 } });
    expect(shown(ledger, id).evidence[3]).toMatchObject({ kind: 'commit', name: head });
  });

  test.each([
    ['nothing that is there', 'no-such-thing', 'is no commit, no http(s) address and no file here'],
    ['an option', '--output=x', 'is no commit'],
    ['an address with a password', 'https://ada:secret@example.org/', 'holds a name or password'],
    ['a broken address', 'https://[', 'is not an address'],
    ['a folder', '.', 'is not a file'],
    ['a file outside', '/etc/hosts', 'is not in the files of this worktree'],
    ['a way out', '../../../../../../etc/hosts', 'is not in the files of this worktree'],
    ['a link that leads out', './link', 'is not in the files of this worktree'],
    ['a file of git', '.git/config', 'is not in the files of this worktree'],
    ['an object that is no commit', 'HEAD:code.txt', 'is no commit'],
  ])('is not %s', (_what, word, message) => {
    const { folder, add } = ledgerWith();
    symlinkSync('/etc/hosts', join(folder, 'link'));
    const id = add('Build it');
    const { code, stderr } = tasks(folder, ['done', id, `--evidence=${word}`]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(message) });
  });
});

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { git, scratchFolder, scratchRepository, tasks } from '../support/git.ts';

interface Answer {
  readonly task: { readonly id: string; readonly subject: string };
  readonly tasks: readonly { readonly id: string; readonly subject: string }[];
  readonly total: number;
  readonly damaged: readonly { readonly path: string; readonly message: string }[];
  readonly error: { readonly code: string; readonly message: string; readonly hint: string };
}

function json(text: string): Answer {
  return JSON.parse(text) as Answer;
}

function begun(): string {
  const folder = scratchRepository();
  expect(tasks(folder, ['init']).code).toBe(0);
  return folder;
}

function add(folder: string, ...args: string[]): string {
  const { code, stdout, stderr } = tasks(folder, ['add', ...args, '--json']);
  expect([code, stderr]).toEqual([0, '']);
  return json(stdout).task.id;
}

/** Puts a file on the ledger branch by plain git, as somebody's push would. */
function plant(folder: string, path: string, content: string | Buffer): void {
  const file = join(folder, 'planted');
  writeFileSync(file, content);
  const blob = git(folder, 'hash-object', '-w', 'planted');
  const index = { GIT_INDEX_FILE: join(folder, '.git', 'planted-index') };
  Object.assign(process.env, index);
  try {
    git(folder, 'read-tree', 'tasks');
    git(folder, 'update-index', '--add', '--cacheinfo', `100644,${blob},${path}`);
    const tree = git(folder, 'write-tree');
    const commit = git(folder, 'commit-tree', tree, '-p', 'tasks', '-m', 'planted');
    git(folder, 'update-ref', 'refs/heads/tasks', commit);
  } finally {
    delete process.env['GIT_INDEX_FILE'];
  }
}

function pathOf(id: string): string {
  return `main/${id.slice(0, 1)}/${id.slice(1, 2)}/${id}.yaml`;
}

describe('a damaged task file', () => {
  it.each([
    ['broken YAML', 'id: x\nsubject: [unclosed\n'],
    ['duplicate keys', 'id: "ID"\nsubject: a\nsubject: b\nstatus: pending\ncreated: 2026-01-01T00:00:00Z\n'],
    ['an alias bomb', `a: &a [x,x]\nb: &b [${'*a,'.repeat(50)}]\nc: [${'*b,'.repeat(50)}]\n`],
    ['another id', 'id: 00000000\nsubject: a\nstatus: pending\ncreated: 2026-01-01T00:00:00Z\n'],
    ['conflict markers', '<<<<<<< ours\nid: a\n=======\nid: b\n>>>>>>> theirs\n'],
    ['nothing', ''],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0x41])],
    ['ten megabytes', `subject: ${'x'.repeat(10_000_000)}\n`],
  ])('with %s is named by every listing, harms no other task, and is restored by doctor', (_what, content) => {
    const folder = begun();
    const good = add(folder, 'Unharmed');
    const bad = add(folder, 'Was fine once');
    plant(folder, pathOf(bad), content);
    for (const [verb, shown] of Object.entries({ list: [good], ready: [good], blocked: [], plan: [good] })) {
      const { code, stdout } = tasks(folder, [verb, '--json']);
      const answer = json(stdout);
      expect(code).toBe(0);
      expect(answer.damaged).toMatchObject([{ path: pathOf(bad) }]);
      expect(answer.tasks.map(({ id }) => id)).toEqual(shown);
      expect(tasks(folder, [verb]).stderr).toContain(pathOf(bad));
    }
    expect(tasks(folder, ['lint']).code).toBe(1);
    expect(tasks(folder, ['set', good, '--priority', '0']).code).toBe(0);
    expect(tasks(folder, ['doctor']).stdout).toContain('last good version');
    tasks(folder, ['doctor', '--fix']);
    expect(json(tasks(folder, ['show', bad, '--json']).stdout).task.subject).toBe('Was fine once');
    expect(json(tasks(folder, ['list', '--json']).stdout).damaged).toEqual([]);
    expect(git(folder, 'fsck', '--strict')).not.toMatch(/error/);
  });
});

describe('hostile text', () => {
  const HOSTILE = 'evil \u001b[31mred\u001b]0;title\u0007 \u202egnp.exe \u200bhidden';

  it('in a subject is neutral on a terminal and in the log, and intact in JSON', () => {
    const folder = begun();
    const id = add(folder, HOSTILE);
    expect(json(tasks(folder, ['show', id, '--json']).stdout).task.subject).toBe(HOSTILE);
    const shown = ['list', 'ready', 'plan', 'log'].map((verb) => tasks(folder, [verb]).stdout).join('');
    const all = shown + tasks(folder, ['show', id]).stdout + git(folder, 'log', '-p', 'tasks');
    // Control characters, but for tabs and ends of lines, and what turns or hides text.
    expect(all).not.toMatch(/[^\P{Cc}\t\n]|[\u200b\u202a-\u202e\u2066-\u2069]/u);
    expect(all).toContain('evil');
  });

  it('cannot forge a trailer of the commit message', () => {
    const folder = begun();
    const id = add(folder, 'x\n\nActor: somebody else\nOverride: everything');
    tasks(folder, ['set', id, '--subject', 'y\nActor: root']);
    const actors = git(folder, 'log', '--format=%(trailers:key=Actor,valueonly,separator=%x2C)', '-2', 'tasks');
    expect(actors.split('\n')).toEqual(['Ada Example', 'Ada Example']);
  });

  it.each(['../../x', '..', '/etc/passwd', 'a/b/c', '-x', '', ' ', 'ab', '*', '$(id)', '%00'])(
    'as the id %j finds nothing and touches nothing',
    (id) => {
      const folder = begun();
      const before = git(folder, 'rev-parse', 'tasks');
      const { code, stderr } = tasks(folder, ['set', '--priority', '1', '--', id]);
      expect([1, 2]).toContain(code);
      expect(stderr).toMatch(/^error: /);
      expect(git(folder, 'rev-parse', 'tasks')).toBe(before);
    },
  );

  it('as the name of a list is refused', () => {
    const folder = begun();
    for (const list of ['../x', 'a/b', '.git', 'x.lock', 'templates', '']) {
      expect(tasks(folder, ['add', 'x', '--list', list]).code).toBe(2);
    }
  });

  it('of ten megabytes is refused with the limit, and nothing is written', () => {
    const folder = begun();
    const { code, stderr } = tasks(folder, ['add', 'x', '--description', '-'], { input: 'y'.repeat(10_000_000) });
    expect(code).toBe(1);
    expect(stderr).toMatch(/description is longer than 1000000 characters/);
    expect(json(tasks(folder, ['list', '--json']).stdout).total).toBe(0);
  });
});

describe('the wrong place', () => {
  it('without a repository is named, with the way out', () => {
    const { code, stderr } = tasks(scratchFolder(), ['list', '--json']);
    expect(code).toBe(1);
    expect(json(stderr).error).toMatchObject({ code: 'no-repository' });
    expect(json(stderr).error.hint).toContain('git init');
  });

  it('without a ledger is not the same as an empty ledger', () => {
    const folder = scratchRepository();
    const { code, stderr } = tasks(folder, ['list']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('git tasks init')]);
    tasks(folder, ['init']);
    expect(tasks(folder, ['list']).code).toBe(0);
  });

  it('may be a repository without any commit', () => {
    const folder = begun();
    add(folder, 'First');
    expect(git(folder, 'symbolic-ref', 'HEAD')).toBe('refs/heads/main');
    expect(git(folder, 'rev-list', '--count', 'tasks')).toBe('2');
    expect(git(folder, 'status', '--porcelain')).toBe('');
  });

  it('with another branch of that name is refused and left as it is', () => {
    const folder = scratchRepository();
    writeFileSync(join(folder, 'code.txt'), 'code\n');
    git(folder, 'add', '.');
    git(folder, 'commit', '-q', '-m', 'code');
    git(folder, 'branch', 'tasks');
    const before = git(folder, 'rev-parse', 'tasks');
    for (const args of [['init'], ['add', 'x'], ['list']]) {
      const { code, stderr } = tasks(folder, args);
      expect([code, stderr]).toEqual([1, expect.stringContaining('tasks.branch')]);
    }
    expect(git(folder, 'rev-parse', 'tasks')).toBe(before);
    git(folder, 'config', 'tasks.branch', 'tasks/below');
    expect(tasks(folder, ['init'])).toMatchObject({ code: 1, stderr: expect.stringContaining('refs/heads/tasks') });
    git(folder, 'config', 'tasks.branch', 'plan');
    expect(tasks(folder, ['init']).code).toBe(0);
  });

  it('with a newer format is refused with the word upgrade', () => {
    const folder = begun();
    plant(folder, 'ledger.yaml', 'format: 2\n');
    const { code, stderr } = tasks(folder, ['list']);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/format 2[^]*[Uu]pgrade/)]);
  });
});

describe('the user’s own work', () => {
  it('is never touched: HEAD, index and files are the same bytes after every verb', () => {
    const folder = scratchRepository();
    writeFileSync(join(folder, 'code.txt'), 'code\n');
    git(folder, 'add', '.');
    git(folder, 'commit', '-q', '-m', 'code');
    writeFileSync(join(folder, 'code.txt'), 'changed\n');
    writeFileSync(join(folder, 'new.txt'), 'new\n');
    git(folder, 'add', 'new.txt');
    const state = (): unknown => [
      git(folder, 'status', '--porcelain=v2'),
      readFileSync(join(folder, '.git', 'HEAD'), 'utf8'),
      readFileSync(join(folder, '.git', 'index')).toString('hex'),
      git(folder, 'for-each-ref', 'refs/heads/main'),
      existsSync(join(folder, '.git', 'hooks', 'pre-commit')),
    ];
    const before = state();
    tasks(folder, ['init']);
    const a = add(folder, 'A');
    const b = add(folder, 'B', '--blocked-by', a);
    for (const args of [
      ['list'],
      ['show', a],
      ['claim', a],
      ['note', a, 'text'],
      ['done', a],
      ['next'],
      ['release', b],
      ['cancel', b],
      ['reopen', b],
      ['lint'],
      ['doctor'],
      ['export', 'jsonl'],
    ]) {
      expect([args, tasks(folder, args).code]).toEqual([args, 0]);
      expect(state()).toEqual(before);
    }
    expect(git(folder, 'fsck', '--strict')).not.toMatch(/error/);
  });
});

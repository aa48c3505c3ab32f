import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXECUTABLE, git, gitWith, scratchFolder } from '../support/git.ts';
import { cloneAt, type Clone, scratchRemote, sharedLedger } from '../support/shared-remote.ts';

const numbers = ({ scenarios }: { scenarios: readonly { number: number }[] }): number[] =>
  scenarios.map(({ number }) => number);

/** Makes the remote's branch a commit without history that holds what the branch has now. */
function rewrite(folder: string): string {
  const oid = gitWith(
    folder,
    '',
    '-c',
    'user.name=x',
    '-c',
    'user.email=x@y',
    'commit-tree',
    '-m',
    'rewritten',
    'refs/heads/tasks^{tree}',
  );
  git(folder, 'update-ref', 'refs/heads/tasks', oid);
  return oid;
}

function commitCode({ folder }: Clone): void {
  git(folder, '-c', 'user.name=x', '-c', 'user.email=x@y', 'commit', '--quiet', '--allow-empty', '-m', 'code');
}

describe('sync over a path', () => {
  test('sends, receives, merges, and then has nothing to do', () => {
    const { remote, ada } = sharedLedger();
    const ben = remote.clone('ben');
    expect(ben.subjects()).toEqual(['First']);
    ben.add('By Ben');
    expect(ben.sync()).toMatchObject({ scenarios: [{ number: 2, name: 'ahead' }], sent: 1, received: 0, attempts: 1 });
    ada.add('By Ada');
    expect(ada.sync()).toMatchObject({ scenarios: [{ number: 4, name: 'diverged' }], sent: 2, received: 1 });
    expect(ben.sync()).toMatchObject({ scenarios: [{ number: 3, name: 'behind' }], sent: 0, received: 2 });
    expect(ben.sync()).toMatchObject({ scenarios: [{ number: 1, name: 'same' }], sent: 0, received: 0 });
    expect(ben.tip()).toBe(ada.tip());
    expect(ben.subjects()).toEqual(['By Ada', 'By Ben', 'First']);
  });

  test('makes the branch where there is none, here or there', () => {
    const { remote } = sharedLedger();
    const ben = remote.clone('ben');
    expect(ben.sync()).toMatchObject({ scenarios: [{ number: 7 }], received: 2 });
    expect(ben.tip()).toBe(remote.at());
    expect(scratchRemote().clone('ada').failure(['sync'])).toMatchObject({ code: 'no-ledger' });
  });

  test('lists the fields that both sides changed, and asks for a person only with --strict', () => {
    const { remote, ada } = sharedLedger();
    const ben = remote.clone('ben');
    const id = ada.json<{ tasks: { id: string }[] }>(['list']).tasks[0]?.id ?? '';
    ada.json(['set', id, '--due', '2027-01-01']);
    ben.json(['set', id, '--due', '2027-02-02']);
    ada.sync();
    const report = ben.sync();
    expect(report.merged).toMatchObject([{ id, conflicts: [{ field: 'due' }] }]);
    expect(report.conflicts).toBe(1);
    expect(ben.run(['sync', '--strict']).code).toBe(5);
    expect(ben.run(['sync'])).toMatchObject({ code: 0, stderr: expect.stringContaining('1 task with open conflicts') });
  });

  test('works over file://, and from linked worktrees', () => {
    const { remote } = sharedLedger();
    const ben = remote.clone('ben', { url: `file://${remote.folder}` });
    ben.add('By file');
    ben.sync();
    commitCode(ben);
    const other = join(scratchFolder(), 'linked');
    git(ben.folder, 'worktree', 'add', '--quiet', '-b', 'other', other);
    const linked = cloneAt(other, 'eve');
    linked.add('By link');
    expect(linked.sync()).toMatchObject({ sent: 1 });
    expect(remote.at()).toBe(ben.tip());
  });

  test('never runs the hooks of pushing code', () => {
    const { ada } = sharedLedger();
    writeFileSync(join(ada.folder, '.git/hooks/pre-push'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    ada.add('Two');
    expect(ada.sync()).toMatchObject({ sent: 1 });
  });

  test('names what is wrong with a remote, and the way out', () => {
    const { ada } = sharedLedger();
    git(ada.folder, 'remote', 'set-url', 'origin', '/nowhere/at/all');
    expect(ada.failure(['sync'])).toMatchObject({
      code: 'remote',
      trouble: 'not found',
      hint: expect.stringContaining('git remote -v'),
    });
    expect(ada.failure(['sync', '--remote', 'nobody'])).toMatchObject({ code: 'not-found' });
    git(ada.folder, 'remote', 'remove', 'origin');
    expect(ada.failure(['sync'])).toMatchObject({ code: 'not-found', hint: expect.stringContaining('git remote add') });
  });
});

describe('sync with a remote that was rewritten', () => {
  test('refuses until told, also after somebody else has fetched, and then loses nothing of either side', () => {
    const { remote, ada } = sharedLedger();
    const ben = remote.clone('ben');
    ben.add('By Ben');
    ben.sync();
    ada.sync();
    ada.add('Not sent yet');
    const now = rewrite(remote.folder);
    const before = ada.tip();
    expect(ada.failure(['sync'])).toMatchObject({ code: 'remote', trouble: 'rewritten', now });
    git(ada.folder, 'fetch', '--quiet');
    expect(ada.failure(['sync'])).toMatchObject({
      trouble: 'rewritten',
      hint: expect.stringContaining('--accept-rewrite'),
    });
    expect([ada.tip(), remote.at()]).toEqual([before, now]);
    expect(numbers(ada.sync('--accept-rewrite'))).toEqual([8]);
    expect(ada.subjects()).toEqual(['By Ben', 'First', 'Not sent yet']);
    expect(git(remote.folder, 'merge-base', '--is-ancestor', now, 'refs/heads/tasks')).toBe('');
    expect(numbers(ada.sync())).toEqual([1]);
  });

  test('refuses one that is no ledger any more, and touches nothing', () => {
    const { remote, ada } = sharedLedger();
    const tree = gitWith(remote.folder, '', 'mktree');
    const oid = git(remote.folder, '-c', 'user.name=x', '-c', 'user.email=x@y', 'commit-tree', '-m', 'x', tree);
    git(remote.folder, 'update-ref', 'refs/heads/tasks', oid);
    ada.add('Two');
    expect(ada.failure(['sync'])).toMatchObject({ code: 'not-a-ledger' });
    expect(remote.at()).toBe(oid);
    expect(ada.subjects()).toEqual(['First', 'Two']);
  });

  test('says so when objects of the remote are gone', () => {
    const { remote, ada } = sharedLedger();
    const ben = remote.clone('ben');
    ada.add('Two');
    ada.sync();
    const tree = git(remote.folder, 'rev-parse', 'refs/heads/tasks^{tree}');
    rmSync(join(remote.folder, 'objects', tree.slice(0, 2), tree.slice(2)));
    expect(ben.failure(['sync'])).toMatchObject({ code: 'remote' });
    expect(ben.subjects()).toEqual(['First']);
  });
});

describe('a remote that does not take the branch', () => {
  const PROTECTED = `while read old new ref; do case $ref in refs/heads/tasks) echo "tasks is protected, says the host" >&2; exit 1;; esac; done`;

  test('is named with its own words; the work stays, and what came was joined', () => {
    const { remote, ada } = sharedLedger();
    const ben = remote.clone('ben');
    ben.add('By Ben');
    ben.sync();
    remote.hook('pre-receive', PROTECTED);
    ada.add('By Ada');
    const { code, stdout, stderr } = ada.run(['sync']);
    expect(code).toBe(1);
    expect(stdout).toContain('1 received');
    expect(stderr).toContain('tasks is protected, says the host');
    expect(stderr).toContain('git config tasks.fallbackRef auto');
    expect(ada.subjects()).toEqual(['By Ada', 'By Ben', 'First']);
  });

  test('gets the work on another branch, from where a clone that may push adopts it', () => {
    const { remote, ada } = sharedLedger();
    const ben = remote.clone('ben');
    remote.hook('pre-receive', PROTECTED);
    git(ada.folder, 'config', 'tasks.fallbackRef', 'auto');
    ada.add('By Ada');
    const inbox = 'refs/heads/tasks-inbox/ada';
    expect(ada.sync()).toMatchObject({ refused: { ref: 'refs/heads/tasks', travelsOn: inbox }, sent: 1 });
    expect(remote.at(inbox)).toBe(ada.tip());
    ada.add('More by Ada');
    expect(ada.sync()).toMatchObject({ sent: 1 });
    remote.hook('pre-receive', 'exit 0');
    ben.add('By Ben');
    expect(ben.sync()).toMatchObject({ adopted: [inbox], received: 2 });
    expect([remote.at(), remote.at(inbox)]).toEqual([ben.tip(), '']);
    expect(ben.subjects()).toEqual(['By Ada', 'By Ben', 'First', 'More by Ada']);
    remote.hook('pre-receive', PROTECTED);
    expect(ada.sync()).toMatchObject({ scenarios: [{ number: 3 }], sent: 0 });
    expect(ada.tip()).toBe(ben.tip());
  });

  test('may accept only some names: the ledger can live under one of those', () => {
    const remote = scratchRemote();
    remote.hook('update', `case $1 in refs/heads/agents/*) exit 0;; *) exit 1;; esac`);
    const ada = remote.clone('ada');
    git(ada.folder, 'config', 'tasks.fallbackRef', 'agents/ada');
    ada.json(['init']);
    ada.add('One');
    expect(ada.sync()).toMatchObject({ refused: { travelsOn: 'refs/heads/agents/ada' } });
    git(ada.folder, 'config', '--unset', 'tasks.fallbackRef');
    git(ada.folder, 'config', 'tasks.branch', 'agents/tasks');
    ada.json(['init']);
    expect(ada.sync()).toMatchObject({ sent: 1 });
    expect(remote.at('refs/heads/agents/tasks')).not.toBe('');
  });
});

describe('clones that have only a part', () => {
  test('shallow: receive, join and send, and fetch more history when they have to', () => {
    const { remote, ada } = sharedLedger();
    const base = ada.tip();
    for (const subject of ['Two', 'Three']) ada.add(subject);
    ada.sync();
    const url = `file://${remote.folder}`;
    const ben = remote.clone('ben', { url, flags: ['--depth', '1', '--no-single-branch'] });
    ben.add('By Ben');
    ada.add('Four');
    ada.sync();
    expect(numbers(ben.sync())).toEqual([4]);
    expect(ben.subjects()).toEqual(['By Ben', 'First', 'Four', 'Three', 'Two']);
    // A fork from below the place where the history of the shallow clone ends.
    const eve = remote.clone('eve');
    git(eve.folder, 'branch', 'tasks', base);
    eve.add('From long ago');
    const late = remote.clone('late', { url, flags: ['--depth', '1', '--no-single-branch'] });
    late.add('By Late');
    eve.sync();
    late.sync();
    expect(late.subjects()).toEqual(['By Ben', 'By Late', 'First', 'Four', 'From long ago', 'Three', 'Two']);
    expect(late.run(['sync', '--strict']).code).toBe(0);
    git(late.folder, 'fsck', '--strict');
  });

  test('of a single branch: find the ledger all the same', () => {
    const { remote, ada } = sharedLedger();
    commitCode(ada);
    git(ada.folder, 'push', '--quiet', 'origin', 'main');
    const ben = remote.clone('ben', { flags: ['--single-branch', '--branch', 'main'] });
    expect(ben.failure(['list'])).toMatchObject({ code: 'no-ledger' });
    expect(ben.sync()).toMatchObject({ scenarios: [{ number: 7 }] });
    ben.add('By Ben');
    expect(ben.sync()).toMatchObject({ sent: 1 });
    expect(git(ben.folder, 'rev-parse', 'refs/remotes/origin/tasks')).toBe(ben.tip());
  });
});

describe('ledgers that began apart', () => {
  test('join: two that were begun by themselves and worked before they met', () => {
    const remote = scratchRemote();
    const [ada, ben] = [remote.clone('ada'), remote.clone('ben')];
    for (const clone of [ada, ben]) {
      clone.json(['init']);
      clone.add(`By ${clone === ada ? 'Ada' : 'Ben'}`);
    }
    ada.sync();
    expect(numbers(ben.sync())).toEqual([4]);
    ada.sync();
    expect([ada.subjects(), ada.tip()]).toEqual([['By Ada', 'By Ben'], ben.tip()]);
  });

  test('join: one whose root somebody rewrote', () => {
    const { remote, ada } = sharedLedger();
    const now = rewrite(remote.folder);
    const ben = remote.clone('ben');
    ben.add('By Ben');
    ben.sync();
    expect(remote.at()).not.toBe(now);
    ada.add('Two');
    expect(ada.sync('--accept-rewrite')).toMatchObject({ conflicts: 0 });
    expect(ada.subjects()).toEqual(['By Ben', 'First', 'Two']);
  });
});

describe('several remotes', () => {
  test('are named, or synced in turn until each has what the others brought', () => {
    const { remote, ada } = sharedLedger();
    const second = scratchRemote();
    git(ada.folder, 'remote', 'add', 'backup', second.folder);
    ada.sync('--remote', 'backup');
    const ben = second.clone('ben');
    ben.add('By Ben');
    ben.sync();
    const answer = ada.json<{ remotes: { remote: string; sent: number }[] }>(['sync', '--all']);
    expect(answer.remotes.map(({ remote: name, sent }) => [name, sent])).toEqual([
      ['origin', 1],
      ['backup', 0],
    ]);
    expect([remote.at(), second.at()]).toEqual([ada.tip(), ada.tip()]);
    git(ada.folder, 'remote', 'rename', 'origin', 'upstream');
    expect(ada.failure(['sync'])).toMatchObject({ code: 'usage', hint: expect.stringContaining('--all') });
    git(ada.folder, 'remote', 'set-url', 'upstream', '/nowhere');
    const { code, stdout } = ada.run(['sync', '--all', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ failures: [{ remote: 'upstream', code: 'remote' }] });
  });
});

describe('many at once', () => {
  /** Adds a task and syncs, five times, as a process for each step. */
  async function work({ folder }: Clone, name: string): Promise<string[]> {
    const failures: string[] = [];
    for (let turn = 1; turn <= 5; turn++) {
      for (const args of [['add', `${name} ${turn}`], ['sync']]) {
        const child = spawn(process.execPath, [EXECUTABLE, ...args, '--as', name], {
          cwd: folder,
          stdio: ['ignore', 'ignore', 'pipe'],
        });
        let stderr = '';
        child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
        const [code] = (await once(child, 'close')) as [number | null];
        if (code !== 0) failures.push(`${name} ${args.join(' ')}: ${code} ${stderr}`);
      }
    }
    return failures;
  }

  test('four clones that add and sync five times each lose nothing, and no sync fails', async () => {
    const { remote } = sharedLedger();
    const names = ['a', 'b', 'c', 'd'];
    const clones = names.map((name) => remote.clone(name));
    const failures = await Promise.all(clones.map((clone, i) => work(clone, names[i] ?? '')));
    expect(failures.flat()).toEqual([]);
    for (const clone of clones) clone.sync();
    expect(new Set(clones.map((clone) => clone.tip()))).toEqual(new Set([remote.at()]));
    expect(clones[0]?.subjects()).toHaveLength(21);
  });
});

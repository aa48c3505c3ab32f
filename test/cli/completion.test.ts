import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXECUTABLE, scratchFolder, tasks } from '../support/git.ts';
import { type Ledger, scratchLedger } from './ledger.ts';

const hasShell = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;

/** Runs a script in a shell in which git-tasks is a program; `$script` is the file with the completion. */
function inShell(shell: string, { folder, run }: Ledger, text: string): string[] {
  const programs = scratchFolder();
  writeFileSync(join(programs, 'git-tasks'), `#!/bin/sh\nexec '${process.execPath}' '${EXECUTABLE}' "$@"\n`);
  chmodSync(join(programs, 'git-tasks'), 0o755);
  const script = join(programs, `completion.${shell}`);
  writeFileSync(script, run(['completion', shell]).stdout);
  const env = { ...process.env, script, PATH: `${programs}${delimiter}${process.env.PATH}` };
  const flags = shell === 'zsh' ? ['-f', '-c'] : ['-c'];
  const { status, stdout, stderr } = spawnSync(shell, [...flags, text], { cwd: folder, env, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.split('\n').filter((line) => line !== '');
}

describe.runIf(hasShell('bash'))('in bash', () => {
  const complete = (ledger: Ledger, ...words: string[]): string[] => {
    const line = words.map((word) => `'${word}'`).join(' ');
    const text = `. "$script"; COMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; __git_tasks_main; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return inShell('bash', ledger, text);
  };

  test('verbs, flags and words', () => {
    const ledger = scratchLedger();
    expect(complete(ledger, 'git-tasks', 're')).toEqual(['ready', 'renew', 'release', 'reopen', 'resolve']);
    expect(complete(ledger, 'git-tasks', '--list', 'main', 'sho')).toEqual(['show']);
    expect(complete(ledger, 'git-tasks', 'done', '--re')).toEqual(['--result', '--reason']);
    expect(complete(ledger, 'git-tasks', 'list', '--status', 'c')).toEqual(['completed', 'cancelled']);
    expect(complete(ledger, 'git-tasks', 'add', 'x', '--due', '')).toEqual([]);
  });

  test('ids with their subjects, and the id alone when it is the only one', () => {
    const ledger = scratchLedger();
    const first = ledger.add('First task');
    expect(complete(ledger, 'git-tasks', 'claim', '')).toEqual([ledger.short(first)]);
    const second = ledger.add('Second: \x1b[31mred');
    const [one, two] = [ledger.short(first), ledger.short(second)];
    const both = [`${one}  First task`, String.raw`${two}  Second: \x1b[31mred`];
    expect(complete(ledger, 'git-tasks', 'show', '').toSorted()).toEqual(both.toSorted());
    expect(complete(ledger, 'git-tasks', 'add', 'x', '--blocked-by', one)).toEqual([one]);
    expect(complete(ledger, 'git-tasks', 'reopen', '')).toEqual([]);
  });

  test('as a command of git', () => {
    const ledger = scratchLedger();
    const text = `. "$script"; words=(git -C . tasks list --so); cword=5; cur=--so; prev=list; _git_tasks; printf '%s\\n' "\${COMPREPLY[@]}"`;
    expect(inShell('bash', ledger, text)).toEqual(['--sort']);
  });
});

describe.runIf(hasShell('zsh'))('in zsh', () => {
  /** Stand-ins for the functions of zsh's completion system: what they are given is what would be shown. */
  const stubs =
    '_describe() { local name; for name in "$@"; do case $name in verbs|flags|ids) print -rl -- ${(P)name} ;; esac; done }; compadd() { print -rl -- "$@" }';
  const complete = (ledger: Ledger, ...words: string[]): string[] => {
    const line = words.map((word) => `'${word}'`).join(' ');
    return inShell('zsh', ledger, `${stubs}; . "$script"; words=(${line}); CURRENT=${words.length}; _git-tasks`);
  };

  test('verbs, flags, words and ids, for git-tasks and git tasks', () => {
    const ledger = scratchLedger();
    const id = ledger.add('First: task').slice(0, 4);
    expect(complete(ledger, 'tasks', '')).toContain('ready:what can be started now');
    expect(complete(ledger, 'git-tasks', 'list', '--')).toContain('--owner:claimed by this actor');
    expect(complete(ledger, 'git-tasks', 'list', '--sort', '')).toContain('urgency');
    expect(complete(ledger, 'tasks', 'show', '')).toContain(String.raw`${id}:First\: task`);
  });
});

describe.runIf(hasShell('fish'))('in fish', () => {
  const complete = (ledger: Ledger, line: string): string[] =>
    inShell('fish', ledger, `source $script; complete -C '${line}'`);

  test('verbs, flags, words and ids, for git-tasks and git tasks', () => {
    const ledger = scratchLedger();
    const id = ledger.add('First task').slice(0, 4);
    expect(complete(ledger, 'git-tasks rea')).toEqual(['ready\twhat can be started now']);
    expect(complete(ledger, 'git tasks rea')).toEqual(['ready\twhat can be started now']);
    expect(complete(ledger, 'git-tasks list --own')).toEqual(['--owner\tclaimed by this actor']);
    expect(complete(ledger, 'git-tasks --list main show ')).toEqual([`${id}\tFirst task`]);
  });
});

test('ids are asked for without a word where there is no ledger', () => {
  expect(tasks(scratchFolder(), ['complete-ids', 'show'])).toEqual({ code: 0, stdout: '', stderr: '' });
});

test('a shell without a script is refused', () => {
  expect(tasks(scratchFolder(), ['completion', 'tcsh'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('bash, zsh, fish'),
  });
});

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { VerifyAnswer } from '../../src/app/verify.ts';
import { nodeFileSystem } from '../../src/git/files/file-system.ts';
import { leaseKey } from '../../src/lease/lease.ts';
import { keepSightings } from '../../src/ledger/sightings.ts';
import type { Claim } from '../../src/task/types.ts';
import { type Ledger, scratchLedger } from '../cli/ledger.ts';
import { git, scratchFolder, tasks } from '../support/git.ts';

/** A ledger with a task that has lived, and one that has not begun. */
function livedLedger(): Ledger & { readonly id: string; readonly other: string } {
  const ledger = scratchLedger();
  const [id, other] = [ledger.add('Write it'), ledger.add('Read it')];
  ledger.json('claim', id);
  ledger.json('done', id);
  return { ...ledger, id, other };
}

/** Checks the ledger out, so that plain git can write to it. */
function checkedOut({ run, folder }: Ledger): string {
  const at = join(scratchFolder(), 'ledger');
  expect(run(['worktree', 'add', at]).code).toBe(0);
  expect(existsSync(join(folder, '.git/worktrees'))).toBe(true);
  return at;
}

function fileOf(at: string, id: string): string {
  return join(at, 'main', id.slice(0, 1), id.slice(1, 2), `${id}.yaml`);
}

function verified(folder: string, ...args: string[]): VerifyAnswer {
  return JSON.parse(tasks(folder, ['verify', '--json', ...args]).stdout) as VerifyAnswer;
}

describe('git tasks verify', () => {
  test('says how much it has judged, and exits with 0', () => {
    const { run } = livedLedger();
    expect(run(['verify'])).toEqual({ code: 0, stdout: '5 commits, 4 transitions, 2 tasks: all legal\n', stderr: '' });
    const { stdout } = run(['verify', '--transitions']);
    expect(stdout).toMatch(/^[0-9a-f]{7} \S+Z [0-9a-z]{8} add: pending, by Ada Example$/m);
    expect(stdout).toMatch(/ done: completed, term 1, by Ada Example$/m);
  });

  test('accepts what stock git commits, as long as it breaks no rule', () => {
    const ledger = livedLedger();
    const at = checkedOut(ledger);
    const path = fileOf(at, ledger.other);
    writeFileSync(path, readFileSync(path, 'utf8').replace('subject: Read it', 'subject: Read it twice'));
    git(at, 'commit', '--quiet', '--all', '--message', 'reword');
    const { code, stdout } = ledger.run(['verify']);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: '6 commits, 4 transitions, 2 tasks: all legal\n  1 commit made by hand\n',
    });
  });

  test('names the commit, the rule and the task, and exits with 1', () => {
    const ledger = livedLedger();
    const at = checkedOut(ledger);
    const path = fileOf(at, ledger.id);
    writeFileSync(path, readFileSync(path, 'utf8').replace('status: completed', 'status: in_progress'));
    git(at, 'commit', '--quiet', '--all', '--message', 'quietly');
    const commit = git(at, 'rev-parse', 'HEAD');
    const { code, stdout, stderr } = ledger.run(['verify']);
    expect(code).toBe(1);
    expect(stdout.split('\n')[0]).toBe(`status: ${commit.slice(0, 7)} ${ledger.id} is completed and cannot be claimed`);
    expect(stdout).toContain('6 commits, 5 transitions, 2 tasks: 1 finding\n');
    expect(stderr).toContain('git tasks verify --since COMMIT');
    expect(verified(ledger.folder)).toMatchObject({
      legal: false,
      findings: [{ rule: 'status', commit, id: ledger.id }],
      byRule: { status: 1 },
    });
    expect(verified(ledger.folder, '--since', commit)).toMatchObject({ legal: true, counts: { commits: 0 } });
    expect(verified(ledger.folder, '--at', 'tasks~1')).toMatchObject({ legal: true, counts: { commits: 5 } });
  });

  test('takes a clone at its word that a lease was over by its own clock, since the commit says so', () => {
    const { folder, other, run, json } = livedLedger();
    json('claim', other);
    const held = JSON.parse(run(['show', other, '--json']).stdout) as { task: { claim: Claim } };
    const now = Date.now();
    const found = new Map([[leaseKey(held.task.claim), { from: 0, until: now - 1000 }]]);
    keepSightings(nodeFileSystem, join(folder, '.git/git-tasks'), { found, now, unique: 'test' });
    json('claim', other, '--as', 'agent-b');
    expect(git(folder, 'log', '-1', '--format=%B', 'tasks')).toContain(`\nLease-ended: ${other}\n`);
    expect(verified(folder)).toMatchObject({ legal: true, counts: { takeovers: 1, overrides: 0 } });
  });

  test('judges a shallow clone from its cut, and says so', () => {
    const { folder, id } = livedLedger();
    const at = join(scratchFolder(), 'clone');
    git(folder, 'clone', '--quiet', '--depth=2', '--no-single-branch', `file://${folder}`, at);
    git(at, 'config', 'user.name', 'Bo');
    const { stdout, code } = tasks(at, ['verify']);
    const cut = git(at, 'rev-parse', 'origin/tasks~1');
    expect({ stdout, code }).toEqual({
      stdout: `a shallow clone: judged from its cut at ${cut.slice(0, 7)}\n2 commits, 1 transition, 2 tasks: all legal\n`,
      code: 0,
    });
    expect(verified(at, '--transitions').transitions).toMatchObject([{ id, verbs: ['done'], to: 'completed' }]);
  });

  test('sends the reader to doctor where the history itself is damaged', () => {
    const { folder, run } = livedLedger();
    const lost = git(folder, 'rev-parse', 'tasks~2');
    rmSync(join(folder, '.git/objects', lost.slice(0, 2), lost.slice(2)));
    const { code, stderr } = run(['verify']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `error: Commit ${lost} is missing or damaged\nhint: Run: git tasks doctor\n`,
    });
  });
});

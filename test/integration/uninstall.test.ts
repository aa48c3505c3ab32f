/** Uninstall leaves the repository as it was before, and the ledger only where it must not be lost. */
import { existsSync, readdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { initLedger } from '../../src/app/init.ts';
import { uninstall, type UninstallAnswer, type UninstallInput } from '../../src/app/uninstall.ts';
import { git, scratchFolder, scratchRepository } from '../support/git.ts';
import { add, fsckOf, oidOf, scratchLedger, sessionIn } from './support/damaged-ledger.ts';

const remove = async (folder: string, input?: UninstallInput): Promise<UninstallAnswer> =>
  uninstall(await sessionIn(folder), input);

/** Every path in the git folder but the objects, which git collects by itself, with its content. */
function traces(folder: string): string[] {
  const root = join(folder, '.git');
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => !path.startsWith('objects/'));
  return paths
    .filter((path) => statSync(join(root, path)).isFile())
    .map((path) => `${path} ${readFileSync(join(root, path), 'latin1')}`)
    .sort();
}

function push(folder: string): void {
  const remote = join(scratchFolder(), 'origin.git');
  git(folder, 'init', '--quiet', '--bare', remote);
  git(folder, 'remote', 'add', 'origin', remote);
  git(folder, 'push', '--quiet', 'origin', 'tasks');
}

describe('uninstall', () => {
  it('removes every trace but the branch, and says what', async () => {
    const folder = await scratchLedger();
    await add(folder, 'One');
    git(folder, 'config', 'tasks.lease', '10m');
    git(folder, 'config', 'merge.git-tasks.driver', 'git tasks merge-driver');
    const seen = 'refs/git-tasks/seen/origin/tasks';
    git(folder, 'update-ref', seen, 'tasks');
    const tip = oidOf(folder, 'tasks');
    const { removed, unpushed } = await remove(folder);
    expect(removed).toEqual(['config: tasks.lease', 'config: merge.git-tasks.driver', seen, 'git-tasks']);
    expect(unpushed).toBeUndefined();
    expect(oidOf(folder, 'tasks')).toBe(tip);
    expect(existsSync(join(folder, '.git/git-tasks'))).toBe(false);
    expect(git(folder, 'for-each-ref', 'refs/git-tasks')).toBe('');
    expect(git(folder, 'config', '--list', '--local')).not.toMatch(/tasks/);
    expect(await remove(folder)).toEqual({ removed: [] });
    expect(fsckOf(folder)).toBe('');
  });

  it('with the branch leaves the repository as it was before', async () => {
    const folder = scratchRepository();
    const before = traces(folder);
    await initLedger(await sessionIn(folder));
    await add(folder, 'One');
    git(folder, 'config', 'tasks.list', 'web');
    git(folder, 'config', 'branch.tasks.remote', 'origin');
    const tip = oidOf(folder, 'tasks');
    const { removed } = await remove(folder, { branch: true, force: true });
    expect(removed).toEqual([
      'config: tasks.list',
      'config: branch.tasks.remote',
      `refs/heads/tasks (was ${tip})`,
      'git-tasks',
    ]);
    expect(traces(folder)).toEqual(before);
    expect(await remove(folder, { branch: true, force: true })).toEqual({ removed: [] });
  });

  it('refuses to delete what no remote has, names it, and removes nothing', async () => {
    const folder = await scratchLedger();
    await add(folder, 'Pushed');
    push(folder);
    await add(folder, 'Not pushed');
    const before = traces(folder);
    const shown: unknown[] = [];
    const confirm = (unpushed: unknown): boolean => shown.push(unpushed) > 0;
    await expect(remove(folder, { branch: true, confirm })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('Not pushed'),
      data: { unpushed: 1 },
    });
    expect(shown).toMatchObject([{ total: 1, commits: [{ oid: oidOf(folder, 'tasks') }] }]);
    expect(traces(folder)).toEqual(before);
    git(folder, 'push', '--quiet', 'origin', 'tasks');
    expect((await remove(folder, { branch: true })).unpushed).toMatchObject({ total: 0 });
    expect(git(folder, 'branch', '--list', 'tasks')).toBe('');
    expect(git(folder, 'branch', '--list', '--remotes')).toContain('origin/tasks');
  });

  it('removes nothing where it is not confirmed, where the ledger is checked out, or while somebody writes', async () => {
    const folder = await scratchLedger();
    await add(folder, 'One');
    const before = traces(folder);
    expect(await remove(folder, { branch: true, force: true, confirm: () => false })).toMatchObject({ removed: [] });
    const { identity } = (await sessionIn(folder)).world;
    const ticket = join(folder, '.git/git-tasks/queue', `000000000-00000000_${identity}`);
    writeFileSync(ticket, '');
    await expect(remove(folder)).rejects.toMatchObject({ code: 'busy' });
    unlinkSync(ticket);
    expect(traces(folder)).toEqual(before);
    git(folder, 'worktree', 'add', '--quiet', join(scratchFolder(), 'plan'), 'tasks');
    await expect(remove(folder, { branch: true, force: true })).rejects.toMatchObject({ code: 'conflict' });
    expect(oidOf(folder, 'tasks')).toHaveLength(40);
  });

  it('keeps the rest of the configuration as it is, byte for byte', async () => {
    const folder = await scratchLedger();
    const path = join(folder, '.git/config');
    const original = readFileSync(path, 'utf8');
    const mine = '# my own remark\n[alias]\n\tlg = log \\\n  --graph ; tasks.lease\n\n[tasksish]\n\tkey = 1\n';
    const theirs = '[tasks]\n\tlease = "10\\\n m"\n; a remark that stays\n[Tasks "sub"]\n  List = web # why\n';
    writeFileSync(path, original + mine + theirs + '[core]\n\tpager = cat\n');
    await remove(folder);
    expect(readFileSync(path, 'utf8')).toBe(
      `${original}${mine}[tasks]\n; a remark that stays\n[core]\n\tpager = cat\n`,
    );
  });

  it('rather stops than guesses at a setting that shares the line of its section', async () => {
    const folder = await scratchLedger();
    const path = join(folder, '.git/config');
    writeFileSync(path, `${readFileSync(path, 'utf8')}[tasks] lease = 10m\n`);
    const before = readFileSync(path, 'utf8');
    const input = { branch: true, force: true };
    await expect(remove(folder, input)).rejects.toMatchObject({
      code: 'invalid',
      hint: expect.stringContaining('--edit'),
    });
    expect(oidOf(folder, 'tasks')).toHaveLength(40);
    expect(readFileSync(path, 'utf8')).toBe(before);
  });
});

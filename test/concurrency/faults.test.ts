/** Whatever call fails while a change is made: the answer is a clear error or a success that is true, and nothing is left. */
import { chmodSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addTask } from '../../src/app/add.ts';
import { TasksError } from '../../src/errors.ts';
import type { FileSystem } from '../../src/git/files/file-system.ts';
import { git, scratchFolder } from '../support/git.ts';
import { initWithLedger, leftovers, sessionIn, sessionOn } from './support/inspect.ts';
import { type Call, isChanging, stepping } from './support/stepping.ts';

/** What each fault may be reported as. A read that is denied cannot tell a read-only disk from a broken one. */
const FAULTS = [
  { fault: 'ENOSPC', codes: ['io'], onlyChanges: true },
  { fault: 'EIO', codes: ['io'], onlyChanges: false },
  { fault: 'EROFS', codes: ['read-only'], onlyChanges: true },
  { fault: 'EMFILE', codes: ['io'], onlyChanges: false },
  { fault: 'EACCES', codes: ['io', 'read-only'], onlyChanges: false },
] as const;

/** Those of the calls that can meet the fault at all. */
const OPENING: readonly Call[] = ['openSync', 'readFileSync', 'readdirSync'];

interface Trial {
  readonly fs: FileSystem;
  /** The call that failed. */
  failed(): string | undefined;
}

/** A file system whose n-th call (from 1) that can meet the fault fails with it, or every one from the n-th on. */
function failing(fault: string, turn: number, options: { onlyChanges: boolean; forEver?: boolean }): Trial {
  let calls = 0;
  let failed: string | undefined;
  const fs = stepping((call, args, run) => {
    const canFail = options.onlyChanges ? isChanging(call, args) : fault !== 'EMFILE' || OPENING.includes(call);
    if (canFail) calls += 1;
    if (!canFail || !(calls === turn || (options.forEver === true && calls > turn))) return run(...args);
    failed ??= `${call} ${args.filter((arg) => typeof arg === 'string').join(' ')}`;
    // A close that reports an error has closed the file all the same.
    if (call === 'closeSync') run(...args);
    throw Object.assign(new Error(`${fault}: made to fail, ${call}`), { code: fault, syscall: call });
  });
  return { fs, failed: () => failed };
}

/** Makes one change on a failing file system; what is wrong with how that ended. */
async function attempt(folder: string, trial: Trial, codes: readonly string[]): Promise<string[]> {
  const problems: string[] = [];
  const before = tipOf(folder);
  const outcome = await sessionOn(folder, trial.fs)
    .then((session) => addTask(session, { subject: 'a change' }))
    .then(
      ({ commit }) => commit,
      (error: unknown) => error,
    );
  const after = tipOf(folder);
  const where = `${trial.failed()}: `;
  if (typeof outcome === 'string') {
    if (after !== outcome) problems.push(`${where}the acknowledged change is lost`);
  } else if (!(outcome instanceof TasksError)) problems.push(`${where}${String((outcome as Error).stack)}`);
  else if (outcome.data['made'] === true) {
    if (outcome.code !== 'io' || after === before) problems.push(`${where}says that it was made: ${outcome.message}`);
  } else if (!codes.includes(outcome.code)) problems.push(`${where}${outcome.code}: ${outcome.message}`);
  else if (outcome.hint === undefined) problems.push(`${where}no way out is named`);
  else if (after !== before) problems.push(`${where}failed, but moved the branch`);
  // What could not be removed stays until this process is gone; its successors remove it then.
  const isStuck = trial.failed()?.startsWith('unlinkSync') === true;
  if (!isStuck)
    problems.push(
      ...leftovers(folder)
        .concat(temporaryObjects(folder))
        .map((name) => `${where}left ${name}`),
    );
  return problems;
}

function tipOf(folder: string): string {
  return readFileSync(join(folder, '.git/refs/heads/tasks'), 'utf8').trim();
}

function temporaryObjects(folder: string): string[] {
  const names = readdirSync(join(folder, '.git/objects'), { recursive: true }).map(String);
  return names.filter((name) => name.includes('tmp_'));
}

function clear(folder: string): void {
  for (const name of leftovers(folder)) rmSync(join(folder, '.git', name), { force: true });
}

describe.each(FAULTS)('$fault', ({ fault, codes, onlyChanges }) => {
  it('at any call of a change is a clear error, or does not matter', async () => {
    const folder = scratchFolder();
    await initWithLedger(folder);
    const problems: string[] = [];
    let turn = 0;
    for (let failed: string | undefined = ''; failed !== undefined;) {
      const trial = failing(fault, ++turn, { onlyChanges });
      problems.push(...(await attempt(folder, trial, codes)));
      failed = trial.failed();
      clear(folder);
    }
    expect(problems).toEqual([]);
    expect(turn).toBeGreaterThan(fault === 'EMFILE' ? 20 : 30);
    expect(git(folder, 'fsck', '--strict', '--no-dangling', '--no-progress')).toBe('');
    expect(git(folder, 'reflog', 'tasks').split('\n').length).toBeLessThanOrEqual(turn + 2);
  });

  it('at every call from the first, the eighth, the fifteenth … on is a clear error', async () => {
    const folder = scratchFolder();
    await initWithLedger(folder);
    const copy = `${folder}/.copy`;
    const problems: string[] = [];
    for (let turn = 1, failed: string | undefined = ''; failed !== undefined; turn += 7) {
      cpSync(join(folder, '.git'), join(copy, '.git'), { recursive: true });
      const trial = failing(fault, turn, { onlyChanges, forEver: true });
      // Nothing can be removed any more: what is left is found by the next writer.
      const found = await attempt(copy, trial, codes);
      problems.push(...found.filter((problem) => !problem.includes(': left ')));
      failed = trial.failed();
      if ((await sessionIn(copy).then((session) => session.read())).damaged.length > 0) problems.push('damaged');
      rmSync(copy, { recursive: true });
    }
    expect(problems).toEqual([]);
  });
});

describe('an index', () => {
  const FILES = ['index', 'index-log'];

  it.each(['is empty', 'is torn', 'is noise', 'is a folder', 'is gone'])('that %s is no error', async (what) => {
    const folder = scratchFolder();
    await initWithLedger(folder);
    for (let n = 0; n < 4; n++) await addTask(await sessionIn(folder), { subject: `Task ${n}` });
    for (const name of FILES) {
      const path = join(folder, '.git/git-tasks', name);
      rmSync(path, { recursive: true, force: true });
      if (what === 'is empty') writeFileSync(path, '');
      if (what === 'is torn') writeFileSync(path, '\n0badcafe {"id":"x","ti');
      if (what === 'is noise') writeFileSync(path, Buffer.from(Array.from({ length: 5000 }, (_, n) => (n * 37) % 256)));
      if (what === 'is a folder') cpSync(join(folder, '.git/refs'), path, { recursive: true });
    }
    expect((await (await sessionIn(folder)).read()).table.size).toBe(4);
    await addTask(await sessionIn(folder), { subject: 'Task 4' });
    expect((await (await sessionIn(folder)).read()).table.size).toBe(5);
  });

  it('that describes what git no longer has is built anew', async () => {
    const folder = scratchFolder();
    await initWithLedger(folder);
    const root = git(folder, 'rev-parse', 'tasks');
    for (let n = 0; n < 4; n++) await addTask(await sessionIn(folder), { subject: `Task ${n}` });
    git(folder, 'update-ref', 'refs/heads/tasks', root);
    git(folder, 'reflog', 'expire', '--expire=now', '--all');
    git(folder, 'gc', '--quiet', '--prune=now');
    expect((await (await sessionIn(folder)).read()).table.size).toBe(0);
    await addTask(await sessionIn(folder), { subject: 'Task 4' });
    expect((await (await sessionIn(folder)).read()).table.size).toBe(1);
  });
});

describe('a repository that may only be read', () => {
  // Root may write whatever the modes say.
  it.skipIf(process.getuid?.() === 0)('is read, and a change is refused as read-only', async () => {
    const folder = scratchFolder();
    await initWithLedger(folder);
    await addTask(await sessionIn(folder), { subject: 'Task' });
    const inside = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isDirectory());
    const folders = [folder, ...inside.map(({ parentPath, name }) => join(parentPath, name))];
    for (const path of folders) chmodSync(path, 0o555);
    try {
      expect((await (await sessionIn(folder)).read()).table.size).toBe(1);
      await expect(sessionIn(folder).then((session) => addTask(session, { subject: 'No' }))).rejects.toMatchObject({
        code: 'read-only',
      });
    } finally {
      for (const path of folders) chmodSync(path, 0o755);
    }
  });
});

/** The mirror as a process: live beside a writer of the native format, killed at any moment, asked to end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { EXECUTABLE, git, scratchFolder, scratchRepository, tasks } from '../support/git.ts';
import { type NativeWriter, nativeWriter } from '../support/native-writer.ts';

interface Scene {
  readonly repository: string;
  readonly native: NativeWriter;
  start(...flags: string[]): ChildProcess;
  json(...args: string[]): { readonly tasks: readonly { subject: string; status: string; owner?: string | null }[] };
}

function scene(): Scene {
  const repository = scratchRepository();
  const folder = join(scratchFolder(), 'tasks', 'live');
  tasks(repository, ['init']);
  return {
    repository,
    native: nativeWriter(folder),
    start: (...flags) => {
      const child = spawn(process.execPath, [EXECUTABLE, 'mirror', 'claude', folder, ...flags], {
        cwd: repository,
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      child.stderr?.resume();
      onTestFinished(() => void child.kill('SIGKILL'));
      return child;
    },
    json: (...args) => JSON.parse(tasks(repository, [...args, '--json']).stdout) as ReturnType<Scene['json']>,
  };
}

async function until(what: string, holds: () => boolean, limit = 20_000): Promise<void> {
  for (const end = Date.now() + limit; !holds();) {
    if (Date.now() > end) throw new Error(`never came true: ${what}`);
    await new Promise((wake) => setTimeout(wake, 25));
  }
}

const isFine = (repository: string): void => {
  expect(tasks(repository, ['lint']).stderr).toBe('');
  git(repository, 'fsck', '--strict', '--no-dangling');
};

describe('a live mirror', () => {
  it('carries what either side does while both are at it, and loses nothing of it', async () => {
    const { repository, native, start, json } = scene();
    const child = start('--watch');
    child.stdout?.resume();
    const count = 8;
    const natively = (async (): Promise<void> => {
      for (let i = 0; i < count; i++) {
        const id = await native.create(`native ${i}`);
        await native.update(id, { status: 'in_progress', owner: 'writer' });
        if (i % 2 === 0) await native.update(id, { status: 'completed' });
      }
    })();
    for (let i = 0; i < count; i++) expect(tasks(repository, ['add', `ledger ${i}`]).code).toBe(0);
    await natively;
    const subjects = (): string[] => json('list', '--all').tasks.map(({ subject }) => subject);
    await until('all is in the ledger', () => subjects().length === 2 * count);
    await until('all is in the native list', () => native.all().length === 2 * count);
    await until('the last status is in the ledger', () => {
      const done = json('list', '--all').tasks.filter(({ status }) => status === 'completed');
      return done.length === count / 2;
    });
    expect(new Set(native.all().map(({ subject }) => subject))).toEqual(new Set(subjects()));
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(existsSync(join(native.folder, '.lock.lock'))).toBe(false);
    isFine(repository);
  }, 90_000);

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'input', 'reader'] as const)(
    'ends with %s, and leaves no lock',
    async (how) => {
      const { repository, native, start } = scene();
      await native.create('one');
      const child = start('--watch', '--json');
      const first = (await once(child.stdout ?? child, 'data')) as [Buffer];
      expect(JSON.parse(first[0].toString())).toMatchObject({ contract: 1, created: 1, native: { id: 'live' } });
      if (how === 'input') {
        await new Promise((wake) => setTimeout(wake, 700));
        child.stdin?.end();
      } else if (how === 'reader') {
        child.stdout?.destroy();
        await native.create('two');
      } else child.kill(how);
      const [code] = (await once(child, 'exit')) as [number | null];
      expect(code).toBe(how === 'SIGINT' ? 130 : 0);
      expect(readdirSync(native.folder)).not.toContain('.lock.lock');
      isFine(repository);
    },
    60_000,
  );
});

describe('a mirror that is killed', () => {
  it('at any moment leaves both sides valid, and the next run finishes', async () => {
    const { repository, native, start, json } = scene();
    const seed = Number(process.env['GIT_TASKS_SEED'] ?? Date.now() % 1_000_000);
    let state = seed;
    const random = (below: number): number => {
      state = (state * 48_271 + 11) % 2_147_483_647;
      return state % below;
    };
    const rounds = 10;
    for (let round = 0; round < rounds; round++) {
      const id = await native.create(`native ${round}`);
      await native.update(id, { status: 'in_progress' });
      tasks(repository, ['add', `ledger ${round}`]);
      const child = start();
      child.stdout?.resume();
      await new Promise((wake) => setTimeout(wake, 60 + random(160)));
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      for (const task of native.all()) expect(task.subject, `GIT_TASKS_SEED=${seed}`).not.toBe('');
    }
    const { code, stderr } = tasks(repository, ['mirror', 'claude', native.folder]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const all = json('list', '--all').tasks.map(({ subject }) => subject);
    expect(all.toSorted(), `GIT_TASKS_SEED=${seed}`).toEqual([...new Set(all)].toSorted());
    expect(all).toHaveLength(2 * rounds);
    expect(native.all()).toHaveLength(2 * rounds);
    expect(tasks(repository, ['mirror', 'claude', native.folder]).stdout).toContain('nothing to do');
    expect(readdirSync(native.folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    isFine(repository);
  }, 120_000);
});

/** A repository with code on `main`, a ledger, and the ledger's files in a worktree beside it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeChange } from '../../src/app/change.ts';
import { initLedger } from '../../src/app/init.ts';
import { openSession, type Session } from '../../src/app/session.ts';
import { addWorktree } from '../../src/app/worktree.ts';
import { taskPath } from '../../src/ledger/layout.ts';
import { newTask } from '../../src/task/operations.ts';
import type { Task } from '../../src/task/types.ts';
import { processWorld, type World } from '../../src/world.ts';
import { git, initRepository, scratchFolder } from './git.ts';

/** The world of this process with some of it replaced. */
export function worldWith(parts: Partial<World>): World {
  return Object.assign(Object.create(processWorld()), parts) as World;
}

/** A session on the repository of a folder. */
export async function sessionIn(
  folder: string,
  world: World = processWorld(),
  warn?: (text: string) => void,
): Promise<Session> {
  return openSession(world, { dir: folder, as: 'ada', warn });
}

/** What a test works with. */
export interface Checkout {
  /** The main worktree, on `main`. */
  readonly code: string;
  /** The worktree of the ledger. */
  readonly files: string;
  /** Adds tasks with these ids, in one change. */
  add(...ids: string[]): Promise<void>;
  /** Gives a task another subject. */
  rename(id: string, subject: string): Promise<void>;
  /** The path of a task's file in the ledger's worktree. Absolute. */
  fileOf(id: string): string;
  /** Replaces text in a file of the ledger's worktree. */
  edit(id: string, from: string | RegExp, to: string): void;
  /** What `git status` says of the ledger's worktree. */
  status(): string;
  /** The commit of the ledger. */
  tip(): string;
}

/** The repository, with spaces and more in its path. */
export async function codeRepository(): Promise<string> {
  const code = join(scratchFolder(), 'my 😀 code');
  mkdirSync(code);
  initRepository(code);
  writeFileSync(join(code, 'main.c'), 'int main;\n');
  git(code, 'add', '.');
  git(code, 'commit', '--quiet', '-m', 'code');
  await initLedger(await sessionIn(code));
  return code;
}

/** A ledger with the tasks `aaaaaaaa` and `bbbbbbbb`, checked out. */
export async function checkedOut(): Promise<Checkout> {
  const code = await codeRepository();
  const { path: files } = await addWorktree(await sessionIn(code));
  const checkout = checkoutAt(code, files);
  await checkout.add('aaaaaaaa', 'bbbbbbbb');
  return checkout;
}

/** The same for a ledger that is checked out in any other way. */
export function checkoutAt(code: string, files: string): Checkout {
  const fileOf = (id: string): string => join(files, taskPath({ list: 'main', id }));
  return {
    code,
    files,
    add: async (...ids) => {
      await makeChange(await sessionIn(code), async (bench) => {
        for (const id of ids) await bench.push({ op: 'create', id, task: taskOf(id) });
      });
    },
    rename: async (id, subject) => {
      await makeChange(await sessionIn(code), (bench) => bench.push({ op: 'edit', id, edit: { set: { subject } } }));
    },
    fileOf,
    edit: (id, from, to) => writeFileSync(fileOf(id), readFileSync(fileOf(id), 'utf8').replace(from, to)),
    status: () => git(files, 'status', '--porcelain', '--untracked-files=all'),
    tip: () => git(code, 'rev-parse', 'tasks'),
  };
}

/** A task with an id that a test chose. */
export function taskOf(id: string): Task {
  return newTask({ id, list: 'main', created: '2026-06-01T12:00:00Z' }, { subject: `Task ${id}` });
}

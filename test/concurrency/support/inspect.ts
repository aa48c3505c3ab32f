/** Judges a repository after whatever has happened to it: what must hold, told as a list of what does not. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { addTask } from '../../../src/app/add.ts';
import { exportTasks } from '../../../src/app/export.ts';
import { initLedger } from '../../../src/app/init.ts';
import { openSession, openSessionOf, type Session } from '../../../src/app/session.ts';
import type { FileSystem } from '../../../src/git/files/file-system.ts';
import { openRepository } from '../../../src/git/open.ts';
import { processWorld } from '../../../src/world.ts';
import { git, initRepository } from '../../support/git.ts';
import { descriptionOf, type Job } from './jobs.ts';

/** What is known of the writers. */
export interface Witness {
  /** Jobs that were begun. */
  readonly jobs: readonly Job[];
  /** Groups that were acknowledged. */
  readonly acknowledged: ReadonlySet<string>;
}

/**
 * The next command must work at once. A writer that is taken for a living one is waited for 2 s, and a busy disk has taken
 * more than one. Milliseconds.
 */
const AT_ONCE = 1900;

/** Waiting is told from work by a clock that ticks so often, in milliseconds. */
const TICK = 5;

/** Makes the folder a repository with a first commit on `main` and a ledger. */
export async function initWithLedger(folder: string): Promise<void> {
  initRepository(folder);
  rmSync(join(folder, '.git/hooks'), { recursive: true });
  git(folder, 'commit', '--quiet', '--allow-empty', '-m', 'first');
  await initLedger(await sessionIn(folder));
}

/** A session of this process on the repository of a folder, opened anew. */
export function sessionIn(folder: string, as = 'inspector'): Promise<Session> {
  return openSession({ ...processWorld(), env: process.env, cwd: folder }, { as });
}

/** A session on the repository of a folder through another file system. Waits 50 ms for a lock. */
export async function sessionOn(folder: string, fs: FileSystem, as = 'ada'): Promise<Session> {
  const world = processWorld();
  const { env, identity } = world;
  const repository = await openRepository({
    cwd: folder,
    env,
    fs,
    identity,
    lockTimeout: 50,
    now: () => world.now(),
    random: (length) => world.random(length),
    sleep: (milliseconds) => world.sleep(milliseconds),
    isRunning: (other) => world.isRunning(other),
  });
  return openSessionOf(repository, world, { as });
}

/** What is wrong with the ledger in the folder; writes to it. */
export async function inspect(folder: string, witness: Witness): Promise<string[]> {
  const problems: string[] = [];
  const expect = (holds: boolean, problem: string): void => void (holds || problems.push(problem));
  const session = await sessionIn(folder);
  const found = JSON.parse(`[${(await exportTasks(session, { format: 'jsonl' })).text.trim().split('\n').join(',')}]`);
  problems.push(...judge(found as Found[], witness));
  const first = await probe(session);
  const second = await probe(session);
  if (first - second > AT_ONCE) problems.push(`the next change waited ${first} ms, the one after ${second}`);
  problems.push(...leftovers(folder).map((name) => `left behind: ${name}`));
  expect((await textOf(folder)) === (await withoutIndex(folder)), 'the index does not say what git says');
  expect(git(folder, 'fsck', '--strict', '--no-dangling', '--no-progress') === '', 'git fsck complains');
  const files = git(folder, 'ls-tree', '-r', '--name-only', 'tasks').split('\n');
  const ids = files.flatMap((path) => /\/([^/]{8})\.yaml$/.exec(path)?.[1] ?? []);
  expect(new Set(ids).size === ids.length, 'an id is there twice');
  expect(ids.length === found.length + 2, `git lists ${ids.length} tasks, ${found.length + 2} are known`);
  git(folder, 'commit', '--quiet', '--allow-empty', '-m', 'the branch of the user is not affected');
  return problems;
}

/**
 * Makes a change; how long it waited for others, in milliseconds. What this process is busy with meanwhile does not count:
 * the same process judges another repository at the same time.
 */
async function probe(session: Session): Promise<number> {
  let waited = 0;
  let last = performance.now();
  const tick = (): void => {
    const now = performance.now();
    waited += Math.min(now - last, 2 * TICK);
    last = now;
  };
  const timer = setInterval(tick, TICK);
  try {
    await addTask(session, { subject: 'probe 0/1', description: descriptionOf('probe 0/1') });
  } finally {
    clearInterval(timer);
  }
  tick();
  return Math.round(waited);
}

interface Found {
  readonly subject: string;
  readonly description?: string;
}

/** Each group is there as a whole or not at all, and those that were acknowledged are there. */
function judge(found: readonly Found[], { jobs, acknowledged }: Witness): string[] {
  const problems: string[] = [];
  const counts = new Map<string, number>();
  for (const { subject, description } of found) {
    if (description?.trimEnd() !== descriptionOf(subject)) problems.push(`"${subject}" has lost its description`);
    const group = subject.slice(0, subject.lastIndexOf(' '));
    counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  for (const { group, size, kind } of jobs) {
    const count = counts.get(group) ?? 0;
    if (kind === 'read') continue;
    if (count === 0 && acknowledged.has(group)) problems.push(`${group} (${kind}) was acknowledged and is lost`);
    if (count !== 0 && count !== size) problems.push(`${group} (${kind}) has ${count} of ${size} tasks`);
  }
  return problems;
}

/** Locks, tickets, notes of owners and temporary files of ours; loose temporary objects are for `git gc`. */
export function leftovers(folder: string): string[] {
  const common = join(folder, '.git');
  const names = readdirSync(common, { recursive: true }).map(String);
  const isOurs = (name: string): boolean =>
    (name.startsWith('git-tasks/queue/') && !name.endsWith('/spare')) ||
    name.startsWith('git-tasks/locks/') ||
    name.endsWith('.tmp');
  // Git's own while it collects in the background, which a commit of the user starts as well.
  const isGits = (name: string): boolean => name === 'gc.log.lock';
  return names.filter((name) => (name.endsWith('.lock') && !isGits(name)) || isOurs(name));
}

async function textOf(folder: string): Promise<string> {
  return (await exportTasks(await sessionIn(folder), { format: 'jsonl' })).text;
}

/** What the ledger holds when every file is read again. */
async function withoutIndex(folder: string): Promise<string> {
  rmSync(join(folder, '.git/git-tasks/index'), { force: true });
  return textOf(folder);
}

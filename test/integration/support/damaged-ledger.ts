/** Ledgers on disk, and the damage that tests do to them with plain git and plain files. */
import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addTask, type AddInput } from '../../../src/app/add.ts';
import { type DoctorAnswer, examine, type Finding, type FindingCode } from '../../../src/app/doctor/examine.ts';
import { initLedger } from '../../../src/app/init.ts';
import { openSession, type Session } from '../../../src/app/session.ts';
import { processWorld } from '../../../src/world.ts';
import { git, scratchRepository } from '../../support/git.ts';

/** A session of Ada on the repository of this folder. */
export async function sessionIn(folder: string): Promise<Session> {
  return openSession(processWorld(), { dir: folder, as: 'ada' });
}

/** A repository with an empty ledger. */
export async function scratchLedger(): Promise<string> {
  const folder = scratchRepository();
  await initLedger(await sessionIn(folder));
  return folder;
}

/** Adds a task and gives its id. */
export async function add(folder: string, subject: string, input: Partial<AddInput> = {}): Promise<string> {
  return (await addTask(await sessionIn(folder), { subject, ...input })).task.id;
}

/** Runs doctor without mending. */
export async function examined(folder: string): Promise<DoctorAnswer> {
  return examine(await sessionIn(folder));
}

/** Runs doctor with `--fix`. */
export async function mended(folder: string): Promise<DoctorAnswer> {
  return examine(await sessionIn(folder), { fix: true });
}

/** The findings of one kind. */
export function ofCode({ findings }: DoctorAnswer, code: FindingCode): Finding[] {
  return findings.filter((finding) => finding.code === code);
}

/** What git says about the repository; empty when all is well. The log of a lost commit goes on naming it. */
export function fsckOf(folder: string, ...options: readonly '--no-reflogs'[]): string {
  const output = git(folder, 'fsck', '--strict', '--no-dangling', '--no-progress', ...options);
  return output
    .split('\n')
    .filter((line) => !line.startsWith('notice:'))
    .join('\n');
}

/** The id of what a revision names. */
export function oidOf(folder: string, revision: string): string {
  return git(folder, 'rev-parse', '--verify', revision);
}

/** The path of the task's file on the branch. */
export function pathOf(id: string, list: string = 'main'): string {
  return `${list}/${id[0]}/${id[1]}/${id}.yaml`;
}

/** The path of a loose object. Fails where it is packed. */
export function looseFile(folder: string, oid: string): string {
  const path = join(folder, '.git/objects', oid.slice(0, 2), oid.slice(2));
  statSync(path);
  return path;
}

/** Cuts a loose object in half. */
export function tear(folder: string, oid: string): void {
  const path = looseFile(folder, oid);
  const bytes = readFileSync(path);
  chmodSync(path, 0o644);
  writeFileSync(path, bytes.subarray(0, bytes.length >> 1));
}

/** Leaves nothing of a loose object, as a power failure may. */
export function empty(folder: string, oid: string): void {
  const path = looseFile(folder, oid);
  chmodSync(path, 0o644);
  writeFileSync(path, '');
}

/** Deletes a loose object. */
export function lose(folder: string, oid: string): void {
  rmSync(looseFile(folder, oid));
}

/** Commits these files on the ledger branch with git's plumbing, as somebody's script would; null removes one. */
export function commitByHand(folder: string, files: Readonly<Record<string, string | null>>, date?: string): void {
  const env = { GIT_INDEX_FILE: join(folder, '.git/by-hand') };
  const run = (...args: string[]): string => withEnv(folder, env, args);
  run('read-tree', 'tasks');
  for (const [path, text] of Object.entries(files)) {
    if (text === null) {
      run('update-index', '--force-remove', path);
      continue;
    }
    const file = join(folder, '.git/by-hand.txt');
    writeFileSync(file, text);
    run('update-index', '--add', '--cacheinfo', `100644,${git(folder, 'hash-object', '-w', file)},${path}`);
  }
  const tree = run('write-tree');
  const stamp = date === undefined ? {} : { GIT_COMMITTER_DATE: date, GIT_AUTHOR_DATE: date };
  const commit = withEnv(folder, stamp, ['commit-tree', tree, '-p', 'tasks', '-m', 'by hand']);
  git(folder, 'update-ref', 'refs/heads/tasks', commit);
}

/** Git under further variables, which an alias that runs `env` sets. */
function withEnv(folder: string, env: Readonly<Record<string, string>>, args: readonly string[]): string {
  const pairs = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return git(folder, '-c', 'alias.x=!env', 'x', ...pairs, 'git', ...args);
}

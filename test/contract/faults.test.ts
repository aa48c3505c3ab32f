/** Whatever call of the file system fails: nothing half-done is visible, and nothing is left lying around. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FileSystem, nodeFileSystem } from '../../src/git/files/file-system.ts';
import { git, scratchRepository } from '../support/git.ts';
import { LOG, newObject, openAt, taskBlobs } from './support/repositories.ts';

const REF = 'refs/heads/tasks';
const WRITING = [
  'openSync',
  'writeSync',
  'fsyncSync',
  'fsync',
  'closeSync',
  'renameSync',
  'mkdirSync',
  'unlinkSync',
] as const;

/** A file system whose n-th call of a writing kind fails (from 1); counts the calls. */
function failingAt(turn: number, code: string): { fs: FileSystem; calls: () => number; failed: () => string } {
  let calls = 0;
  let failed = '';
  const fs = { ...nodeFileSystem } as Record<string, unknown>;
  for (const name of WRITING) {
    const original = nodeFileSystem[name] as (...args: unknown[]) => unknown;
    fs[name] = (...args: unknown[]): unknown => {
      const isRead = name === 'openSync' && args[1] === 'r';
      if (!isRead && ++calls === turn) {
        failed = name;
        // A close that reports an error has closed the file all the same.
        if (name === 'closeSync') original(...args);
        throw Object.assign(new Error(`${code}: made to fail, ${name}`), { code, syscall: name });
      }
      return original(...args);
    };
  }
  return { fs: fs as unknown as FileSystem, calls: () => calls, failed: () => failed };
}

function leftovers(folder: string): string[] {
  const names = readdirSync(join(folder, '.git'), { recursive: true }).map(String);
  return names.filter((name) => name.endsWith('.lock') || name.includes('tmp_'));
}

describe.each([
  { count: 2, kind: 'loose objects' },
  { count: 120, kind: 'a pack' },
])('a write of $kind and a move of the ref', ({ count }) => {
  it.each([
    { code: 'ENOSPC', error: 'io' },
    { code: 'EIO', error: 'io' },
    { code: 'EROFS', error: 'read-only' },
    { code: 'EACCES', error: 'read-only' },
  ])('is all or nothing when any call fails with $code', async ({ code, error }) => {
    const folder = scratchRepository();
    const tree = git(folder, 'mktree');
    const problems: string[] = [];
    let turn = 0;
    let tip: string | null = null;
    for (let isDone = false; !isDone;) {
      turn += 1;
      const broken = failingAt(turn, code);
      const { objects, refs } = await openAt(folder, { fs: broken.fs, lockTimeout: 20 });
      const lines = `tree ${tree}\nauthor a <b> ${turn} +0000\ncommitter a <b> ${turn} +0000\n\nturn ${turn}\n`;
      const commit = newObject('commit', lines);
      const outcome = await objects
        .write([...taskBlobs(count, `${code} ${turn} `), commit])
        .then(() => refs.compareAndSwap({ ref: REF, expected: tip, next: commit.oid, log: LOG }))
        .then(() => 'done')
        .catch((caught: { code?: string }) => caught.code ?? 'no code');
      isDone = broken.calls() < turn;
      const after: string | null = (await (await openAt(folder)).refs.read(REF)) ?? null;
      const where = `turn ${turn}, ${broken.failed()}: `;
      if (!['done', 'io', error].includes(outcome)) problems.push(`${where}ended with ${outcome}`);
      if (outcome === 'done' && after !== commit.oid) problems.push(`${where}the acknowledged commit is lost`);
      if (after !== tip && after !== commit.oid) problems.push(`${where}the ref is ${after}`);
      problems.push(...leftovers(folder).map((name) => `${where}left ${name}`));
      tip = after;
    }
    expect(problems).toEqual([]);
    expect(turn).toBeGreaterThan(8);
    expect(git(folder, 'fsck', '--strict', '--full', '--no-dangling')).toBe('');
  });
});

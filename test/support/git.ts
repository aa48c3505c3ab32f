/** Scratch repositories, and the programs that tests run in them. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Env } from '../../src/world.ts';

/** The built executable. Absolute. */
export const EXECUTABLE: string = join(import.meta.dirname, '../../bin/git-tasks.js');

/** What a finished program left. */
export interface Outcome {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Text for standard input, which is empty otherwise. */
  readonly input?: string;
  /** Variables beside those of the test; undefined removes one. */
  readonly env?: Env;
}

/** An empty folder (absolute, without symbolic links) that is removed after the test. Call it inside a test. */
export function scratchFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'git-tasks-test-')));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  });
  return folder;
}

/** A new repository on branch `main`, without commits, whose identity is Ada Example. Removed after the test. */
export function scratchRepository(): string {
  const folder = scratchFolder();
  initRepository(folder);
  return folder;
}

/** Makes the folder a repository on branch `main` with the identity `Ada Example <ada@example.org>`. */
export function initRepository(folder: string): void {
  git(folder, 'init', '--quiet', '--initial-branch', 'main');
  git(folder, 'config', 'user.name', 'Ada Example');
  git(folder, 'config', 'user.email', 'ada@example.org');
}

/** Runs git and returns its output without the last line end. Throws with what git said when it fails. */
export function git(folder: string, ...args: string[]): string {
  return gitWith(folder, '', ...args);
}

/** Like `git`, with text on standard input. */
export function gitWith(folder: string, input: string, ...args: string[]): string {
  const { code, stdout, stderr } = run('git', args, { cwd: folder, input });
  if (code !== 0) throw new Error(`git ${args.join(' ')} gave ${code}: ${stderr || stdout}`);
  return stdout.replace(/\n$/, '');
}

/** Runs the built git-tasks with this Node. A failure is an outcome like any other. */
export function tasks(folder: string, args: readonly string[], options: RunOptions = {}): Outcome {
  return run(process.execPath, [EXECUTABLE, ...args], { cwd: folder, ...options });
}

function run(program: string, args: readonly string[], options: RunOptions & { readonly cwd: string }): Outcome {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    input: options.input ?? '',
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (error !== undefined) throw error;
  return { code: status, stdout, stderr };
}

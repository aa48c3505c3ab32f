/** A program that runs on while a test does other things. */
import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { EXECUTABLE } from './git.ts';

/** A running git-tasks. */
export interface Watcher {
  readonly child: ChildProcess;
  /** The lines that it has written until now, and when each came (milliseconds since 1970). */
  readonly lines: readonly { readonly text: string; readonly at: number }[];
  /** What it has written to standard error. */
  errors(): string;
  /** Resolves to its exit code, or to the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Resolves when there are so many lines. Rejects after ten seconds. */
  until(count: number): Promise<void>;
}

/** Starts git-tasks in a folder. It is killed after the test if it still runs. */
export function startTasks(
  folder: string,
  args: readonly string[],
  stdio: StdioOptions = ['ignore', 'pipe', 'pipe'],
): Watcher {
  return watcherOf(spawn(process.execPath, [EXECUTABLE, ...args], { cwd: folder, stdio }));
}

/** Reads what a program writes. It is killed after the test if it still runs. */
export function watcherOf(child: ChildProcess): Watcher {
  const lines: { text: string; at: number }[] = [];
  let rest = '';
  let errors = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts.map((part) => ({ text: part, at: Date.now() })));
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  return { child, lines, errors: () => errors, ended, until: (count) => reach(lines, count) };
}

async function reach(lines: readonly unknown[], count: number): Promise<void> {
  for (const deadline = Date.now() + 10_000; lines.length < count;) {
    if (Date.now() > deadline) throw new Error(`${lines.length} lines came, not ${count}`);
    await pause(5);
  }
}

/** Lets time pass, in milliseconds. */
export async function pause(milliseconds: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

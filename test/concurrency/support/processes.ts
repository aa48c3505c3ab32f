/** Starts writers and other programs as processes of their own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Job, Order, Report } from './jobs.ts';

const CACHE = join(import.meta.dirname, '../../../node_modules/.cache/git-tasks');

/** Whether the long mode is on (`GIT_TASKS_LONG=1`): the sizes that the project promises, minutes instead of seconds. */
export const IS_LONG: boolean = process.env.GIT_TASKS_LONG === '1';

let bundled: Promise<string> | undefined;

/** The path of the worker, bundled once in this test file. */
function worker(): Promise<string> {
  bundled ??= bundle();
  return bundled;
}

async function bundle(): Promise<string> {
  const outfile = join(CACHE, `worker-${process.pid}-${process.env.VITEST_WORKER_ID ?? 0}.mjs`);
  const entryPoints = [join(import.meta.dirname, 'worker.ts')];
  // Bundled CommonJS modules ask for built-ins by `require`.
  const banner = { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);` };
  await build({ entryPoints, outfile, banner, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
  return outfile;
}

/** A running worker. */
export interface Running {
  readonly child: ChildProcess;
  readonly jobs: readonly Job[];
  /** Groups that were acknowledged until now. */
  readonly acknowledged: ReadonlySet<string>;
  /** How long each acknowledged job took, in milliseconds. */
  readonly milliseconds: readonly number[];
  /** Failures that it reported. */
  readonly errors: readonly Extract<Report, { error: string }>[];
  /** What it said on standard error. */
  stderr(): string;
  /** Resolves when it begins with its jobs, or has ended. */
  readonly begun: Promise<unknown>;
  /** Resolves when it has ended and all that it said was read: its exit code, or null after a signal. */
  readonly ended: Promise<number | null>;
}

/** Starts a worker. */
export async function start(order: Order): Promise<Running> {
  const child = spawn(process.execPath, [await worker(), JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const acknowledged = new Set<string>();
  const milliseconds: number[] = [];
  const errors: Extract<Report, { error: string }>[] = [];
  let stderr = '';
  let rest = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const said = JSON.parse(line) as Report;
      if ('error' in said) errors.push(said);
      else if ('acknowledged' in said) {
        acknowledged.add(said.acknowledged);
        milliseconds.push(said.milliseconds);
      }
    }
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const begun = Promise.race([once(child.stdout, 'data'), ended]);
  return { child, jobs: order.jobs, acknowledged, milliseconds, errors, stderr: () => stderr, begun, ended };
}

/**
 * What would be ours: a lock, or the ledger. Anything else that fails once and works right after is a race that git loses
 * against itself, also with nobody else in the repository: a gc removes an empty folder of objects that a commit is just
 * about to write to (11 times in 4,631 commits beside 221 runs of gc, git 2.39), a fetch looks at the HEAD of a worktree
 * that `worktree add` has made but not filled in yet.
 */
const OURS = /\.lock\b|\.git\/git-tasks\/|refs\/heads\/tasks/;

/**
 * Runs git commands over and over, one after the other, until stopped; then says which failed. Each runs at least once.
 * `%` in an argument stands for a number that no other run has.
 */
export function repeatGit(folder: string, commands: readonly (readonly string[])[]): { stop(): Promise<string[]> } {
  const state = { isStopped: false };
  const failures: string[] = [];
  const loop = async (): Promise<void> => {
    for (let turn = 0; !state.isStopped || turn < commands.length; turn++) {
      const args = (commands[turn % commands.length] ?? []).map((arg) => arg.replaceAll('%', String(turn)));
      const first = await runGit(folder, args);
      if (first === undefined) continue;
      const again = OURS.test(first) ? first : await runGit(folder, args);
      if (again !== undefined) failures.push(again);
    }
  };
  const done = loop();
  return {
    stop: async () => {
      state.isStopped = true;
      await done;
      return failures;
    },
  };
}

/** Resolves once the process is stopped by a signal (state `T` in /proc). */
export async function untilStopped({ child }: Running): Promise<void> {
  const { readFileSync } = await import('node:fs');
  for (;;) {
    const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
    if (stat.slice(stat.lastIndexOf(')') + 2).startsWith('T')) return;
    await pause(5);
  }
}

/** Resolves after this many milliseconds. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, milliseconds));
}

/** Runs a git command; gives what it said when it failed. */
async function runGit(folder: string, args: readonly string[]): Promise<string | undefined> {
  const child = spawn('git', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return code === 0 ? undefined : `git ${args.join(' ')}: ${code} ${stderr}`;
}

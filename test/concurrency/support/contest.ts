/** Contests for tasks: contenders as processes in the clones and worktrees of one remote. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { build } from 'esbuild';
import { git, scratchFolder } from '../../support/git.ts';

const CACHE = join(import.meta.dirname, '../../../node_modules/.cache/git-tasks');

/** Who claims, where, and how far off their clock is, in milliseconds. */
export interface Contender {
  readonly folder: string;
  readonly actor: string;
  readonly clock: number;
}

/** What a contender can be told. */
export type Command =
  | { readonly do: 'claim'; readonly task: string }
  | { readonly do: 'next'; readonly lease?: number }
  | { readonly do: 'done'; readonly task: string }
  | { readonly do: 'sync' };

/** What it answers. */
export interface Answer {
  readonly outcome: string;
  readonly task?: string;
  readonly open?: number;
  readonly code?: string;
  readonly message?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly ms: number;
}

/** A contender that runs. */
export interface RunningContender extends Contender {
  readonly child: ChildProcess;
  /** Tells it something; resolves to its answer, or to undefined when it died instead. */
  tell(command: Command): Promise<Answer | undefined>;
  stderr(): string;
}

let bundled: Promise<string> | undefined;

async function bundle(): Promise<string> {
  const outfile = join(CACHE, `contender-${process.pid}-${process.env.VITEST_WORKER_ID ?? 0}.mjs`);
  const entryPoints = [join(import.meta.dirname, 'contender.ts')];
  const banner = { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);` };
  await build({ entryPoints, outfile, banner, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
  return outfile;
}

/** Starts a contender. It ends with the test. */
export async function startContender(contender: Contender): Promise<RunningContender> {
  bundled ??= bundle();
  const child = spawn(process.execPath, [await bundled, JSON.stringify(contender)], { stdio: 'pipe' });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });
  await lines.next();
  const tell: RunningContender['tell'] = async (command) => {
    child.stdin.write(`${JSON.stringify(command)}\n`);
    const { value, done } = await lines.next();
    return done === true ? undefined : (JSON.parse(value) as Answer);
  };
  return { ...contender, child, tell, stderr: () => stderr };
}

/** A remote, and clones of it with a linked worktree each. */
export interface Field {
  readonly remote: string;
  readonly clones: readonly string[];
  /** Every folder to work in. */
  readonly folders: readonly string[];
}

/** Makes a remote and clones. Nothing is in them yet. */
export function makeField(count: number): Field {
  const top = scratchFolder();
  const remote = join(top, 'remote.git');
  git(top, 'init', '--quiet', '--bare', '--initial-branch', 'main', remote);
  const clones = Array.from({ length: count }, (_, n) => join(top, `clone-${n}`));
  const worktrees = clones.map((clone) => {
    git(top, 'clone', '--quiet', remote, clone);
    git(clone, '-c', 'user.name=x', '-c', 'user.email=x@y', 'commit', '--quiet', '--allow-empty', '-m', 'code');
    git(clone, 'worktree', 'add', '--quiet', '--detach', `${clone}-linked`);
    return `${clone}-linked`;
  });
  return { remote, clones, folders: [...clones, ...worktrees] };
}

/**
 * Makes the remote fail: of 100 pushes, so many are declined, and so many are taken without an answer. Which they are
 * follows from the seed and the commit.
 */
export function makeFlaky(remote: string, odds: { seed: number; decline: number; silence: number }): void {
  const { seed, decline, silence } = odds;
  const draw = (name: string): string => `n=$(printf '%s' "${seed} ${name} $new" | cksum); n=$((\${n%% *} % 100))`;
  hook(remote, 'update', `new=$3\n${draw('decline')}\n[ "$n" -ge ${decline} ]`);
  // Without its parent the other side hears nothing more, although the branch has moved.
  hook(remote, 'post-receive', `read old new ref\n${draw('silence')}\n[ "$n" -ge ${silence} ] || kill -9 $PPID`);
}

/** Makes the remote reliable again. */
export function makeReliable(remote: string): void {
  hook(remote, 'update', 'exit 0');
  hook(remote, 'post-receive', 'exit 0');
}

function hook(remote: string, name: string, script: string): void {
  const path = join(remote, 'hooks', name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

/** The claims in a branch's history: task and term of each commit that took a task, oldest first. */
export function claimsIn(folder: string): { readonly task: string; readonly term: number; readonly actor: string }[] {
  const log = git(folder, 'log', '--reverse', '--no-merges', '--format=%B%x00', 'refs/heads/tasks');
  return log.split('\0').flatMap((message) => {
    const term = /^Change: term -> (\d+)$/m.exec(message)?.[1];
    if (term === undefined) return [];
    const task = /^Task: [^/]+\/(\w+)$/m.exec(message)?.[1] ?? '';
    return [{ task, term: Number(term), actor: /^Actor: (.*)$/m.exec(message)?.[1] ?? '' }];
  });
}

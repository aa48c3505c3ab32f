/**
 * Runs the system's git: with arguments only, without prompts, and without what the environment says about another
 * repository.
 *
 * Inside a hook git sets `GIT_DIR`, `GIT_INDEX_FILE` and more for its own children; a command for the ledger that
 * inherited them would work on the wrong index or write into a quarantine that is thrown away.
 */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { TasksError } from '../../errors.ts';
import type { Env } from '../../world.ts';

/** Where and how git runs. */
export interface GitCommandOptions {
  /** Working folder. */
  readonly cwd: string;
  readonly env: Env;
  /** Bytes for standard input; empty when undefined. */
  readonly input?: string | Uint8Array | undefined;
  /** Milliseconds; without end when undefined. */
  readonly timeout?: number | undefined;
}

/** What git answered. Branch on `code`, never on the words of `stderr`: they are translated and they change. */
export interface GitOutcome {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Answers larger than this are an error: 1 GiB. */
const MAX_OUTPUT = 2 ** 30;

/** Variables that stay: who the user is and how git reaches the network, not which repository it works on. */
const KEPT = /^GIT_(?:SSH|SSH_COMMAND|SSH_VARIANT|ASKPASS|CONFIG_.*|EXEC_PATH|TRACE.*|SSL_.*|HTTP_.*|PROXY_.*|CEILING_DIRECTORIES)$/;

/** The environment for a git command: no `GIT_*` of a surrounding hook, no prompts, messages in English. */
export function gitEnvironment(env: Env): Record<string, string> {
  const clean: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && (!name.startsWith('GIT_') || KEPT.test(name))) clean[name] = value;
  }
  return { ...clean, GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' };
}

/** Runs git to its end. Throws `unsupported` when there is no git, `io` when it could not be run. */
export function runGit(args: readonly string[], options: GitCommandOptions): GitOutcome {
  const result = spawnSync('git', args, {
    cwd: options.cwd,
    env: gitEnvironment(options.env),
    input: options.input ?? '',
    maxBuffer: MAX_OUTPUT,
    windowsHide: true,
    ...(options.timeout !== undefined && { timeout: options.timeout }),
  });
  return outcomeOf(args, result);
}

/** Runs git and gives its output. Throws `io` with what git said when it fails. */
export function mustRunGit(args: readonly string[], options: GitCommandOptions): Buffer {
  const { code, stdout, stderr } = runGit(args, options);
  if (code === 0) return stdout;
  throw new TasksError('io', `git ${args[0] ?? ''} failed (${code}): ${stderr.trim()}`, { data: { args, code } });
}

/** Whether there is a git to run. */
export function hasGit(options: Pick<GitCommandOptions, 'cwd' | 'env'>): boolean {
  const result = spawnSync('git', ['--version'], { ...options, env: gitEnvironment(options.env), windowsHide: true });
  return result.status === 0;
}

function outcomeOf(args: readonly string[], result: SpawnSyncReturns<Buffer>): GitOutcome {
  const { error, status, stdout, stderr, signal } = result;
  if (error !== undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') {
    throw new TasksError('unsupported', 'This needs git, and there is none on the PATH', { cause: error });
  }
  if (error !== undefined) {
    throw new TasksError('io', `git ${args[0] ?? ''} could not be run: ${error.message}`, { cause: error });
  }
  return { code: status ?? 128, stdout, stderr: signal === null ? stderr.toString() : `ended by ${signal}` };
}

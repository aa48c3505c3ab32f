/**
 * Runs the system's git: with arguments only, without prompts, and without what the environment says about another
 * repository.
 *
 * Inside a hook git sets `GIT_DIR`, `GIT_INDEX_FILE` and more for its own children; a command for the ledger that
 * inherited them would work on the wrong index or write into a quarantine that is thrown away.
 */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { isSystemError, TasksError } from '../../errors.ts';
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
  /** Variables on top of the cleaned environment: which repository, which identity. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
}

/** What git answered. Branch on `code`, never on the words of `stderr`: they are translated and they change. */
export interface GitOutcome {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
  /** The signal that ended git in the middle of its work; null when it came to its end. */
  readonly signal: string | null;
}

/** Answers larger than this are an error: 1 GiB. */
const MAX_OUTPUT = 2 ** 30;

/** Variables that stay: who the user is and how git reaches the network, not which repository it works on. */
const KEPT =
  /^GIT_(?:SSH|SSH_COMMAND|SSH_VARIANT|ASKPASS|CONFIG_.*|EXEC_PATH|TRACE.*|SSL_.*|HTTP_.*|PROXY_.*|CEILING_DIRECTORIES|ALLOW_PROTOCOL|PROTOCOL_FROM_USER|NO_LAZY_FETCH)$/;

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
    env: { ...gitEnvironment(options.env), ...options.variables },
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
  throw new TasksError('io', `git ${commandOf(args)} failed (${code}): ${stderr.trim()}`, { data: { args, code } });
}

function outcomeOf(args: readonly string[], result: SpawnSyncReturns<Buffer>): GitOutcome {
  const { error, status, stdout, stderr, signal } = result;
  // EPIPE: git has ended without reading all of its input, and says why itself.
  const hasRun = error === undefined || (isSystemError(error, 'EPIPE') && status !== null);
  if (!hasRun) throw spawnFailure(commandOf(args), error);
  return { code: status ?? 128, stdout, stderr: signal === null ? stderr.toString() : `ended by ${signal}`, signal };
}

/** The name of the command behind git's own options. */
function commandOf(args: readonly string[]): string {
  return args.find((word, index) => !word.startsWith('-') && !['-c', '-C'].includes(args[index - 1] ?? '')) ?? '';
}

/** The failure of a git that could not be started: `unsupported` where there is none, else `io`. */
export function spawnFailure(command: string, error: Error): TasksError {
  if (isSystemError(error, 'ENOENT')) {
    return new TasksError('unsupported', 'This needs git, and there is none on the PATH', { cause: error });
  }
  return new TasksError('io', `git ${command} could not be run: ${error.message}`, { cause: error });
}

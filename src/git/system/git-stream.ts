/** Runs git beside this process, for work on the network: with a time limit, and with its progress passed on. */
import { spawn } from 'node:child_process';
import { gitEnvironment, type GitCommandOptions, type GitOutcome, spawnFailure } from './git-command.ts';

/** Where and how git runs. */
export interface GitStreamOptions extends Omit<GitCommandOptions, 'input'> {
  /** Is told what git says on standard error while it runs. */
  readonly progress?: ((text: string) => void) | undefined;
}

/** How much of what git says is kept, in characters: the end counts. */
const MAX_SAID = 64 * 1024;

/** Runs git to its end. Throws `unsupported` when there is no git, `io` when it could not be run. */
export function streamGit(args: readonly string[], options: GitStreamOptions): Promise<GitOutcome> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, {
      cwd: options.cwd,
      env: { ...gitEnvironment(options.env), ...options.variables },
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const chunks: Buffer[] = [];
    let stderr = '';
    let isLate = false;
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-MAX_SAID);
      options.progress?.(text);
    });
    const timer = setTimeout(
      () => {
        isLate = true;
        child.kill();
        // What git has started may hold the pipes open.
        child.stdout.destroy();
        child.stderr.destroy();
      },
      options.timeout ?? 2 ** 31 - 1,
    );
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(spawnFailure(args[0] ?? '', error));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const said = isLate ? `timed out after ${(options.timeout ?? 0) / 1000} s` : stderr;
      resolve({ code: code ?? 128, stdout: Buffer.concat(chunks), stderr: said, signal });
    });
  });
}

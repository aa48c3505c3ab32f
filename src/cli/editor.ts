/** Runs the person's editor on a file. */
import { spawn } from 'node:child_process';
import { TasksError } from '../errors.ts';
import type { World } from '../world.ts';

/** The command of the editor, in git's order: GIT_EDITOR, core.editor, VISUAL, EDITOR, vi. */
export function editorCommand({ env }: World, configured: string | undefined): string {
  const candidates = [env['GIT_EDITOR'], configured, env['VISUAL'], env['EDITOR']];
  return candidates.find((command) => command !== undefined && command.trim() !== '') ?? 'vi';
}

/**
 * Runs the command on the file and waits for it. Throws `io` when it fails.
 *
 * As git does, the command is a piece of shell (`code --wait`), the path an argument and never a part of that text.
 */
export async function runEditor(world: World, command: string, path: string): Promise<void> {
  // Ctrl-C in an editor is for the editor: it must not end us before the text is saved.
  const release = world.holdInterrupts();
  // Where the answer goes to a program, the editor draws on standard error instead.
  const output = world.stdout.isTerminal ? 1 : 2;
  try {
    const code = await new Promise<number | string>((resolve, reject) => {
      const child = spawn('sh', ['-c', `${command} "$@"`, command, path], { cwd: world.cwd, stdio: [0, output, 2] });
      child.once('error', reject);
      child.once('close', (exit, signal) => resolve(exit ?? signal ?? 1));
    });
    if (code === 0) return;
    throw new TasksError('io', `The editor ${JSON.stringify(command)} ended with ${code}; nothing was changed`, {
      hint: 'Choose another with: git config core.editor COMMAND',
    });
  } finally {
    release();
  }
}

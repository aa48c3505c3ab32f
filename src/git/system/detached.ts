/** Starts a program that outlives this one and stands back behind everything else on the machine. */
import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';

/** How it runs. */
export interface DetachedOptions {
  /** Working folder. Not that of the user, which could then not be removed. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Starts it and does not wait. What it says is lost, and so is that it could not be started. */
export function startDetached([program, ...args]: readonly [string, ...string[]], { cwd, env }: DetachedOptions): void {
  const child = spawn(program, args, { cwd, env, detached: true, stdio: 'ignore', windowsHide: true });
  child.on('error', () => undefined);
  if (child.pid !== undefined) lowerPriority(child.pid);
  child.unref();
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended already, or this system does not allow it: politeness only.
  }
}

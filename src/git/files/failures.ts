/** System errors as the failures that a user can act on. */
import { TasksError } from '../../errors.ts';

const DENIED = ['EACCES', 'EPERM', 'EROFS'];
const FULL = ['ENOSPC', 'EDQUOT'];

/** The failure for a write that the system refused. What is no system error comes back as it is. */
export function writeFailure(error: unknown, path: string): unknown {
  if (!isSystemFailure(error)) return error;
  const details = { cause: error, data: { path, system: error.code } };
  if (DENIED.includes(error.code ?? '')) {
    const hint = 'check who owns the git folder and its permissions, or work in a clone of your own';
    return new TasksError('read-only', `cannot write ${path}: the repository is read-only (${error.code})`, {
      hint,
      ...details,
    });
  }
  const hint = FULL.includes(error.code ?? '')
    ? 'make room on the disk and run the command again: nothing was changed'
    : 'nothing was changed; run the command again, and check the disk if it persists';
  return new TasksError('io', `cannot write ${path}: ${error.message}`, { hint, ...details });
}

/** The failure for a read that the system refused. What is no system error comes back as it is. */
export function readFailure(error: unknown, path: string): unknown {
  if (!isSystemFailure(error)) return error;
  return new TasksError('io', `cannot read ${path}: ${error.message}`, {
    hint: 'check the permissions of the git folder and the disk',
    cause: error,
    data: { path, system: error.code },
  });
}

/** The failure for stored bytes that are not what their name promises. */
export function damaged(path: string, what: string, cause?: unknown): TasksError {
  return new TasksError('damaged', `${path} is damaged: ${what}`, {
    hint: 'git fsck --full lists the damage; a clone or backup may still have the object',
    data: { path },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Whether a caught value is an error of the operating system, whatever its code. */
export function isSystemFailure(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}

/** Whether a caught value is a failure with the code `damaged`. */
export function isDamage(error: unknown): error is TasksError {
  return error instanceof TasksError && error.code === 'damaged';
}

/** Whether a process runs. */
import { readFileSync } from 'node:fs';
import { isSystemError } from '../../src/errors.ts';

/** False also for one that has ended and that its parent has not taken note of yet: it does nothing any more. */
export function isAlive(pid: number | string): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ESRCH')) return false;
    throw error;
  }
}

/** Builds the executable once before the tests when its sources have changed since the last build. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Vitest calls this in the main process. Fails when the build does. */
export function setup(): void {
  const root = join(import.meta.dirname, '../..');
  execFileSync(process.execPath, ['.tools/build.mjs', '--cli', '--if-stale'], { cwd: root, stdio: 'inherit' });
}

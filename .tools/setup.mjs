/** Makes a clone ready to run: installs what the lock file names and builds, each only when it is needed. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Whether `node_modules` holds exactly what the lock file asks for. npm leaves a lock file of its own in there, as the
 * last thing it does; it lacks the optional packages that are for other platforms.
 */
function isInstalled() {
  const hidden = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(hidden)) return false;
  const installed = JSON.parse(readFileSync(hidden, 'utf8')).packages;
  const { '': _project, ...wanted } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const missing = Object.entries(wanted).some(([path, { version, optional = false }]) =>
    path in installed ? installed[path].version !== version : !optional,
  );
  return !missing && Object.keys(installed).every((path) => path in wanted);
}

function run(command, args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) process.exit(status ?? 1);
}

if (!isInstalled()) {
  console.log('install: npm ci');
  run('npm', ['ci']);
}
run(process.execPath, [join('.tools', 'build.mjs'), '--if-stale']);

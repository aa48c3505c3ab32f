/** Scratch repositories that nobody's settings reach, and the programs that are measured in them. */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeBacklog, toJsonLines } from './backlog.mjs';

/** The built executable. Absolute. */
export const EXECUTABLE = fileURLToPath(new URL('../../bin/git-tasks.js', import.meta.url));

/** What must not reach a measured program. In Node 20 the first variable alone makes every start three times slower. */
const FOREIGN = /^(?:NODE_EXTRA_CA_CERTS|NODE_OPTIONS|NODE_DEBUG|FORCE_COLOR|EMAIL)$|^(?:GIT_|CLAUDE|CODEX|XDG_|npm_)/;

const top = realpathSync(mkdtempSync(join(tmpdir(), 'git-tasks-bench-')));
process.on('exit', () => rmSync(top, { recursive: true, force: true, maxRetries: 3 }));
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => process.exit(130));

/** The environment of every measured program. */
export const ENV = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !FOREIGN.test(name))),
  HOME: top,
  GIT_CONFIG_GLOBAL: devNull,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_TASKS_ACTOR: 'bench',
  NO_COLOR: '1',
  TZ: 'UTC',
  LC_ALL: 'C',
};

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {string | Uint8Array} [input] for standard input, which is empty otherwise
 * @property {Record<string, string>} [env] beside that of the benchmark
 */

let folders = 0;

/** A path below the scratch folder that nothing uses yet. @param {string} name */
export function scratchPath(name) {
  folders += 1;
  return join(top, `${name}-${folders}`);
}

/**
 * Runs a program and gives what it printed. Throws with what it said when it fails.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 */
export function run(program, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: options.cwd ?? top,
    env: { ...ENV, ...options.env },
    input: options.input ?? '',
    maxBuffer: 1024 * 1024 * 1024,
  });
  if (error !== undefined) throw error;
  if (status === 0) return stdout.toString('utf8');
  throw new Error(`${program} ${args.join(' ')} gave ${status}: ${stderr.toString('utf8') || stdout.toString('utf8')}`);
}

/** @param {string} folder @param {...string} args */
export function git(folder, ...args) {
  return run('git', args, { cwd: folder }).trimEnd();
}

/**
 * Runs the built git-tasks in a repository.
 * @param {string} folder
 * @param {readonly string[]} args
 * @param {Omit<RunOptions, 'cwd'>} [options]
 */
export function tasks(folder, args, options) {
  return run(process.execPath, [EXECUTABLE, ...args], { ...options, cwd: folder });
}

/**
 * Like `tasks`, beside other processes.
 * @param {string} folder
 * @param {readonly string[]} args
 * @returns {Promise<string>} what it printed
 */
export function tasksBeside(folder, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [EXECUTABLE, ...args], {
      cwd: folder,
      env: ENV,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => (out += String(chunk)));
    child.stderr.on('data', (chunk) => (err += String(chunk)));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(out) : reject(new Error(`${args.join(' ')} gave ${code}: ${err}`)),
    );
  });
}

/** A new repository with an empty ledger. @param {string} name */
export function newLedger(name) {
  const folder = scratchPath(name);
  git(top, 'init', '--quiet', '--initial-branch', 'main', folder);
  git(folder, 'config', 'user.name', 'Ada Example');
  git(folder, 'config', 'user.email', 'ada@example.org');
  // A housekeeping run in the middle of a measurement would be measured as well.
  git(folder, 'config', 'gc.auto', '0');
  tasks(folder, ['init']);
  return folder;
}

/** @type {Map<number, string>} */
const ledgers = new Map();

/** A repository with this many tasks, as `import` leaves it, of the caller's own. @param {number} size */
export function ledgerOf(size) {
  let master = ledgers.get(size);
  if (master === undefined) {
    master = newLedger(`master-${size}`);
    const file = join(master, 'backlog.jsonl');
    writeFileSync(file, toJsonLines(makeBacklog(size)));
    tasks(master, ['import', 'jsonl', file]);
    rmSync(file);
    // The first command after it reads the index that the import has left; it must not be the first that is measured.
    tasks(master, ['ready', '--json']);
    ledgers.set(size, master);
  }
  return copyOf(master);
}

/** A copy of a repository. @param {string} folder */
export function copyOf(folder) {
  const copy = scratchPath('copy');
  cpSync(folder, copy, { recursive: true, preserveTimestamps: true });
  return copy;
}

/** Removes a repository that is not needed any more. @param {string} folder */
export function discard(folder) {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * The bytes of all files below a folder (apparent sizes), without those whose path a pattern matches.
 * @param {string} folder
 * @param {RegExp} [except]
 */
export function bytesBelow(folder, except) {
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && except?.test(path) !== true) bytes += statSync(path).size;
  }
  return bytes;
}

/** The bytes of a repository without what git-tasks can make again at any time. @param {string} folder */
export function repositoryBytes(folder) {
  return bytesBelow(join(folder, '.git'), /\/git-tasks\/|\/hooks\//);
}

/**
 * Makes the code caches of a fresh build: runs representative commands in one process, in a scratch repository, so that
 * every function that one of them needs is compiled, and lets the launcher store what V8 has then.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';

/** Command lines; `ID` is the id of the task that was added last. The first words are the verbs that are learnt. */
const COMMANDS = [
  ['--help'],
  ['init'],
  ['add', 'First task', '--json'],
  ['add', 'Second task', '--json', '--blocked-by', 'ID', '--label', 'docs', '--description', 'text'],
  ['list'],
  ['ready', '--json'],
  ['ready'],
  ['show', 'ID'],
  ['set', 'ID', '--priority', '1'],
  ['claim', 'ID'],
  ['done', 'ID'],
  ['next'],
  ['prime'],
];

/** The child: everything that it prints is captured here, to learn the ids and to keep the build's output clean. */
async function warmUp() {
  const { load, learn } = createRequire(import.meta.url)('../bin/git-tasks.js');
  let printed = '';
  let id = '';
  process.stdout.write = (text, ...rest) => {
    printed += String(text);
    const done = rest.at(-1);
    if (typeof done === 'function') done();
    return true;
  };
  // V8 throws away bytecode that it has not run for a while. The flag is part of what a cache is checked against, so
  // it is as it was when the cache is made.
  setFlagsFromString('--no-flush-bytecode');
  for (const command of COMMANDS) {
    printed = '';
    const line = command.map((word) => (word === 'ID' ? id : word));
    const code = await load('core').main(line);
    if (code !== 0) process.stderr.write(`warm-up: git-tasks ${line.join(' ')} gave ${code}\n`);
    id = /"id": ?"(\w+)"/.exec(printed)?.[1] ?? id;
  }
  setFlagsFromString('--flush-bytecode');
  learn([...new Set(COMMANDS.map(([verb]) => (verb.startsWith('-') ? '-' : verb)))].join(' '));
}

/** The parent: an environment in which nobody's settings matter, and that the launcher names its caches after. */
function runInScratchRepository() {
  const folder = mkdtempSync(join(tmpdir(), 'git-tasks-warm-up-'));
  const inherited = Object.entries(process.env).filter(([name]) => !/^(?:GIT_|CLAUDE|NODE_)/.test(name));
  const isolated = { HOME: folder, GIT_CONFIG_GLOBAL: devNull, GIT_CONFIG_NOSYSTEM: '1', GIT_TASKS_ACTOR: 'warm-up' };
  const env = { ...Object.fromEntries(inherited), ...isolated };
  try {
    execFileSync('git', ['init', '--quiet'], { cwd: folder, env });
    const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url), '--child'], {
      cwd: folder,
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    // A build without caches works, but more slowly; that it cannot run its own commands is worth a failure.
    if (child.status !== 0) throw new Error('warm-up: the built program does not run');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv.includes('--child')) await warmUp();
else runInScratchRepository();

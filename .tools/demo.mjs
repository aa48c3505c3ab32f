/**
 * Shows git-tasks at work on the backlog of a made-up project, in a scratch repository that is removed at the end.
 *
 *     node .tools/demo.mjs          shows and removes it
 *     node .tools/demo.mjs --keep   leaves the repository to be looked at
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const EXECUTABLE = fileURLToPath(new URL('../bin/git-tasks.js', import.meta.url));
const BACKLOG = fileURLToPath(new URL('../fixtures/backlog/harbor.jsonl', import.meta.url));
const KEEP = process.argv.includes('--keep');

/** Output beyond this many lines is cut, with a word about how much. */
const MAX_LINES = 50;

const folder = mkdtempSync(join(tmpdir(), 'git-tasks-demo-'));
const repository = join(folder, 'harbor');

/** Nobody's identity, settings or session: what is shown is the same for everyone. */
const foreign = /^(?:GIT_|CLAUDE|CODEX|GEMINI|CURSOR|NODE_EXTRA_CA_CERTS$|EMAIL$)/;
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name))),
  HOME: folder,
  GIT_CONFIG_GLOBAL: devNull,
  GIT_CONFIG_NOSYSTEM: '1',
};

/** Runs a program; a failure ends the demo. */
function run(program, args, cwd = repository) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, env, encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} gave ${status}: ${stderr || stdout}`);
  return { stdout, stderr };
}

function tasks(...args) {
  return run(process.execPath, [EXECUTABLE, ...args]);
}

/** The answer of a command as data, for what the demo has to choose; not shown. */
function ask(...args) {
  return JSON.parse(tasks(...args, '--json').stdout);
}

function say(text) {
  console.log(`\n# ${text}`);
}

/** Shows a command as one would type it, and what it says. */
function show(words, { stdout, stderr }, max = MAX_LINES) {
  console.log(`$ ${words.map((word) => (/^[\w./:=@-]+$/.test(word) ? word : `"${word}"`)).join(' ')}`);
  const lines = `${stdout}${stderr}`.trimEnd().split('\n');
  console.log(lines.slice(0, max).join('\n'));
  if (lines.length > max) console.log(`… (${lines.length - max} more lines)`);
}

function showTasks(...args) {
  show(['git', 'tasks', ...args], tasks(...args));
}

function showGit(...args) {
  show(['git', ...args], run('git', args));
}

function makeRepository() {
  run('git', ['init', '--quiet', '--initial-branch', 'main', repository], folder);
  run('git', ['config', 'user.name', 'Ada Example']);
  run('git', ['config', 'user.email', 'ada@example.org']);
  writeFileSync(join(repository, 'harbor.py'), 'print("a package registry")\n');
  run('git', ['add', 'harbor.py']);
  run('git', ['commit', '--quiet', '--message', 'Begin']);
  copyFileSync(BACKLOG, join(folder, 'backlog.jsonl'));
}

function demo() {
  makeRepository();
  say('A repository with some code. The ledger becomes a branch of its own beside it.');
  showTasks('init');
  say('The backlog of a made-up project, as another tool exports it.');
  show(['git', 'tasks', 'import', 'beads', '../backlog.jsonl'], tasks('import', 'beads', '../backlog.jsonl'), 6);
  showTasks('stats');
  say('What can be started now, the most urgent first.');
  showTasks('ready', '--limit', '5');

  const best = ask('ready', '--limit', '1').tasks[0].id;
  const short = best.slice(0, 4);
  const waiting = ask('show', best).task.blocks[0] ?? best;
  say('One of the others, and what stands before it.');
  showTasks('why', waiting.slice(0, 4));

  say('An agent takes the best ready task: found and claimed in one step, so two agents never get the same.');
  showTasks('next', '--as', 'agent-1');
  showTasks(
    'note',
    short,
    'The formats are written down; two fields of the index were never read and are gone.',
    '--as',
    'agent-1',
  );
  showTasks('done', short, '--result', 'Frozen as version 1, see docs/formats.md', '--as', 'agent-1');
  say('What waited for it can be started now.');
  showTasks('why', waiting.slice(0, 4));

  say('Each change is one commit, for people and for plain git.');
  showTasks('log', '--limit', '4');
  showGit('--no-pager', 'log', '-p', '-1', 'tasks');
  say('The code, its branch and its index were never touched.');
  showGit('status', '--short', '--branch');
}

try {
  demo();
  console.log(
    KEEP
      ? `\nThe repository is kept in ${repository}`
      : '\nThe repository is removed now; keep it with: npm start -- --keep',
  );
} finally {
  if (!KEEP) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

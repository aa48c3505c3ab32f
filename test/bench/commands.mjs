/** What one command costs: time as a multiple of an empty Node script, and peak memory. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { interleave, median } from './measure.mjs';
import { discard, EXECUTABLE, git, ledgerOf, run, tasks } from './scratch.mjs';

/** @typedef {import('./measure.mjs').Result} Result */

const READ = { max: 2.2 };
const WRITE = { max: 2.7 };
const START = { max: 1.5 };
const SILENT_HOOK = { max: 2 };
const MEMORY = { max: 120 };

/** Runs that the memory of a command is the median of. */
const MEMORY_RUNS = 5;

const HOOK = fileURLToPath(new URL('peak-memory.cjs', import.meta.url));

/**
 * @typedef {object} Command
 * @property {string} name
 * @property {{ readonly max: number }} target as a multiple of `node -e 0`
 * @property {(round: number) => string[]} args
 */

/** What is run at every size. @param {string} folder @returns {Command[]} */
function commandsIn(folder) {
  const ready = readyIds(folder);
  /** Each round and each verb takes a task of its own. @param {number} verb */
  const idFor = (verb) => (/** @type {number} */ round) => ready[round * 4 + verb] ?? '';
  return [
    { name: 'ready --json', target: READ, args: () => ['ready', '--json'] },
    { name: 'show <id>', target: READ, args: (round) => ['show', idFor(0)(round)] },
    { name: 'list --limit 50', target: READ, args: () => ['list', '--limit', '50'] },
    { name: 'add', target: WRITE, args: (round) => ['add', `Measure it again (${round})`, '--priority', '1'] },
    { name: 'set', target: WRITE, args: (round) => ['set', idFor(1)(round), '--label', `round-${round}`] },
    { name: 'done', target: WRITE, args: (round) => ['done', idFor(2)(round)] },
    { name: 'claim', target: WRITE, args: (round) => ['claim', idFor(3)(round)] },
  ];
}

/** @type {Command[]} */
const STARTS = [
  { name: '--help', target: START, args: () => ['--help'] },
  { name: '--version', target: START, args: () => ['--version'] },
];

/** At this size everything is measured, at the smaller ones what depends on the size. */
const FULL_SIZE = 10_000;
const SMALLER = new Map([
  [1000, ['ready --json', 'add']],
  [100, ['ready --json', 'add']],
]);

/**
 * @param {{ rounds: number }} options
 * @returns {Result[]}
 */
export function measureCommands({ rounds }) {
  const results = measureAt(FULL_SIZE, { rounds, names: undefined });
  for (const [size, names] of SMALLER) results.push(...measureAt(size, { rounds, names }));
  return [...results, ...measureHook(rounds)];
}

/** What an agent waits for at each prompt and at each end of a turn while nothing happens. @param {number} rounds */
function measureHook(rounds) {
  const folder = ledgerOf(FULL_SIZE);
  /** @param {string} event */
  const call = (event) => {
    const payload = { session_id: 'bench', cwd: folder, hook_event_name: event, prompt: 'x', stop_hook_active: false };
    return tasks(folder, ['hook', '--agent', 'claude'], { input: JSON.stringify(payload) });
  };
  // The first call of a session takes note of how things stand.
  call('SessionStart');
  const events = ['UserPromptSubmit', 'Stop'];
  const answers = events.map((event) => call(event)).join('');
  if (answers !== '') throw new Error(`a hook with nothing to say said: ${answers}`);
  const times = interleave(
    {
      'node -e 0': { run: () => void run(process.execPath, ['-e', '0'], { cwd: folder }) },
      ...Object.fromEntries(events.map((event) => [event, { run: () => void call(event) }])),
    },
    rounds,
  );
  const base = times['node -e 0'] ?? NaN;
  discard(folder);
  return events.map((event) => {
    const time = times[event] ?? NaN;
    const detail = `${time.toFixed(0)} ms; node -e 0: ${base.toFixed(0)} ms`;
    const name = `hook, ${event}, nothing to say`;
    return {
      group: `${FULL_SIZE.toLocaleString('en')} tasks`,
      name,
      value: time / base,
      unit: 'x',
      target: SILENT_HOOK,
      detail,
    };
  });
}

/**
 * @param {number} size
 * @param {{ rounds: number, names: readonly string[] | undefined }} options
 */
function measureAt(size, { rounds, names }) {
  const folder = ledgerOf(size);
  const all = [...commandsIn(folder), ...(names === undefined ? STARTS : [])];
  const commands = all.filter(({ name }) => names?.includes(name) !== false);
  const before = commitCount(folder);
  const times = interleave(
    {
      'node -e 0': { run: () => void run(process.execPath, ['-e', '0'], { cwd: folder }) },
      'git log -1': { run: () => void git(folder, 'log', '-1', '--oneline', 'tasks') },
      ...Object.fromEntries(
        commands.map(({ name, args }) => [name, { run: (round) => void tasks(folder, args(round)) }]),
      ),
    },
    rounds,
  );
  const writes = commands.filter(({ target }) => target === WRITE).length;
  const made = commitCount(folder) - before;
  if (made !== writes * (rounds + 1))
    throw new Error(`${writes} writing verbs left ${made} commits in ${rounds + 1} rounds`);
  const base = times['node -e 0'] ?? NaN;
  const group = `${size.toLocaleString('en')} tasks`;
  /** @type {Result[]} */
  const results = commands.map(({ name, target }) => {
    const time = times[name] ?? NaN;
    const detail = `${time.toFixed(0)} ms; node -e 0: ${base.toFixed(0)} ms; git log -1: ${(times['git log -1'] ?? NaN).toFixed(1)} ms`;
    return { group, name, value: time / base, unit: 'x', target, detail };
  });
  if (names === undefined) results.push(...memoryOf(folder, commands, rounds + 1));
  discard(folder);
  return results;
}

/** @param {string} folder @param {readonly Command[]} commands @param {number} firstRound @returns {Result[]} */
function memoryOf(folder, commands, firstRound) {
  const reports = mkdtempSync(join(tmpdir(), 'git-tasks-memory-'));
  try {
    return commands.map(({ name, target: _time, args }) => {
      const peaks = Array.from({ length: MEMORY_RUNS + 1 }, (_, i) => {
        const report = join(reports, `${name.replaceAll(/\W/g, '_')}-${i}`);
        const env = { NODE_OPTIONS: `--require=${HOOK}`, PEAK_MEMORY_FILE: report };
        tasks(folder, args(firstRound + i), { env });
        return Number(readFileSync(report, 'utf8')) / 1e6;
      });
      // The first run makes the code cache: flags of Node are part of its key.
      const value = median(peaks.slice(1));
      return {
        group: '10,000 tasks',
        name: `memory of ${name}`,
        value,
        unit: 'MB',
        target: MEMORY,
        detail: 'peak resident set',
      };
    });
  } finally {
    rmSync(reports, { recursive: true, force: true });
    removeCachesOfHook();
  }
}

/** The launcher keeps a code cache for each set of Node's options, which it spells in hex. */
function removeCachesOfHook() {
  const folder = join(dirname(EXECUTABLE), '../dist/cli');
  const mark = `-${Buffer.from('--require=').toString('hex')}`;
  for (const name of readdirSync(folder)) if (name.includes(mark)) rmSync(join(folder, name), { force: true });
}

/** @param {string} folder @returns {string[]} ids of ready tasks */
function readyIds(folder) {
  const { tasks: ready } = JSON.parse(tasks(folder, ['ready', '--json', '--limit', '0']));
  return ready.map((/** @type {{ id: string }} */ { id }) => id);
}

/** @param {string} folder */
function commitCount(folder) {
  return Number(git(folder, 'rev-list', '--count', 'tasks'));
}

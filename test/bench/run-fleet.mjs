/** What a run adds to the commands that it runs, and what it holds in memory. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { timed } from './measure.mjs';
import { discard, ledgerOf, run, scratchPath, EXECUTABLE } from './scratch.mjs';

/** @typedef {import('./measure.mjs').Result} Result */

const PEAK_MEMORY = fileURLToPath(new URL('peak-memory.cjs', import.meta.url));
const MB = 1e6;
const JOBS = 16;

/**
 * Runs a command for each task of a new ledger: milliseconds, and the peak of the memory in bytes.
 * @param {number} count
 * @param {readonly string[]} command
 */
function runOver(count, command) {
  const folder = ledgerOf(0);
  const lines = Array.from({ length: count }, (_, n) => JSON.stringify({ verb: 'add', subject: `Task ${n}` }));
  run(process.execPath, [EXECUTABLE, 'batch'], { cwd: folder, input: lines.join('\n') });
  const file = scratchPath('peak');
  const env = { PEAK_MEMORY_FILE: file };
  const args = ['--require', PEAK_MEMORY, EXECUTABLE, 'run', '--json', '--jobs', String(JOBS), '--', ...command];
  const time = timed(() => void run(process.execPath, args, { cwd: folder, env }));
  discard(folder);
  return { time, memory: Number(readFileSync(file, 'utf8')) };
}

/** @param {{ quick: boolean }} options @returns {Result[]} */
export function measureRunFleet({ quick }) {
  const group = `run, ${JOBS} at once on ${availableParallelism()} cores`;
  const sizes = quick ? [100, 500] : [100, 1000, 5000];
  const runs = sizes.map((count) => ({ count, ...runOver(count, ['true']) }));
  const [first] = runs;
  const loud = runOver(16, ['head', '-c', '100000000', '/dev/zero']);
  return [
    ...runs.map(({ count, time }) => ({
      group,
      name: `${count} tasks, true: each`,
      value: time / count,
      unit: 'ms',
      target: { max: 60 },
      detail: `${(time / 1000).toFixed(1)} s in all; two commits and a process for each`,
    })),
    ...runs.map(({ count, memory }) => ({
      group,
      name: `${count} tasks, true: peak memory`,
      value: memory / MB,
      unit: 'MB',
      ...(first !== undefined && count > first.count && { target: { max: Math.round((first.memory / MB) * 1.5) } }),
    })),
    {
      group,
      name: '16 tasks of 100 MB output each: peak memory',
      value: loud.memory / MB,
      unit: 'MB',
      target: { max: 250 },
      detail: `${(loud.time / 1000).toFixed(1)} s`,
    },
  ];
}

/**
 * Measures what many writers reach together, against what the same processes reach that only read.
 *
 *     node test/concurrency/throughput.mjs [--check] [--blocks N]
 *
 * `--check` fails when a target is missed. Reading and writing take turns in short blocks, and the median of the ratios
 * counts: another load on the machine then weighs on both.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const WRITERS = 8;
/** Shares of what readers reach (a process for each change), and of what one writer reaches (long-lived processes). */
const TARGETS = { processes: 0.85, longLived: 0.6 };

const executable = fileURLToPath(new URL('../../bin/git-tasks.js', import.meta.url));
const top = realpathSync(mkdtempSync(join(tmpdir(), 'git-tasks-throughput-')));
process.on('exit', () => rmSync(top, { recursive: true, force: true, maxRetries: 3 }));

const FOREIGN = /^(?:GIT_|CLAUDE|CODEX|XDG_|npm_)|^(?:NODE_EXTRA_CA_CERTS|NODE_OPTIONS)$/;
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !FOREIGN.test(name))),
  HOME: top,
  GIT_CONFIG_GLOBAL: devNull,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TASKS_ACTOR: 'bench',
  NO_COLOR: '1',
};

/** @param {string} program @param {readonly string[]} args @param {string} [input] */
function run(program, args, input = '') {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: top, env, input, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} gave ${status}: ${stderr || stdout}`);
  return stdout;
}

/** @param {number} writer @param {number} n */
const writing = (writer, n) => ['add', `Task ${n} of ${writer}`, '--json'];
const reading = () => ['ready', '--json'];

/** Commands per second of `writers` that run one after another each. @param {(writer: number, n: number) => string[]} args */
async function pace(args, each = 6) {
  const start = performance.now();
  await Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      for (let n = 0; n < each; n++) {
        const child = spawn(process.execPath, [executable, ...args(writer, n)], { cwd: top, env, stdio: 'ignore' });
        const [code] = await once(child, 'exit');
        if (code !== 0) throw new Error(`${args(writer, n).join(' ')} gave ${code}`);
      }
    }),
  );
  return (WRITERS * each * 1000) / (performance.now() - start);
}

/** Changes per second of long-lived processes that begin at the same moment. @param {string} worker @param {number} count */
async function paceLongLived(worker, count, each = 60) {
  const startsAt = Date.now() + 600;
  const children = Array.from({ length: count }, (_, writer) => {
    const jobs = Array.from({ length: each }, (_job, n) => ({ kind: 'single', size: 1, group: `w${writer}n${n}` }));
    return spawn(process.execPath, [worker, JSON.stringify({ folder: top, jobs, startsAt })], {
      cwd: top,
      env,
      stdio: 'ignore',
    });
  });
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]));
  if (codes.some((code) => code !== 0)) throw new Error(`writers ended with ${codes}`);
  return (count * each * 1000) / (Date.now() - startsAt);
}

/** @param {readonly number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Blocks of both kinds in turn, and the ratio of each pair. @param {() => Promise<number>} base @param {() => Promise<number>} other @param {number} blocks */
async function compare(base, other, blocks) {
  /** @type {{ base: number[], other: number[], ratio: number[] }} */
  const seen = { base: [], other: [], ratio: [] };
  for (let block = 0; block <= blocks; block++) {
    const before = await base();
    const then = await other();
    const after = await base();
    // The first block warms the caches.
    if (block === 0) continue;
    seen.base.push(before, after);
    seen.other.push(then);
    seen.ratio.push((2 * then) / (before + after));
  }
  return { base: median(seen.base), other: median(seen.other), ratio: median(seen.ratio) };
}

const blocks = Number(process.argv[process.argv.indexOf('--blocks') + 1] || 0) || 7;
const worker = join(top, 'worker.mjs');
await build({
  entryPoints: [fileURLToPath(new URL('support/worker.ts', import.meta.url))],
  outfile: worker,
  banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);` },
  bundle: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'error',
});
run('git', ['init', '--quiet']);
run('git', ['config', 'user.name', 'Ada Example']);
run('git', ['config', 'user.email', 'ada@example.org']);
run(process.execPath, [executable, 'init']);
const times = { created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z' };
const issues = Array.from({ length: 1000 }, (_, n) =>
  JSON.stringify({ id: `x-${n}`, title: `Task ${n}`, status: 'open', priority: 2, ...times }),
);
run(process.execPath, [executable, 'import', 'beads', '-'], issues.join('\n'));

const processes = await compare(
  () => pace(reading),
  () => pace(writing),
  blocks,
);
const longLived = await compare(
  () => paceLongLived(worker, 1),
  () => paceLongLived(worker, WRITERS, 30),
  Math.ceil(blocks / 2),
);
run('git', ['fsck', '--strict', '--no-dangling']);

const round = (/** @type {number} */ value) => Math.round(value * 100) / 100;
console.log(`1,000 tasks, ${WRITERS} writers, medians`);
console.log(
  `a process each: ${round(processes.base)} reads/s, ${round(processes.other)} changes/s, ratio ${round(processes.ratio)} (target ${TARGETS.processes})`,
);
console.log(
  `long-lived: one ${round(longLived.base)} changes/s, ${WRITERS} together ${round(longLived.other)}, ratio ${round(longLived.ratio)} (target ${TARGETS.longLived})`,
);
const isMissed = processes.ratio < TARGETS.processes || longLived.ratio < TARGETS.longLived;
if (process.argv.includes('--check') && isMissed) process.exitCode = 1;

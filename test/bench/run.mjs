/**
 * Measures the built program against an empty Node script and plain git, in the same run on the same machine.
 *
 *     npm run bench                             everything: medians of 21 interleaved rounds
 *     npm run bench -- --quick                  5 rounds
 *     npm run bench -- --only commands,cold     some groups: commands, series, cold, contention, sharing, run-fleet, verify, real-data
 *     npm run bench -- --json bench.json        the results in a file as well
 *
 * A missed target is a result, not a failure: the exit code says only whether everything could be measured.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { measureCold } from './cold.mjs';
import { measureCommands } from './commands.mjs';
import { measureContention } from './contention.mjs';
import { isMet } from './measure.mjs';
import { measureRealData } from './real-data.mjs';
import { resultsToJson, resultTable } from './report.mjs';
import { measureRunFleet } from './run-fleet.mjs';
import { measureSeries } from './series.mjs';
import { measureSharing } from './sharing.mjs';
import { measureVerify } from './verify.mjs';

/** @typedef {import('./measure.mjs').Result} Result */

const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean' }, only: { type: 'string' }, json: { type: 'string' } },
});
const quick = flags.quick === true;

/** @type {Record<string, () => Result[] | Promise<Result[]>>} */
const GROUPS = {
  commands: () => measureCommands({ rounds: quick ? 5 : 21 }),
  cold: () => measureCold({ rounds: quick ? 3 : 9 }),
  series: () => measureSeries({ rounds: quick ? 1 : 3 }),
  contention: () => measureContention(),
  sharing: () => measureSharing({ rounds: quick ? 3 : 9 }),
  'run-fleet': () => measureRunFleet({ quick }),
  verify: () => measureVerify({ rounds: quick ? 1 : 3 }),
  'real-data': () => measureRealData(),
};

const wanted = flags.only?.split(',') ?? Object.keys(GROUPS);
const unknown = wanted.find((name) => !Object.hasOwn(GROUPS, name));
if (unknown !== undefined) {
  console.error(`bench: there is no group ${unknown}; choose from: ${Object.keys(GROUPS).join(', ')}`);
  process.exit(2);
}

/** @type {Result[]} */
const results = [];
/** @type {string[]} */
const failures = [];
const machine = {
  node: process.version,
  git: spawnSync('git', ['--version'], { encoding: 'utf8' })
    .stdout.trim()
    .replace(/^git version /, ''),
  cores: availableParallelism(),
  load: loadavg()[0] ?? 0,
};
console.log(
  `Node ${machine.node}, git ${machine.git}, ${machine.cores} cores, load ${machine.load.toFixed(1)} before the first run\n`,
);
for (const name of wanted) {
  try {
    const measured = (await GROUPS[name]?.()) ?? [];
    results.push(...measured);
    console.log(`${name}\n\n${measured.length > 0 ? resultTable(measured) : 'nothing to measure it with'}\n`);
  } catch (error) {
    failures.push(name);
    console.error(`bench: ${name} could not be measured: ${error instanceof Error ? error.stack : String(error)}\n`);
  }
}

const missed = results.filter((result) => isMet(result) === false);
console.log(
  `${results.length} measured, ${missed.length} missed their target, load ${(loadavg()[0] ?? 0).toFixed(1)} at the end`,
);
if (flags.json !== undefined) {
  const report = { date: new Date().toISOString(), machine, quick, failures, results: resultsToJson(results) };
  writeFileSync(flags.json, `${JSON.stringify(report, undefined, 2)}\n`);
}
if (failures.length > 0) process.exitCode = 1;

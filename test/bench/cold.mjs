/** The first command without an index, as after a clone: every task is read from git. */
import { readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { interleave } from './measure.mjs';
import { copyOf, discard, git, ledgerOf, run, scratchPath, tasks } from './scratch.mjs';

/** @typedef {import('./measure.mjs').Result} Result */

const SIZE = 10_000;

/**
 * @param {{ rounds: number }} options
 * @returns {Result[]}
 */
export function measureCold({ rounds }) {
  const imported = ledgerOf(SIZE);
  const packed = copyOf(imported);
  git(packed, 'gc', '--quiet', '--prune=now');
  const loose = copyOf(imported);
  unpackAll(loose);
  const layouts = { 'as imported': imported, 'after git gc': packed, 'all loose': loose };
  const contenders = Object.entries(layouts).map(([name, folder]) => {
    const before = () => rmSync(join(folder, '.git/git-tasks'), { recursive: true, force: true });
    return [name, { before, run: () => void tasks(folder, ['ready', '--json']) }];
  });
  const empty = { run: () => void run(process.execPath, ['-e', '0']) };
  const times = interleave({ 'node -e 0': empty, ...Object.fromEntries(contenders) }, rounds);
  for (const folder of Object.values(layouts)) discard(folder);
  const base = times['node -e 0'] ?? NaN;
  return Object.keys(layouts).map((name) => {
    const time = times[name] ?? NaN;
    const target = name === 'all loose' ? undefined : { max: 12 };
    const detail = `${time.toFixed(0)} ms; node -e 0: ${base.toFixed(0)} ms`;
    return {
      group: '10,000 tasks',
      name: `ready without index, ${name}`,
      value: time / base,
      unit: 'x',
      detail,
      ...(target && { target }),
    };
  });
}

/** Turns every pack into loose objects. @param {string} folder */
function unpackAll(folder) {
  const packs = join(folder, '.git/objects/pack');
  const aside = scratchPath('packs');
  // An object that is in a pack of the repository would not be written again.
  renameSync(packs, aside);
  for (const name of readdirSync(aside)) {
    if (name.endsWith('.pack'))
      run('git', ['unpack-objects', '-q'], { cwd: folder, input: readFileSync(join(aside, name)) });
  }
  discard(aside);
}

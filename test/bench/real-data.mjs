/** A real project's issues and their history, where they lie beside this repository; nothing needs them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { discard, git, newLedger, repositoryBytes, run, tasks } from './scratch.mjs';
import { timed } from './measure.mjs';

/** @typedef {import('./measure.mjs').Result} Result */

const DATA = fileURLToPath(new URL('../../../shared/data/beads', import.meta.url));
const REPLAY = fileURLToPath(new URL('replay-beads.mjs', import.meta.url));
const GROUP = 'beads';

/** @returns {Result[]} */
export function measureRealData() {
  return [...measureImport(join(DATA, 'issues.jsonl')), ...measureHistory(join(DATA, 'history.jsonl.gz'))];
}

/** @param {string} file @returns {Result[]} */
function measureImport(file) {
  if (!existsSync(file)) return [];
  const folder = newLedger('import');
  let answer = { created: 0, total: 0, issues: [] };
  const time = timed(() => {
    answer = JSON.parse(tasks(folder, ['import', 'beads', file, '--json']));
  });
  const again = timed(() => void tasks(folder, ['import', 'beads', file, '--json']));
  const commits = Number(git(folder, 'rev-list', '--count', 'tasks'));
  if (commits !== 2) throw new Error(`two imports of one file left ${commits - 1} commits`);
  discard(folder);
  const detail = `${answer.created} tasks of ${answer.total}; ${answer.issues.length} remarks`;
  return [
    { group: GROUP, name: 'import of one state', value: time / 1000, unit: 's', detail },
    {
      group: GROUP,
      name: 'import of the same again',
      value: again / 1000,
      unit: 's',
      detail: 'nothing changes, no commit',
    },
  ];
}

/** @param {string} file @returns {Result[]} */
function measureHistory(file) {
  if (!existsSync(file)) return [];
  const folder = newLedger('replay');
  const replay = JSON.parse(run(process.execPath, [REPLAY, folder, file]));
  git(folder, 'gc', '--quiet', '--prune=now');
  git(folder, 'fsck', '--strict', '--no-dangling');
  const size = repositoryBytes(folder);
  discard(folder);
  const { steps, changes, commits, milliseconds, median, slowest, peak } = replay;
  return [
    {
      group: GROUP,
      name: 'replay of the history, a step',
      value: milliseconds / steps,
      unit: 'ms',
      detail: `${steps} steps, ${changes} changes, ${commits} commits; median ${median.toFixed(1)}, slowest ${slowest.toFixed(0)} ms; ${(peak / 1e6).toFixed(0)} MB`,
    },
    {
      group: GROUP,
      name: 'its repository after git gc',
      value: size / 1e6,
      unit: 'MB',
      detail: `${(size / commits / 1000).toFixed(2)} kB a commit`,
    },
  ];
}

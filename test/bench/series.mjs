/** A thousand changes in one process, a commit each, against the same done by git; and what they leave on disk. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeBacklog } from './backlog.mjs';
import { median, timed } from './measure.mjs';
import { bytesBelow, copyOf, discard, git, ledgerOf, repositoryBytes, run, scratchPath, tasks } from './scratch.mjs';

/** @typedef {import('./measure.mjs').Result} Result */
/** One commit of a series: the file that it changed. @typedef {{ path: string, content: Uint8Array }} Step */

const SIZE = 10_000;
const CHANGES = 1000;
const GROUP = '10,000 tasks';

/** Single processes that the loose bytes of a change are the mean of. */
const SINGLE_CHANGES = 50;

/**
 * @param {{ rounds: number }} options
 * @returns {Result[]}
 */
export function measureSeries({ rounds }) {
  const base = ledgerOf(SIZE);
  try {
    const lines = batchLines();
    const first = copyOf(base);
    tasks(first, ['batch', '--each'], { input: lines });
    const steps = stepsOf(base, first);
    const tree = git(first, 'rev-parse', 'tasks^{tree}');
    const results = [
      ...compareWithGit(base, { lines, steps, tree, rounds }),
      packedGrowth(base, first),
      looseGrowth(base),
    ];
    discard(first);
    return results;
  } finally {
    discard(base);
  }
}

/** Labels and notes in turn, on a thousand different tasks. */
function batchLines() {
  const open = makeBacklog(SIZE).filter(({ status }) => status === 'pending');
  return open
    .slice(0, CHANGES)
    .map(({ id }, i) => {
      const line =
        i % 2 === 0 ? { verb: 'set', id, labels: ['measured'] } : { verb: 'note', id, text: `Seen in pass ${i}.` };
      return `${JSON.stringify(line)}\n`;
    })
    .join('');
}

/** The files that the commits between two ledgers changed, in order. @param {string} base @param {string} after */
function stepsOf(base, after) {
  const tip = git(base, 'rev-parse', 'tasks');
  const log = git(after, 'log', '--reverse', '--raw', '--no-abbrev', '--format=', `${tip}..tasks`).split('\n');
  const changes = log.map((line) => /^:\S+ \S+ \S+ ([0-9a-f]{40}) \w\t(.*)$/.exec(line) ?? ['', '', '']);
  if (changes.length !== CHANGES || changes.some(([line]) => line === '')) {
    throw new Error(`${CHANGES} changes left ${changes.length} changed files`);
  }
  return changes.map(([, oid = '', path = '']) => ({
    path,
    content: Buffer.from(`${git(after, 'cat-file', 'blob', oid)}\n`),
  }));
}

/**
 * @param {string} base
 * @param {{ lines: string, steps: readonly Step[], tree: string, rounds: number }} series `tree`: what git must arrive at
 * @returns {Result[]}
 */
function compareWithGit(base, { lines, steps, tree, rounds }) {
  const files = scratchPath('files');
  run('mkdir', ['-p', files]);
  steps.forEach(({ content }, i) => writeFileSync(join(files, String(i)), content));
  const list = steps.map(({ path }) => `${path}\n`).join('');
  const contenders = {
    ours: (/** @type {string} */ folder) => tasks(folder, ['batch', '--each'], { input: lines }),
    plumbing: (/** @type {string} */ folder) =>
      run('bash', ['-c', PLUMBING, 'bash', files], { cwd: folder, input: list }),
    fastImport: (/** @type {string} */ folder) => {
      const tip = git(folder, 'rev-parse', 'tasks');
      return run('git', ['fast-import', '--quiet'], { cwd: folder, input: fastImportStream(tip, steps) });
    },
  };
  /** @type {Record<keyof typeof contenders, number[]>} */
  const times = { ours: [], plumbing: [], fastImport: [] };
  for (let round = 0; round < rounds; round++) {
    for (const name of /** @type {(keyof typeof contenders)[]} */ (Object.keys(contenders))) {
      const folder = copyOf(base);
      times[name].push(timed(() => contenders[name](folder)));
      const commits =
        Number(git(folder, 'rev-list', '--count', 'tasks')) - Number(git(base, 'rev-list', '--count', 'tasks'));
      // Notes have random ids, so only git, which is given the files of the first run, ends with the very same tree.
      const isSame = name === 'ours' || git(folder, 'rev-parse', 'tasks^{tree}') === tree;
      if (commits !== CHANGES || !isSame)
        throw new Error(`${name} made ${commits} commits${isSame ? '' : ' and another tree'}`);
      discard(folder);
    }
  }
  discard(files);
  const [ours, plumbing, fastImport] = [median(times.ours), median(times.plumbing), median(times.fastImport)];
  const detail = `batch --each ${seconds(ours)}; hash-object, update-index, write-tree, commit-tree, update-ref ${seconds(plumbing)}`;
  return [
    {
      group: GROUP,
      name: '1,000 commits: git plumbing / ours',
      value: plumbing / ours,
      unit: 'x',
      target: { min: 6 },
      detail,
    },
    {
      group: GROUP,
      name: '1,000 commits: ours / fast-import',
      value: ours / fastImport,
      unit: 'x',
      detail: `fast-import ${seconds(fastImport)}; it checks no rule`,
    },
  ];
}

/** Five processes a change and an index that is kept between them: the fastest way that git's own commands have. */
const PLUMBING = `
set -eu
export GIT_INDEX_FILE=bench-index GIT_AUTHOR_NAME=bench GIT_AUTHOR_EMAIL=b@e GIT_COMMITTER_NAME=bench GIT_COMMITTER_EMAIL=b@e
parent=$(git rev-parse refs/heads/tasks)
git read-tree "$parent"
i=0
while IFS= read -r path; do
  blob=$(git hash-object -w "$1/$i")
  git update-index --cacheinfo "100644,$blob,$path"
  tree=$(git write-tree)
  commit=$(git commit-tree -p "$parent" -m "set $i" "$tree")
  git update-ref refs/heads/tasks "$commit" "$parent"
  parent=$commit
  i=$((i + 1))
done
`;

/** @param {string} tip @param {readonly Step[]} steps */
function fastImportStream(tip, steps) {
  const parts = steps.flatMap(({ path, content }, i) => [
    `commit refs/heads/tasks\ncommitter bench <b@e> ${1_780_000_000 + i} +0000\ndata 5\nset\n\n`,
    i === 0 ? `from ${tip}\n` : '',
    `M 100644 inline ${path}\ndata ${content.length}\n`,
    content,
    '\n',
  ]);
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
}

/** @param {string} base @param {string} after @returns {Result} */
function packedGrowth(base, after) {
  const sizes = [base, after].map((folder) => {
    const copy = copyOf(folder);
    git(copy, 'gc', '--quiet', '--prune=now');
    const bytes = repositoryBytes(copy);
    discard(copy);
    return bytes;
  });
  const [before = NaN, then = NaN] = sizes;
  const detail = `${(before / 1e6).toFixed(2)} MB before, ${(then / 1e6).toFixed(2)} MB after ${CHANGES} commits and git gc`;
  const value = (then - before) / CHANGES / 1000;
  return { group: GROUP, name: 'growth of the repository a change', value, unit: 'kB', target: { max: 0.8 }, detail };
}

/** @param {string} base @returns {Result} */
function looseGrowth(base) {
  const folder = copyOf(base);
  const objects = join(folder, '.git/objects');
  const before = bytesBelow(objects);
  const open = makeBacklog(SIZE).filter(({ status }) => status === 'pending');
  for (const { id } of open.slice(0, SINGLE_CHANGES)) tasks(folder, ['set', id, '--label', 'measured']);
  const value = (bytesBelow(objects) - before) / SINGLE_CHANGES / 1000;
  const count = git(folder, 'count-objects');
  discard(folder);
  const detail = `${SINGLE_CHANGES} commands; ${count.replace(/,.*/, '')} in all`;
  return { group: GROUP, name: 'loose bytes a change', value, unit: 'kB', target: { max: 6 }, detail };
}

/** @param {number} milliseconds */
function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

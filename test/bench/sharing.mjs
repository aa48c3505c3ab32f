/** Clones that share a ledger: joining two sides, syncing with nothing to do, and four clones at once. */
import { join } from 'node:path';
import { openSession, processWorld } from '../../dist/lib/index.js';
import { interleave, median, timed, timedAsync } from './measure.mjs';
import { discard, git, ledgerOf, newLedger, run, scratchPath, tasks, tasksBeside } from './scratch.mjs';

/** @typedef {import('./measure.mjs').Result} Result */

const SIZE = 10_000;
const CHANGED = 500;
const CLONES = 4;
const SYNCS = 5;

/** @param {{ rounds: number }} options @returns {Promise<Result[]>} */
export async function measureSharing({ rounds }) {
  return [...(await measureJoin(rounds)), ...measureNoop(rounds), ...(await measureClones())];
}

/** Joins two branches that changed 500 tasks each, and merges the same two with plain git. @param {number} rounds */
async function measureJoin(rounds) {
  const folder = ledgerOf(SIZE);
  const root = git(folder, 'rev-parse', 'tasks');
  const ids = JSON.parse(tasks(folder, ['list', '--all', '--limit', '0', '--sort', 'id', '--json'])).tasks.map(
    (/** @type {{ id: string }} */ { id }) => id,
  );
  const tips = [0, 1].map((side) => {
    git(folder, 'update-ref', 'refs/heads/tasks', root);
    const mine = ids.filter((/** @type {string} */ _, /** @type {number} */ n) => n % 2 === side).slice(0, CHANGED);
    const lines = mine.map((/** @type {string} */ id) => JSON.stringify({ verb: 'set', id, labels: [`side-${side}`] }));
    tasks(folder, ['batch', '--force', '--reason', 'bench'], { input: lines.join('\n') });
    return git(folder, 'rev-parse', 'tasks');
  });
  const [x = '', y = ''] = tips;
  const worktree = scratchPath('worktree');
  git(folder, 'worktree', 'add', '--quiet', '--detach', worktree, x);
  /** @type {number[]} */
  const ours = [];
  /** @type {number[]} */
  const theirs = [];
  for (let round = 0; round <= rounds; round++) {
    git(folder, 'update-ref', 'refs/heads/tasks', x);
    tasks(folder, ['ready', '--json']);
    const session = await openSession({ ...processWorld(), cwd: folder }, { as: 'bench' });
    const time = await timedAsync(async () => void (await session.ledger.join(y, session.author())));
    git(worktree, 'reset', '--quiet', '--hard', x);
    const plain = timed(() =>
      run('git', ['-c', 'user.name=b', '-c', 'user.email=b', 'merge', '-q', '--no-edit', y], { cwd: worktree }),
    );
    if (round === 0) continue;
    ours.push(time);
    theirs.push(plain);
  }
  const same = git(folder, 'rev-parse', 'tasks^{tree}') === git(worktree, 'rev-parse', 'HEAD^{tree}');
  if (!same) throw new Error('git and we merged two sides into different trees');
  discard(folder);
  const group = `${SIZE.toLocaleString('en')} tasks`;
  const detail = `join ${median(ours).toFixed(0)} ms, git merge ${median(theirs).toFixed(0)} ms`;
  const name = `join of ${CHANGED} + ${CHANGED} changed tasks`;
  return [
    { group, name, value: median(ours) / 1000, unit: 's', target: { max: 1 }, detail },
    { group, name: `${name} / git merge`, value: median(ours) / median(theirs), unit: 'x', target: { max: 3 }, detail },
  ];
}

/** A sync with nothing to do, beside a fetch and a push with nothing to do. @param {number} rounds */
function measureNoop(rounds) {
  const { clones, remote } = sharedLedger(1);
  const [folder = ''] = clones;
  const times = interleave(
    {
      sync: { run: () => void tasks(folder, ['sync']) },
      git: {
        run: () => {
          git(folder, 'fetch', '-q', 'origin', 'tasks');
          git(folder, 'push', '-q', 'origin', 'tasks');
        },
      },
      node: { run: () => void run(process.execPath, ['-e', '0']) },
    },
    rounds,
  );
  for (const path of [...clones, remote]) discard(path);
  const detail = `sync ${times.sync.toFixed(0)} ms, git ${times.git.toFixed(0)} ms, node -e 0 ${times.node.toFixed(0)} ms`;
  const value = times.sync / times.git;
  return [{ group: 'sync', name: 'nothing to do / git fetch + push', value, unit: 'x', target: { max: 1.6 }, detail }];
}

/** Four clones that add and sync at the same moment: nothing may fail, nothing may be lost. */
async function measureClones() {
  const { clones, remote } = sharedLedger(CLONES);
  const work = async (/** @type {string} */ folder, /** @type {number} */ n) => {
    for (let i = 0; i < SYNCS; i++) {
      await tasksBeside(folder, ['add', `Task ${i} of clone ${n}`, '--as', `clone-${n}`]);
      await tasksBeside(folder, ['sync', '--as', `clone-${n}`]);
    }
  };
  const time = await timedAsync(async () => void (await Promise.all(clones.map(work))));
  for (const folder of [...clones, ...clones]) tasks(folder, ['sync']);
  const trees = new Set(clones.map((folder) => git(folder, 'rev-parse', 'tasks^{tree}')));
  const kept = JSON.parse(tasks(clones[0] ?? '', ['list', '--all', '--limit', '0', '--json'])).total;
  for (const path of [...clones, remote]) discard(path);
  const wanted = CLONES * SYNCS;
  const detail = `${(time / 1000).toFixed(1)} s, ${trees.size} tree(s) at the end`;
  const name = `${CLONES} clones, ${SYNCS} x (add + sync) at once: kept`;
  return [{ group: 'sync', name, value: trees.size === 1 ? kept : 0, unit: '', target: { min: wanted }, detail }];
}

/** A bare remote and clones of it that have the ledger. @param {number} count */
function sharedLedger(count) {
  const remote = scratchPath('remote');
  run('git', ['init', '--quiet', '--bare', remote]);
  const clones = Array.from({ length: count }, () => {
    const folder = newLedger('clone');
    git(folder, 'remote', 'add', 'origin', remote);
    tasks(folder, ['sync']);
    return folder;
  });
  return { remote: join(remote), clones };
}

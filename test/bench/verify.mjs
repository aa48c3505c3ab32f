/** What it costs to replay a long history, as a verb of its own process. */
import { makeBacklog } from './backlog.mjs';
import { median, timed } from './measure.mjs';
import { discard, git, ledgerOf, tasks } from './scratch.mjs';

/** @typedef {import('./measure.mjs').Result} Result */

const SIZE = 10_000;
const COMMITS = 10_000;
const GROUP = '10,000 commits';

/**
 * @param {{ rounds: number }} options
 * @returns {Result[]}
 */
export function measureVerify({ rounds }) {
  const folder = ledgerOf(SIZE);
  try {
    tasks(folder, ['batch', '--each'], { input: lives() });
    const commits = Number(git(folder, 'rev-list', '--count', 'tasks'));
    if (commits !== COMMITS + 2) throw new Error(`${COMMITS} changes left ${commits} commits`);
    const verify = () => {
      const { legal, counts } = JSON.parse(tasks(folder, ['verify', '--json']));
      if (!legal || counts.commits !== commits)
        throw new Error(`verify judged ${counts.commits} commits of ${commits}`);
    };
    const inPacks = Array.from({ length: rounds }, () => timed(verify));
    git(folder, 'gc', '--quiet');
    const afterGc = Array.from({ length: rounds }, () => timed(verify));
    return [
      { group: GROUP, name: 'verify, as written', value: median(inPacks) / 1000, unit: 's', target: { max: 10 } },
      { group: GROUP, name: 'verify, after `git gc`', value: median(afterGc) / 1000, unit: 's', target: { max: 10 } },
    ];
  } finally {
    discard(folder);
  }
}

/** Labels, notes, and the life of one task after the other: claim, renew, release, claim, done. */
function lives() {
  const backlog = makeBacklog(SIZE);
  const completed = new Set(backlog.filter(({ status }) => status === 'completed').map(({ id }) => id));
  const ready = backlog.filter(
    ({ id, blockedBy }) => !completed.has(id) && blockedBy.every((one) => completed.has(one)),
  );
  /** @type {object[]} */
  const lines = [];
  for (let i = 0; lines.length < COMMITS; i++) {
    const { id } = ready[i % ready.length] ?? { id: '' };
    lines.push({ verb: 'set', id, labels: [`pass-${i}`] });
    for (const verb of ['claim', 'release', 'claim']) lines.push({ verb, id });
    lines.push({ verb: 'renew', id, lease: '2h' }, { verb: 'done', id }, { verb: 'reopen', id });
    lines.push({ verb: 'note', id, text: `Seen in pass ${i}.` });
  }
  return lines
    .slice(0, COMMITS)
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('');
}

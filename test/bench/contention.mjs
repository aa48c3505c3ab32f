/** Processes that add at the same time: nothing may get lost, and it should not take for ever. */
import { timedAsync } from './measure.mjs';
import { discard, git, ledgerOf, tasks, tasksBeside } from './scratch.mjs';

/** @typedef {import('./measure.mjs').Result} Result */

const WRITERS = 8;
const ADDS = 25;

/** @returns {Promise<Result[]>} */
export async function measureContention() {
  const folder = ledgerOf(1000);
  /** @type {string[]} */
  const acknowledged = [];
  const writer = async (/** @type {number} */ number) => {
    for (let i = 0; i < ADDS; i++) {
      const out = await tasksBeside(folder, [
        'add',
        `Task ${i} of writer ${number}`,
        '--as',
        `writer-${number}`,
        '--json',
      ]);
      acknowledged.push(JSON.parse(out).task.id);
    }
  };
  const before = Number(git(folder, 'rev-list', '--count', 'tasks'));
  const time = await timedAsync(
    async () => void (await Promise.all(Array.from({ length: WRITERS }, (_, i) => writer(i)))),
  );
  const listed = JSON.parse(tasks(folder, ['list', '--all', '--limit', '0', '--json']));
  const there = new Set(listed.tasks.map((/** @type {{ id: string }} */ { id }) => id));
  const kept = acknowledged.filter((id) => there.has(id)).length;
  const commits = Number(git(folder, 'rev-list', '--count', 'tasks')) - before;
  git(folder, 'fsck', '--strict', '--no-dangling');
  discard(folder);
  const wanted = WRITERS * ADDS;
  const group = '1,000 tasks';
  const name = `${WRITERS} processes, ${ADDS} adds each`;
  return [
    {
      group,
      name: `${name}: kept`,
      value: kept,
      unit: 'tasks',
      target: { min: wanted },
      detail: `${commits} commits; git fsck --strict is content`,
    },
    {
      group,
      name: `${name}: pace`,
      value: wanted / (time / 1000),
      unit: 'commits/s',
      detail: `${(time / 1000).toFixed(1)} s; each add is a process of its own`,
    },
  ];
}

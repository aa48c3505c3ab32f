/**
 * Replays a recorded history of beads issues through the library, one import a step, and prints what it took as JSON.
 *
 *     node test/bench/replay-beads.mjs <repository> <history.jsonl.gz>
 *
 * A line of the history is `{"at": unix seconds, "changed": [issue, …], "removed": [id, …]}`. There is no deletion here:
 * a removed issue that was open is cancelled, with what waits for it; a completed one stays.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { cancelTasks, importTasks, openSession, processWorld } from '../../dist/lib/index.js';
import { median, timedAsync } from './measure.mjs';

const [dir = '.', file = ''] = process.argv.slice(2);
const session = await openSession(processWorld(), { dir, as: 'replay' });
const lines = gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n');
/** @type {number[]} */
const times = [];
let changes = 0;
const commits = new Set();

/** @param {{ at: number, changed: object[], removed: string[] }} step */
async function replay({ at, changed, removed }) {
  if (changed.length > 0) {
    const text = changed.map((issue) => `${JSON.stringify(issue)}\n`).join('');
    const { commit } = await importTasks(session, { format: 'beads', text }, { at: at * 1000 });
    commits.add(commit);
  }
  if (removed.length === 0) return;
  const snapshot = await session.read();
  const { table } = snapshot;
  const ids = removed.flatMap((key) => snapshot.withAlias(key)).filter((id) => table.isOpen(table.rowOf(id)));
  if (ids.length === 0) return;
  const options = { at: at * 1000, force: true, reason: 'removed at its source' };
  const { commit } = await cancelTasks(session, { ids, cascade: true }, options);
  commits.add(commit);
}

for (const line of lines) {
  const step = JSON.parse(line);
  changes += step.changed.length + step.removed.length;
  times.push(await timedAsync(() => replay(step)));
}
const milliseconds = times.reduce((sum, time) => sum + time, 0);
const peak = process.resourceUsage().maxRSS * 1024;
const { length: steps } = times;
console.log(
  JSON.stringify({
    steps,
    changes,
    commits: commits.size,
    milliseconds,
    median: median(times),
    slowest: Math.max(...times),
    peak,
  }),
);

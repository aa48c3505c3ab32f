/** Workers that die at random: what they held is taken over, everything is done once, and in an order that the graph allows. */
import { describe, expect, it } from 'vitest';
import { git, tasks } from '../support/git.ts';
import { claimsIn, makeField, type RunningContender, startContender } from './support/contest.ts';
import { IS_LONG, pause } from './support/processes.ts';

const SIZES = IS_LONG
  ? { workers: 32, tasks: 500, clones: 5, kills: 40, lease: 60_000 }
  : { workers: 8, tasks: 60, clones: 3, kills: 5, lease: 10_000 };

/** A number for this run: the graph and the deaths follow from it. */
const SEED = Number(process.env.GIT_TASKS_SEED ?? Date.now() % 1_000_000);

/** A stream of numbers from 0 to below 1 (mulberry32, Tommy Ettinger). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Lines of a batch: tasks that wait for up to three of the earlier ones. */
function randomGraph(random: () => number): string {
  return Array.from({ length: SIZES.tasks }, (_, n) => {
    const blockers = new Set<string>();
    for (let edge = 0; edge < 3; edge++) {
      if (n > 0 && random() < 0.5) blockers.add(`@t${Math.floor(random() * n)}`);
    }
    return JSON.stringify({ verb: 'add', name: `t${n}`, subject: `Task ${n}`, blockedBy: [...blockers] });
  }).join('\n');
}

interface Job {
  readonly folders: readonly string[];
  readonly random: () => number;
  /** Tasks whose completion was acknowledged, with how often. */
  readonly done: Map<string, number>;
  readonly problems: string[];
  deaths: number;
  started: number;
}

/** What a worker is at when it is killed. Whoever dies at work leaves a lease that has to be taken over. */
const DEATHS = ['working', 'finishing', 'claiming'] as const;

/** Does one task after the other until nothing is left; where it dies, another takes its place. */
async function work(job: Job): Promise<void> {
  const start = (): Promise<RunningContender> => {
    const n = job.started++;
    return startContender({ folder: job.folders[n % job.folders.length] ?? '', actor: `w${n}`, clock: 0 });
  };
  for (let worker = await start(); ;) {
    const isDoomed = job.deaths < SIZES.kills && job.random() < 0.15;
    if (isDoomed) job.deaths++;
    const death = isDoomed ? DEATHS[job.deaths % DEATHS.length] : undefined;
    const state = await workOnce(job, worker, death);
    // It found nothing to die at.
    if (isDoomed && death !== 'claiming' && state === 'alive') job.deaths--;
    if (state === 'empty') return;
    if (state === 'dead') worker = await start();
  }
}

/** A death at a random moment of an order, which may take long where many ask the remote. */
function kill(job: Job, worker: RunningContender): void {
  setTimeout(() => worker.child.kill('SIGKILL'), job.random() * (IS_LONG ? 4000 : 400));
}

async function workOnce(
  job: Job,
  worker: RunningContender,
  death: (typeof DEATHS)[number] | undefined,
): Promise<'alive' | 'dead' | 'empty'> {
  if (death === 'claiming') kill(job, worker);
  const got = await worker.tell({ do: 'next', lease: SIZES.lease });
  if (got === undefined) return 'dead';
  if (got.outcome === 'none') {
    if (got.open === 0) return 'empty';
    // What others have done here may be news elsewhere.
    if ((await worker.tell({ do: 'sync' })) === undefined) return 'dead';
    await pause(200);
    return 'alive';
  }
  if (got.task === undefined) {
    // Others were faster all the time: nothing was claimed, and it is tried again.
    if (got.code === 'remote') return 'alive';
    job.problems.push(`next: ${got.outcome} ${got.code}: ${got.message}`);
    return 'alive';
  }
  await pause(20 + job.random() * 60);
  if (death === 'working') worker.child.kill('SIGKILL');
  if (death === 'finishing') kill(job, worker);
  let said = await worker.tell({ do: 'done', task: got.task });
  // The remote would not say: the task is still held, and it is asked again.
  while (said?.code === 'remote') said = await worker.tell({ do: 'done', task: got.task });
  if (said === undefined) return 'dead';
  if (said.outcome === 'done') job.done.set(got.task, (job.done.get(got.task) ?? 0) + 1);
  // Whoever was too slow has lost it to another, who does it.
  else if (said.outcome !== 'already' && said.code !== 'claimed' && said.code !== 'status')
    job.problems.push(`done: ${said.code}: ${said.message}`);
  return 'alive';
}

interface Step {
  readonly task: string;
  readonly status: string;
}

/** Every change of a status in the history, oldest first; what came by a merge is told by the commit that made it. */
function statusSteps(folder: string): Step[] {
  const log = git(folder, 'log', '--reverse', '--topo-order', '--no-merges', '--format=%B%x00', 'refs/heads/tasks');
  return log.split('\0').flatMap((message) => {
    const task = /^Task: [^/]+\/(\w+)$/m.exec(message)?.[1];
    const status = /^Change: status \w+ -> (\w+)$/m.exec(message)?.[1];
    return task === undefined || status === undefined ? [] : [{ task, status }];
  });
}

interface Row {
  readonly id: string;
  readonly status: string;
  readonly blockedBy: readonly string[];
  readonly conflictCount?: number;
}

describe(`${SIZES.workers} workers over ${SIZES.tasks} tasks, ${SIZES.kills} of which are killed (seed ${SEED})`, () => {
  it(
    'do each task once, in an order that respects every edge',
    { timeout: IS_LONG ? 1_800_000 : 180_000 },
    async () => {
      const random = randomFrom(SEED);
      const { remote, clones, folders } = makeField(SIZES.clones);
      const [first = ''] = clones;
      expect(tasks(first, ['init', '--as', 'ada']).code).toBe(0);
      // Work that may not be done twice wants the remote's word: a provisional claim may lose to another one.
      for (const clone of clones) git(clone, 'config', 'tasks.claim', 'remote');
      expect(tasks(first, ['sync', '--as', 'ada']).code).toBe(0);
      expect(tasks(first, ['batch', '--as', 'ada'], { input: randomGraph(random) }).code).toBe(0);
      for (const clone of clones) expect(tasks(clone, ['sync', '--as', 'ada']).code).toBe(0);

      const job: Job = { folders, random, done: new Map(), problems: [], deaths: 0, started: 0 };
      const begun = performance.now();
      await Promise.all(Array.from({ length: SIZES.workers }, () => work(job)));
      const seconds = Math.round((performance.now() - begun) / 1000);
      for (const _ of [1, 2]) for (const clone of clones) expect(tasks(clone, ['sync', '--as', 'ada']).code).toBe(0);

      const { stdout } = tasks(first, ['list', '--all', '--limit', '0', '--json']);
      const { tasks: rows } = JSON.parse(stdout) as { tasks: Row[] };
      const steps = statusSteps(remote);
      const problems = [...job.problems, ...judge(rows, steps)];
      for (const [task, times] of job.done)
        if (times > 1) problems.push(`${task} was acknowledged as done ${times} times`);
      expect(problems).toEqual([]);
      expect(new Set(clones.map((clone) => git(clone, 'rev-parse', 'refs/heads/tasks'))).size).toBe(1);
      const takeovers = claimsIn(remote).filter(({ term }) => term > 1).length;
      expect(job.deaths).toBeGreaterThan(0);
      expect(takeovers).toBeGreaterThan(0);
      if (IS_LONG)
        process.stderr.write(`${JSON.stringify({ seconds, deaths: job.deaths, takeovers, steps: steps.length })}\n`);
    },
  );
});

/** What is wrong with the end, and with the way to it. */
function judge(rows: readonly Row[], steps: readonly Step[]): string[] {
  const problems = rows.flatMap(({ id, status }) => (status === 'completed' ? [] : [`${id} is ${status}`]));
  problems.push(
    ...rows.flatMap(({ id, conflictCount }) => (conflictCount === undefined ? [] : [`${id} has a conflict`])),
  );
  if (rows.length !== SIZES.tasks) problems.push(`there are ${rows.length} tasks`);
  const completed = new Set<string>();
  const blockers = new Map(rows.map(({ id, blockedBy }) => [id, blockedBy]));
  for (const { task, status } of steps) {
    const open = (blockers.get(task) ?? []).filter((id) => !completed.has(id));
    if (open.length > 0) problems.push(`${task} became ${status} before ${open.join(', ')}`);
    if (status !== 'completed') continue;
    if (completed.has(task)) problems.push(`${task} was completed twice`);
    completed.add(task);
  }
  return problems;
}

/** A process that does an order: `node worker.cjs <order as JSON>`. It writes a line of JSON for each job. */
import { writeSync } from 'node:fs';
import { addTask, planAdd } from '../../../src/app/add.ts';
import { makeChanges, type PlanVerb } from '../../../src/app/change.ts';
import { importTasks } from '../../../src/app/import.ts';
import { listTasks } from '../../../src/app/list.ts';
import { openSessionOf, type Session } from '../../../src/app/session.ts';
import { TasksError } from '../../../src/errors.ts';
import { type FileSystem, nodeFileSystem } from '../../../src/git/files/file-system.ts';
import { openRepository } from '../../../src/git/open.ts';
import { processWorld } from '../../../src/world.ts';
import { descriptionOf, type Job, type Order, type Report, subjectOf } from './jobs.ts';
import { isChanging, stepping } from './stepping.ts';

const order = JSON.parse(process.argv[2] ?? '') as Order;
const fs = fileSystemOf(order);
const world = processWorld();

async function open(): Promise<Session> {
  const { env, identity } = world;
  const repository = await openRepository({
    cwd: order.folder,
    env,
    fs,
    identity,
    now: () => world.now(),
    random: (length) => world.random(length),
    sleep: (milliseconds) => world.sleep(milliseconds),
    isRunning: (other) => world.isRunning(other),
  });
  return openSessionOf(repository, world, { as: 'worker' });
}

async function perform(session: Session, job: Job): Promise<void> {
  const subjects = Array.from({ length: job.size }, (_, n) => subjectOf(job, n));
  const inputs = subjects.map((subject) => ({ subject, description: descriptionOf(subject) }));
  if (job.kind === 'read') await listTasks(session, { select: 'ready' });
  else if (job.kind === 'single') for (const input of inputs) await addTask(session, input);
  else if (job.kind === 'series') {
    const plans = inputs.map(
      (input): PlanVerb<string> =>
        (bench, context) =>
          planAdd(bench, input, context),
    );
    await makeChanges(session, plans);
  } else {
    const times = { created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z' };
    const lines = inputs.map(({ subject, description }) =>
      JSON.stringify({ id: subject, title: subject, description, status: 'open', priority: 2, ...times }),
    );
    await importTasks(session, { format: 'beads', text: lines.join('\n') });
  }
}

/** Written at once: what a test has read was said before the process died. */
function report(line: Report): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

function fileSystemOf({ die, stop }: Order): FileSystem {
  if (die === undefined && stop === undefined) return nodeFileSystem;
  let steps = 0;
  let hasStopped = false;
  return stepping((call, args, run) => {
    const isStep = die?.half === true ? call === 'writeSync' : isChanging(call, args);
    if (isStep && ++steps === die?.at) {
      const [file, bytes, offset, length] = args;
      if (die.half === true) run(file, bytes, offset, Math.floor(Number(length) / 2));
      end('SIGKILL');
    }
    const result = run(...args);
    if (!hasStopped && call === stop?.call && args.some((arg) => String(arg).endsWith(stop.path))) {
      hasStopped = true;
      end('SIGSTOP');
    }
    return result;
  });
}

function end(signal: 'SIGKILL' | 'SIGSTOP'): void {
  process.kill(process.pid, signal);
  // A signal to oneself may arrive a moment later.
  const until = Date.now() + 50;
  while (Date.now() < until);
}

try {
  let session: Session | undefined = await open();
  if (order.startsAt !== undefined) await world.sleep(order.startsAt - Date.now());
  report({ begun: true });
  for (const job of order.jobs) {
    const start = performance.now();
    if (order.reopens === true) session = undefined;
    session ??= await open();
    await perform(session, job);
    report({ acknowledged: job.group, milliseconds: performance.now() - start });
  }
} catch (error) {
  if (!(error instanceof TasksError)) throw error;
  report({ error: error.code, message: error.message, data: error.data });
}

/**
 * A process that claims what it is told to: `node contender.mjs <order as JSON>`. It reads a command as a line of JSON from
 * standard input and answers each with one; every command opens the ledger anew, as a program of its own would.
 */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { completeTasks, claimTasks } from '../../../src/app/life.ts';
import { claimNext } from '../../../src/app/next.ts';
import { openSession, type Session } from '../../../src/app/session.ts';
import { syncLedger } from '../../../src/app/sync.ts';
import { TasksError } from '../../../src/errors.ts';
import { processWorld, type World } from '../../../src/world.ts';
import type { Answer, Command, Contender } from './contest.ts';

const order = JSON.parse(process.argv[2] ?? '') as Contender;
const here = processWorld();
const world: World = Object.create(here, {
  now: { value: () => here.now() + order.clock },
  cwd: { value: order.folder },
}) as World;

async function perform(session: Session, command: Command): Promise<Omit<Answer, 'ms'>> {
  switch (command.do) {
    case 'claim': {
      const { already, claimed } = await claimTasks(session, { ids: [command.task] });
      return already ? { outcome: 'already' } : { outcome: claimed?.certainty ?? 'nothing' };
    }
    case 'next': {
      const answer = await claimNext(session, { lease: command.lease });
      if (answer.status === 'none') return { outcome: 'none', open: answer.open };
      return { outcome: answer.claimed.certainty, task: answer.task.id };
    }
    case 'done':
      // What another has completed meanwhile stays as it is, and that is no work of ours.
      return { outcome: (await completeTasks(session, { ids: [command.task] })).changed ? 'done' : 'already' };
    case 'sync':
      await syncLedger(session);
      return { outcome: 'synced' };
  }
}

async function respond(command: Command): Promise<Omit<Answer, 'ms'>> {
  try {
    return await perform(await openSession(world, { dir: order.folder, as: order.actor }), command);
  } catch (error) {
    if (!(error instanceof TasksError)) throw error;
    return { outcome: 'refused', code: error.code, message: error.message, data: error.data };
  }
}

writeSync(1, '{}\n');
for await (const line of createInterface({ input: process.stdin })) {
  const start = performance.now();
  const said = await respond(JSON.parse(line) as Command);
  writeSync(1, `${JSON.stringify({ ...said, ms: Math.round(performance.now() - start) })}\n`);
}

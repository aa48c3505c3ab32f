/** Many servers on one ledger, each with its client: what they create is there once, what they claim has one winner. */
import { expect, test } from 'vitest';
import { scratchLedger } from '../cli/ledger.ts';
import { git } from '../support/git.ts';
import { connect, type Connection } from '../support/mcp.ts';
import { IS_LONG } from './support/processes.ts';

const SERVERS = 20;
const EACH = IS_LONG ? 20 : 4;

/** Creates tasks, several calls in one turn, as agents do. */
async function create(agent: Connection, name: string): Promise<string[]> {
  return Promise.all(Array.from({ length: EACH }, (_, n) => agent.add(`${name}-${n}`)));
}

/** Claims and completes what it gets until nothing is ready. */
async function work(agent: Connection): Promise<string[]> {
  const done: string[] = [];
  for (;;) {
    const { data, isError, text } = await agent.call('task_next');
    if (isError) throw new Error(text);
    if (data.task === undefined) return done;
    const { id } = data.task;
    const finished = await agent.call('task_update', { taskId: id, status: 'completed' });
    if (finished.isError) throw new Error(finished.text);
    done.push(id);
  }
}

test(`${SERVERS} servers create and work off ${SERVERS * EACH} tasks: none lost, none twice`, async () => {
  const { folder, run } = scratchLedger();
  const agents = await Promise.all(Array.from({ length: SERVERS }, () => connect(folder)));
  const created = (await Promise.all(agents.map((agent, n) => create(agent, `agent-${n}`)))).flat();
  expect(new Set(created).size).toBe(SERVERS * EACH);
  const { tasks } = JSON.parse(run(['list', '--all', '--limit', '0', '--json']).stdout) as {
    tasks: { id: string; subject: string }[];
  };
  expect(tasks.map(({ id }) => id).sort()).toEqual(created.toSorted());
  expect(new Set(tasks.map(({ subject }) => subject)).size).toBe(created.length);
  const done = (await Promise.all(agents.map(work))).flat();
  expect(done.toSorted()).toEqual(created.toSorted());
  // One commit each for creating, claiming and completing, and the root.
  expect(Number(git(folder, 'rev-list', '--count', 'tasks'))).toBe(1 + 3 * SERVERS * EACH);
  expect(git(folder, 'fsck', '--strict', '--no-dangling', '--no-progress')).not.toMatch(/error|missing/);
  await Promise.all(agents.map((agent) => agent.close()));
});

test(`one of ${SERVERS} servers wins a task that all of them want`, async () => {
  const { folder, add } = scratchLedger();
  const id = add('Wanted');
  const agents = await Promise.all(Array.from({ length: SERVERS }, () => connect(folder)));
  const answers = await Promise.all(
    agents.map((agent) => agent.call('task_update', { taskId: id, status: 'in_progress' })),
  );
  expect(answers.filter(({ isError }) => !isError)).toHaveLength(1);
  expect(new Set(answers.flatMap(({ isError, data }) => (isError ? data.error.code : [])))).toEqual(
    new Set(['claimed']),
  );
});

/** Done means done, in memory: what the rules say of tasks with checks and acceptance lines, on every way to a completion. */
import { describe, expect, it } from 'vitest';
import { addTask } from '../../../src/app/add.ts';
import { runBatch } from '../../../src/app/batch.ts';
import { makeChange } from '../../../src/app/change.ts';
import { claimTasks, completeTasks } from '../../../src/app/life.ts';
import type { Session } from '../../../src/app/session.ts';
import { setTasks } from '../../../src/app/set.ts';
import { showTask } from '../../../src/app/show.ts';
import { tickTask } from '../../../src/app/tick.ts';
import { TasksError } from '../../../src/errors.ts';
import { readCommit } from '../../../src/ledger/history.ts';
import { encodeTask } from '../../../src/yaml/codec.ts';
import { memoryLedger } from '../../support/ledger.ts';

async function failure(promise: Promise<unknown>): Promise<TasksError> {
  const error: unknown = await promise.then(
    () => new Error('it should have been refused'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof TasksError)) throw error;
  return error;
}

async function add(session: Session, fields: object): Promise<string> {
  return (await addTask(session, { subject: 'Build it', ...fields })).task.id;
}

/** Completes as somebody would who edits the task's file. */
async function completeByHand(session: Session, id: string, fields: object = {}): Promise<unknown> {
  return makeChange(session, async (bench) => {
    const task = { ...(await bench.task(id)), status: 'completed' as const, ...fields };
    await bench.push({ op: 'replace', id, task, text: encodeTask(task) });
  });
}

const WAYS: readonly [string, (session: Session, id: string) => Promise<unknown>][] = [
  ['done', (session, id) => completeTasks(session, { ids: [id] })],
  ['set --status', (session, id) => setTasks(session, { ids: [id], status: 'completed' })],
  ['a batch', (session, id) => runBatch(session, { lines: JSON.stringify({ verb: 'done', id }) })],
  [
    'a batch of commits',
    (session, id) => runBatch(session, { lines: JSON.stringify({ verb: 'done', id }), each: true }),
  ],
  ['a hand edit', (session, id) => completeByHand(session, id)],
];

describe.each(WAYS)('a completion by %s', (_way, complete) => {
  it('is refused while a line of acceptance is not ticked, and done when all are', async () => {
    const { as } = await memoryLedger();
    const id = await add(as('ada'), { acceptance: ['fast', 'safe'] });
    await tickTask(as('ada'), { id, items: ['fast'] });
    const error = await failure(complete(as('ada'), id));
    expect(error).toMatchObject({ code: 'unmet', hint: expect.stringContaining('git tasks tick') });
    expect(error.message).toMatch(/has not been found to meet "safe"$/);
    expect((await showTask(as('ada'), id)).task.status).toBe('pending');
    await tickTask(as('ada'), { id, all: true });
    await complete(as('ada'), id);
    expect((await showTask(as('ada'), id)).task.status).toBe('completed');
  });

  it('is refused while a check has not passed, whatever the task says of earlier runs', async () => {
    const { as } = await memoryLedger({ 'tasks.check.test': 'true' });
    const id = await add(as('ada'), { checks: ['test'] });
    const proof = { id: 'x', at: '2026-06-01T12:00:00Z', by: 'ada', kind: 'check', name: 'test', exit: 0 } as const;
    await makeChange(as('ada'), (bench) => bench.push({ op: 'evidence', id, evidence: [proof] }));
    // A ledger in memory has no code that a check could run on.
    const error = await failure(complete(as('ada'), id));
    expect(['unmet', 'unsupported']).toContain(error.code);
    expect((await showTask(as('ada'), id)).task.status).toBe('pending');
  });
});

describe('a task with unmet conditions', () => {
  it('is told of another rule first', async () => {
    const { as } = await memoryLedger();
    const blocker = await add(as('ada'), {});
    const id = await add(as('ada'), { checks: ['test'], acceptance: ['fast'], blockedBy: [blocker] });
    expect((await failure(completeTasks(as('ada'), { ids: [id] }))).code).toBe('blocked');
    const held = await add(as('ada'), { checks: ['test'] });
    await claimTasks(as('bob'), { ids: [held] });
    expect((await failure(completeTasks(as('ada'), { ids: [held] }))).code).toBe('claimed');
  });

  it('names a check that is not defined, with the way to define it', async () => {
    const { as } = await memoryLedger();
    const id = await add(as('ada'), { checks: ['e2e'] });
    expect(await failure(completeTasks(as('ada'), { ids: [id] }))).toMatchObject({
      code: 'unmet',
      hint: expect.stringContaining('git config tasks.check.e2e COMMAND'),
    });
  });

  it('is completed by force with a reason, and the commit tells of it', async () => {
    const { as, repository } = await memoryLedger();
    const id = await add(as('ada'), { checks: ['test'], acceptance: ['fast'] });
    expect((await failure(completeTasks(as('ada'), { ids: [id] }, { force: true }))).code).toBe('usage');
    const { commit } = await completeTasks(as('ada'), { ids: [id] }, { force: true, reason: 'the demo is now' });
    const { message } = await readCommit(repository.objects, commit);
    expect(message).toMatch(/\nOverride: \w+ has no passing run of test and has not been found to meet "fast"\n/);
    expect(message).toContain('\nReason: the demo is now\n');
  });

  it('may be completed in the batch that ticks its lines, and by a done that ticks them', async () => {
    const { as } = await memoryLedger();
    const lines = [
      { verb: 'add', subject: 'One', acceptance: ['b', 'a'], name: 'one' },
      { verb: 'tick', id: '@one', lines: ['2', 'a'] },
      { verb: 'done', ids: ['@one'] },
      { verb: 'add', subject: 'Two', acceptance: ['c'], name: 'two' },
      { verb: 'done', ids: ['@two'], tickAll: true },
    ];
    const { results } = await runBatch(as('ada'), { lines: lines.map((line) => JSON.stringify(line)).join('\n') });
    for (const id of [results[0]?.ids[0], results[3]?.ids[0]]) {
      const { task } = await showTask(as('ada'), id ?? '');
      expect(task).toMatchObject({ status: 'completed', accepted: task.acceptance });
    }
  });

  it('cannot be given a check that is a command', async () => {
    const { as } = await memoryLedger();
    const id = await add(as('ada'), {});
    for (const name of ['test; rm -rf ~', '../x', 'a b', '$(x)']) {
      expect((await failure(add(as('ada'), { checks: [name] }))).code).toBe('invalid');
      expect((await failure(setTasks(as('ada'), { ids: [id], checks: [name] }))).code).toBe('invalid');
    }
  });
});

describe('a tick', () => {
  it('is for a line that is there, by number or text, and is only the holder’s while the task is held', async () => {
    const { as } = await memoryLedger();
    const id = await add(as('ada'), { acceptance: ['2', 'x', 'y'] });
    const { task } = await tickTask(as('ada'), { id, items: ['2', '3'] });
    expect(task.accepted).toEqual(['2', 'y']);
    expect((await tickTask(as('ada'), { id, items: ['y'], undo: true })).task.accepted).toEqual(['2']);
    expect((await tickTask(as('ada'), { id, items: ['2'] })).changed).toBe(false);
    for (const items of [['4'], ['z'], ['0'], ['-1']]) {
      expect((await failure(tickTask(as('ada'), { id, items }))).code).toBe('not-found');
    }
    for (const input of [{ id }, { id, all: true, items: ['x'] }, { id, items: [] }]) {
      expect((await failure(tickTask(as('ada'), input))).code).toBe('usage');
    }
    await claimTasks(as('bob'), { ids: [id] });
    expect((await failure(tickTask(as('ada'), { id, all: true }))).code).toBe('claimed');
    expect((await tickTask(as('bob'), { id, all: true })).task.accepted).toEqual(['2', 'x', 'y']);
  });
});

/** What other trackers got wrong about dependencies: each failure that their users reported is a test here. */
import { describe, expect, it } from 'vitest';
import { addTask } from '../../../src/app/add.ts';
import { runBatch } from '../../../src/app/batch.ts';
import { closeGates, listGates, openGates } from '../../../src/app/gate.ts';
import { initLedger } from '../../../src/app/init.ts';
import { cancelTasks, claimTasks, completeTasks, reopenTasks } from '../../../src/app/life.ts';
import { lintLedger } from '../../../src/app/lint.ts';
import { listTasks } from '../../../src/app/list.ts';
import { claimNext } from '../../../src/app/next.ts';
import { planTasks } from '../../../src/app/plan.ts';
import type { Session } from '../../../src/app/session.ts';
import { setTasks } from '../../../src/app/set.ts';
import { showTask } from '../../../src/app/show.ts';
import { countTasks } from '../../../src/app/stats.ts';
import { explainTask } from '../../../src/app/why.ts';
import { TasksError } from '../../../src/errors.ts';
import { readCommit } from '../../../src/ledger/history.ts';
import { memoryLedger } from '../../support/ledger.ts';

async function add(session: Session, subject: string, fields: object = {}): Promise<string> {
  return (await addTask(session, { subject, ...fields })).task.id;
}

async function failure(promise: Promise<unknown>): Promise<TasksError> {
  const error: unknown = await promise.then(
    () => new Error('it should have been refused'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof TasksError)) throw error;
  return error;
}

async function gateIn(session: Session, name = 'release'): Promise<string> {
  return (await closeGates(session, { names: [name] })).gates[0]?.id ?? '';
}

describe('a gate', () => {
  it('is made closed with the first task that waits for it, and holds it until it is opened', async () => {
    const { as } = await memoryLedger();
    const ada = as('ada');
    const ship = await add(ada, 'Ship it', { gates: ['release'] });
    expect((await listGates(ada)).gates).toMatchObject([{ name: 'release', state: 'closed', waiting: 1 }]);
    const error = await failure(claimTasks(ada, { ids: [ship] }));
    expect([error.code, error.message]).toEqual(['blocked', expect.stringContaining('the gate release (closed)')]);
    const { unblocked, changed } = await openGates(ada, { names: ['release'] }, { reason: 'all said yes' });
    expect([changed, unblocked]).toEqual([true, [{ id: ship, subject: 'Ship it' }]]);
    await claimTasks(ada, { ids: [ship] });
  });

  it('opens and closes as often as it is asked to, with one commit for each difference', async () => {
    const { as } = await memoryLedger();
    await gateIn(as('ada'));
    expect((await closeGates(as('ada'), { names: ['release'] })).changed).toBe(false);
    expect((await openGates(as('ada'), { names: ['release'] })).changed).toBe(true);
    expect((await openGates(as('bob'), { names: ['gate:release'] })).changed).toBe(false);
    expect(await failure(openGates(as('ada'), { names: ['other'] }))).toMatchObject({ code: 'not-found' });
  });

  it('is no work: not ready, not counted, not listed, not planned, not handed out, not claimed', async () => {
    const { as } = await memoryLedger();
    const ada = as('ada');
    const id = await gateIn(ada);
    expect((await listTasks(ada, { select: 'all' })).total).toBe(0);
    expect((await planTasks(ada)).total).toBe(0);
    expect(await countTasks(ada)).toMatchObject({ total: 0, ready: 0, stuck: false, gates: { open: 0, closed: 1 } });
    expect(await claimNext(ada)).toMatchObject({ status: 'none', open: 0 });
    for (const refused of [
      claimTasks(ada, { ids: [id] }, { force: true, reason: 'mine' }),
      setTasks(ada, { ids: [id], status: 'in_progress' }),
    ]) {
      expect(await failure(refused)).toMatchObject({ code: 'status' });
    }
    expect((await showTask(ada, 'gate:release')).task).toMatchObject({ kind: 'gate', ready: false });
  });

  it('is the same in two clones that never met, and open once one has opened it', async () => {
    const { as, clone } = await memoryLedger();
    const [here, there] = [as('ada'), clone('bob')];
    await initLedger(there);
    const ship = await add(here, 'Ship it', { gates: ['release'] });
    const tell = await add(there, 'Tell all', { gates: ['release'] });
    await openGates(there, { names: ['release'] });
    const tip = await there.ledger.tip();
    await here.ledger.join(tip?.oid ?? '', here.author());
    expect((await listGates(here)).gates).toMatchObject([{ state: 'open', waiting: 2 }]);
    expect((await listTasks(here, { select: 'ready' })).tasks.map(({ id }) => id).sort()).toEqual([ship, tell].sort());
    expect((await showTask(here, 'gate:release')).task.conflicts).toEqual([]);
  });

  it('belongs to a list: another list has its own of that name', async () => {
    const { as } = await memoryLedger();
    await add(as('ada'), 'A', { gates: ['release'] });
    const web = as('ada', { list: 'web' });
    await add(web, 'B', { gates: ['release'] });
    await openGates(web, { names: ['release'] });
    expect((await listGates(as('ada'))).gates.map(({ list, state }) => `${list} ${state}`).sort()).toEqual([
      'main closed',
      'web open',
    ]);
  });

  it('lets go on what was started behind it when it closes, and says so; that cannot be completed', async () => {
    const { as } = await memoryLedger();
    const ada = as('ada');
    const ship = await add(ada, 'Ship it', { gates: ['release'] });
    await openGates(ada, { names: ['release'] });
    await claimTasks(ada, { ids: [ship] });
    expect((await closeGates(ada, { names: ['release'] })).running).toMatchObject([{ id: ship, owner: 'ada' }]);
    expect(await failure(completeTasks(ada, { ids: [ship] }))).toMatchObject({ code: 'blocked' });
  });

  it('is taken away by name, made in a batch, and left alone where its name is taken', async () => {
    const { as } = await memoryLedger();
    const ada = as('ada');
    const lines = [
      { verb: 'gate', close: ['a', 'b'] },
      { verb: 'add', subject: 'Ship it', gates: ['a', 'c'], name: 'ship' },
      { verb: 'gate', open: 'b' },
      { verb: 'set', id: '@ship', ungate: ['a'] },
    ];
    await runBatch(ada, { lines: lines.map((line) => JSON.stringify(line)).join('\n') });
    const { gates } = await listGates(ada);
    expect(gates.map(({ name, state, waiting }) => [name, state, waiting])).toEqual([
      ['a', 'closed', 0],
      ['c', 'closed', 1],
      ['b', 'open', 0],
    ]);
    await add(ada, 'No gate', { key: 'gate:x' });
    expect(await failure(add(ada, 'Wait', { gates: ['x'] }))).toMatchObject({ code: 'exists' });
  });
});

describe('a review', () => {
  async function reviewed(): Promise<{ as: (name: string) => Session; work: string; review: string }> {
    const { as } = await memoryLedger();
    const work = await add(as('ada'), 'Write it');
    const review = await add(as('ada'), 'Review it', { reviews: [work] });
    return { as, work, review };
  }

  it('waits for the work, and is for everybody but who did it', async () => {
    const { as, work, review } = await reviewed();
    expect((await showTask(as('ada'), review)).task).toMatchObject({
      blockedBy: [work],
      reviews: [work],
      ready: false,
    });
    await completeTasks(as('ada'), { ids: [work] });
    expect((await listTasks(as('ada'), { select: 'ready' })).total).toBe(0);
    expect(await countTasks(as('ada'))).toMatchObject({ ready: 0, ownReviews: 1, stuck: false });
    expect(await claimNext(as('ada'))).toMatchObject({ status: 'none' });
    for (const refused of [
      claimTasks(as('ada'), { ids: [review] }),
      completeTasks(as('ada'), { ids: [review] }),
      setTasks(as('ada'), { ids: [review], status: 'in_progress' }),
      runBatch(as('ada'), { lines: JSON.stringify({ verb: 'done', id: review }) }),
    ]) {
      expect(await failure(refused)).toMatchObject({
        code: 'blocked',
        message: expect.stringContaining('which ada completed'),
      });
    }
    const { why, next } = await explainTask(as('ada'), review);
    expect(why.reasons).toMatchObject([{ kind: 'own-work', id: work, actor: 'ada' }]);
    expect(next.map((step) => step.do)).toEqual(['hand-over']);
    expect((await explainTask(as('bob'), review)).why.ready).toBe(true);
    expect(await claimNext(as('bob'))).toMatchObject({ status: 'claimed', task: { id: review } });
  });

  it('can be done by its author against the rule, with a reason that the history keeps', async () => {
    const { as, work, review } = await reviewed();
    await completeTasks(as('ada'), { ids: [work] });
    const { commit } = await completeTasks(as('ada'), { ids: [review] }, { force: true, reason: 'alone today' });
    const { message } = await readCommit(as('ada').repository.objects, commit);
    expect(message).toMatch(/^Override: .* reviews .*, which ada completed$/m);
  });

  it('is free for the first author when somebody else has completed the work again', async () => {
    const { as, work, review } = await reviewed();
    await completeTasks(as('ada'), { ids: [work] });
    await reopenTasks(as('bob'), { ids: [work] });
    await completeTasks(as('bob'), { ids: [work] });
    expect((await claimTasks(as('ada'), { ids: [review] })).changed).toBe(true);
  });

  it('is one only of what it waits for: the edges come and go together', async () => {
    const { as, work, review } = await reviewed();
    await setTasks(as('ada'), { ids: [review], unblock: [work] });
    expect((await showTask(as('ada'), review)).task).toMatchObject({ blockedBy: [] });
    expect((await showTask(as('ada'), review)).task.reviews ?? []).toEqual([]);
    await setTasks(as('ada'), { ids: [review], reviews: [work] });
    await setTasks(as('ada'), { ids: [review], unreview: [work] });
    expect((await showTask(as('ada'), review)).task).toMatchObject({ blockedBy: [work] });
  });
});

describe('a deadlock', () => {
  it('is an alarm in stats and lint, with its cause, and is over when that is', async () => {
    const { as } = await memoryLedger();
    const ada = as('ada');
    const a = await add(ada, 'A');
    const b = await add(ada, 'B', { blockedBy: [a] });
    await cancelTasks(ada, { ids: [a], cascade: true });
    await reopenTasks(ada, { ids: [b] });
    const { standstill, stuck } = await countTasks(ada);
    expect([stuck, standstill]).toMatchObject([true, { open: 1, causes: [{ kind: 'cancelled', id: a, holdsUp: 1 }] }]);
    expect((await lintLedger(ada)).problems).toContainEqual(
      expect.objectContaining({ code: 'stuck', severity: 'error', message: expect.stringContaining('is cancelled') }),
    );
    await cancelTasks(ada, { ids: [a], unblock: true });
    expect((await countTasks(ada)).stuck).toBe(false);
  });

  it('behind a closed gate is a warning: whoever closed it meant it', async () => {
    const { as } = await memoryLedger();
    await add(as('ada'), 'A', { gates: ['release'] });
    expect((await lintLedger(as('ada'))).problems).toMatchObject([{ code: 'stuck', severity: 'warning' }]);
  });

  it('is none while something is deferred: the moment when it moves is told', async () => {
    const { as } = await memoryLedger();
    const id = await add(as('ada'), 'A', { defer: '2026-06-05' });
    const stats = await countTasks(as('ada'));
    expect(stats).toMatchObject({ stuck: false, nextMove: { id, at: '2026-06-05T00:00:00Z', kind: 'deferred' } });
  });
});

describe('what stands before a task', () => {
  it('is a tree with everything behind it, how much that is, and the next step', async () => {
    const { as } = await memoryLedger();
    const ada = as('ada');
    const a = await add(ada, 'A');
    const b = await add(ada, 'B', { blockedBy: [a], gates: ['release'], defer: '2026-06-05' });
    const c = await add(ada, 'C', { blockedBy: [b] });
    const { why, before, next } = await explainTask(ada, c);
    expect(why.reasons).toMatchObject([
      {
        kind: 'blocker',
        id: b,
        because: {
          reasons: expect.arrayContaining([
            expect.objectContaining({ kind: 'deferred' }),
            expect.objectContaining({ kind: 'blocker', id: a }),
            expect.objectContaining({ kind: 'gate', name: 'release', by: 'ada' }),
          ]),
        },
      },
    ]);
    expect(before).toBe(2);
    expect(next.map(({ text }) => text)).toEqual(
      expect.arrayContaining([`complete ${a.slice(0, 4)}`, 'open gate release', 'wait until 2026-06-05']),
    );
  });

  it('names the running task whose files it touches, with its holder', async () => {
    const { as } = await memoryLedger();
    const a = await add(as('ada'), 'A', { scope: ['src/**'] });
    const b = await add(as('ada', { list: 'web' }), 'B', { scope: ['src/app/*.ts'] });
    await claimTasks(as('bob'), { ids: [a] });
    const { why } = await explainTask(as('ada'), b);
    expect(why.reasons).toMatchObject([
      { kind: 'scope', id: a, because: { reasons: [{ kind: 'claimed', owner: 'bob' }] } },
    ]);
  });

  it('is bounded, and counts what it does not show', async () => {
    const { as } = await memoryLedger();
    const ada = as('ada');
    const lines = Array.from({ length: 300 }, (_, i) =>
      JSON.stringify({ verb: 'add', subject: `T${i}`, name: `t${i}`, blockedBy: i === 0 ? [] : [`@t${i - 1}`] }),
    );
    const parts = Array.from({ length: 50 }, (_, i) =>
      JSON.stringify({ verb: 'add', subject: `P${i}`, parent: '@t299' }),
    );
    await runBatch(ada, { lines: [...lines, ...parts].join('\n') });
    const top = (await listTasks(ada, { select: 'all', limit: 0 })).tasks.find(({ subject }) => subject === 'T299');
    const { why, before, next, nextTotal } = await explainTask(ada, top?.id ?? '');
    expect([before, why.reasons.length, why.more, next.length, nextTotal]).toEqual([349, 20, 31, 5, 51]);
    const depth = (node: typeof why): number =>
      1 + Math.max(0, ...node.reasons.map(({ because }) => (because === undefined ? 0 : depth(because))));
    expect(depth(why)).toBeLessThanOrEqual(62);
  });

  it('is nothing when it is over, and says so', async () => {
    const { as } = await memoryLedger();
    const a = await add(as('ada'), 'A');
    await completeTasks(as('ada'), { ids: [a] });
    const { why, next } = await explainTask(as('ada'), a);
    expect(why).toMatchObject({ status: 'completed', ready: false, reasons: [{ kind: 'status' }] });
    expect(next.map((step) => step.do)).toEqual(['reopen']);
  });
});

describe('cancelling', () => {
  it('names all that wait, parts too, on every way in', async () => {
    const { as } = await memoryLedger();
    const ada = as('ada');
    const a = await add(ada, 'A');
    const waiting = [await add(ada, 'B', { blockedBy: [a] }), await add(ada, 'C', { reviews: [a] })];
    const part = await add(ada, 'D', { parent: a });
    for (const refused of [
      cancelTasks(ada, { ids: [a] }),
      setTasks(ada, { ids: [a], status: 'cancelled' }),
      runBatch(ada, { lines: JSON.stringify({ verb: 'cancel', id: a }) }),
    ]) {
      const { code, data } = await failure(refused);
      expect([code, [...(data['waiting'] as string[])].sort(), data['parts']]).toEqual([
        'blocked',
        waiting.sort(),
        [part],
      ]);
    }
    // Parts cannot go on without their whole.
    expect((await failure(cancelTasks(ada, { ids: [a], unblock: true }))).hint).toContain('--cascade');
    await cancelTasks(ada, { ids: [a], cascade: true });
    expect((await countTasks(ada)).byStatus.cancelled).toBe(4);
  });

  it('of a gate asks the same', async () => {
    const { as } = await memoryLedger();
    await add(as('ada'), 'A', { gates: ['release'] });
    expect(await failure(cancelTasks(as('ada'), { ids: ['gate:release'] }))).toMatchObject({ code: 'blocked' });
    await cancelTasks(as('ada'), { ids: ['gate:release'], unblock: true });
    expect((await countTasks(as('ada'))).ready).toBe(1);
  });
});

describe('reopening', () => {
  it('names what was started or completed on its word', async () => {
    const { as } = await memoryLedger();
    const ada = as('ada');
    const a = await add(ada, 'A');
    const [b, c] = [await add(ada, 'B', { blockedBy: [a] }), await add(ada, 'C', { blockedBy: [a] })];
    await completeTasks(ada, { ids: [a] });
    await claimTasks(ada, { ids: [b] });
    await completeTasks(ada, { ids: [c] });
    const { affected } = await reopenTasks(ada, { ids: [a] });
    expect(affected.map(({ id, status }) => [id, status]).sort()).toEqual(
      [
        [b, 'in_progress'],
        [c, 'completed'],
      ].sort(),
    );
    expect(await failure(completeTasks(ada, { ids: [b] }))).toMatchObject({ code: 'blocked' });
  });

  it('of a part of what is completed asks to open that, too', async () => {
    const { as } = await memoryLedger();
    const ada = as('ada');
    const top = await add(ada, 'Top');
    const whole = await add(ada, 'Whole', { parent: top });
    const part = await add(ada, 'Part', { parent: whole });
    await completeTasks(ada, { ids: [part, whole, top] });
    const error = await failure(reopenTasks(ada, { ids: [part] }));
    expect([error.code, error.hint]).toEqual(['blocked', expect.stringContaining('--parents')]);
    await reopenTasks(ada, { ids: [part], parents: true });
    expect((await countTasks(ada)).byStatus.pending).toBe(3);
  });
});

describe('an edge', () => {
  it('is never given to a task that is over while it leads to an open one (qwen-code 4844)', async () => {
    const { as } = await memoryLedger();
    const ada = as('ada');
    const [a, b] = [await add(ada, 'A'), await add(ada, 'B')];
    await completeTasks(ada, { ids: [a] });
    for (const refused of [
      setTasks(ada, { ids: [a], blockedBy: [b] }),
      addTask(ada, { subject: 'C', blocks: [a] }),
      addTask(ada, { subject: 'C', parent: a }),
      setTasks(ada, { ids: [b], parent: a }),
    ]) {
      expect(await failure(refused)).toMatchObject({ code: 'blocked' });
    }
    // One update counts as a whole.
    const other = await add(ada, 'D');
    expect(await failure(setTasks(ada, { ids: [other], blockedBy: [b], status: 'completed' }))).toMatchObject({
      code: 'blocked',
    });
    await setTasks(ada, { ids: [a], blockedBy: [b] }, { force: true, reason: 'for the record' });
  });

  it('is never led to what is cancelled, itself or nothing', async () => {
    const { as } = await memoryLedger();
    const ada = as('ada');
    const [a, b] = [await add(ada, 'A'), await add(ada, 'B')];
    await cancelTasks(ada, { ids: [a] });
    expect(await failure(setTasks(ada, { ids: [b], blockedBy: [a] }))).toMatchObject({ code: 'blocked' });
    expect(await failure(setTasks(ada, { ids: [b], blockedBy: [b] }))).toMatchObject({ code: 'cycle' });
    expect(await failure(setTasks(ada, { ids: [b], blockedBy: ['zzzzzzzz'] }))).toMatchObject({ code: 'not-found' });
  });

  it('of a task that is over closes no circle by surprise: the refusal names the old edge to drop', async () => {
    const { as } = await memoryLedger();
    const ada = as('ada');
    const a = await add(ada, 'A');
    const b = await add(ada, 'B', { blockedBy: [a] });
    await completeTasks(ada, { ids: [a] });
    await completeTasks(ada, { ids: [b] });
    await reopenTasks(ada, { ids: [a] });
    const error = await failure(setTasks(ada, { ids: [a], blockedBy: [b] }));
    expect([error.code, error.hint]).toEqual(['cycle', expect.stringContaining(`set ${b.slice(0, 4)} --unblock`)]);
    await setTasks(ada, { ids: [b], unblock: [a] });
    await setTasks(ada, { ids: [a], blockedBy: [b] });
  });

  it('to a task in progress makes it wait: it goes on, and cannot be completed before', async () => {
    const { as } = await memoryLedger();
    const ada = as('ada');
    const [a, b] = [await add(ada, 'A'), await add(ada, 'B')];
    await claimTasks(ada, { ids: [a] });
    await setTasks(ada, { ids: [a], blockedBy: [b] });
    expect(await failure(completeTasks(ada, { ids: [a] }))).toMatchObject({ code: 'blocked' });
  });
});

describe('every command', () => {
  it('says the same of what is ready (beads 6630)', async () => {
    const { as } = await memoryLedger();
    const ada = as('ada');
    const a = await add(ada, 'A');
    const review = await add(ada, 'Review A', { reviews: [a] });
    await add(ada, 'Gated', { gates: ['release'] });
    await add(ada, 'Later', { defer: '2027-01-01' });
    await completeTasks(ada, { ids: [a] });
    for (const actor of ['ada', 'bob']) {
      const session = as(actor);
      const ready = (await listTasks(session, { select: 'ready' })).tasks.map(({ id }) => id);
      const all = (await listTasks(session)).tasks;
      expect(ready).toEqual(actor === 'ada' ? [] : [review]);
      expect(all.filter((task) => task.ready).map(({ id }) => id)).toEqual(ready);
      expect((await planTasks(session)).tasks.filter((task) => task.ready).map(({ id }) => id)).toEqual(ready);
      expect((await countTasks(session)).ready).toBe(ready.length);
      for (const { id } of all) {
        expect((await showTask(session, id)).task.ready).toBe(ready.includes(id));
        expect((await explainTask(session, id)).why.ready).toBe(ready.includes(id));
      }
    }
  });
});

import { describe, expect, it } from 'vitest';
import { addTask } from '../../../src/app/add.ts';
import { cancelTasks, claimTasks, completeTasks, releaseTasks, reopenTasks } from '../../../src/app/life.ts';
import { claimNext } from '../../../src/app/next.ts';
import { renewTasks } from '../../../src/app/renew.ts';
import { openSessionOf, type Session } from '../../../src/app/session.ts';
import { addNote, setTasks } from '../../../src/app/set.ts';
import { waitForTasks } from '../../../src/app/wait.ts';
import { type WatchedEvent, type WatchInput, watchEvents } from '../../../src/app/watch.ts';
import { makeClones } from '../../support/memory-clones.ts';
import type { World } from '../../../src/world.ts';
import { memoryLedger, START } from '../../support/ledger.ts';

const MINUTE = 60_000;

async function add(session: Session, subject: string, fields: object = {}): Promise<string> {
  return (await addTask(session, { subject, ...fields })).task.id;
}

async function tipOf(session: Session): Promise<string> {
  return (await session.ledger.tip())?.oid ?? '';
}

/** All events since a commit; the clock of the world runs on to the end of the timeout. */
async function eventsSince(session: Session, since: string, input: WatchInput = {}): Promise<WatchedEvent[]> {
  const events: WatchedEvent[] = [];
  for await (const batch of watchEvents(session, { timeout: 1, ...input, since })) events.push(...batch.events);
  return events;
}

const short = ({ type, task }: WatchedEvent): string => `${type} ${task?.subject ?? ''}`;

describe('the events of a commit', () => {
  it('name what happened to a task in its life, one event a change', async () => {
    const { as, world } = await memoryLedger();
    const ada = as('ada');
    const since = await tipOf(ada);
    const id = await add(ada, 'A');
    await setTasks(ada, { ids: [id], labels: ['x'] });
    await addNote(ada, { id, text: 'a note' });
    await claimTasks(ada, { ids: [id] });
    world.advance(20 * MINUTE);
    await renewTasks(ada, { ids: [id] });
    await releaseTasks(ada, { ids: [id] });
    await completeTasks(ada, { ids: [id] });
    await reopenTasks(ada, { ids: [id] });
    await cancelTasks(ada, { ids: [id] }, { reason: 'not wanted' });
    const events = await eventsSince(ada, since);
    expect(events.map(({ type }) => type)).toEqual([
      'created',
      'changed',
      'changed',
      'claimed',
      'renewed',
      'released',
      'completed',
      'reopened',
      'cancelled',
    ]);
    expect(events[1]).toMatchObject({
      actor: 'ada',
      task: { id, list: 'main', subject: 'A', status: 'pending', ready: true, labels: ['x'] },
      changes: [{ field: 'labels', added: ['x'], removed: [] }],
    });
    expect(events[2]?.changes).toEqual([{ field: 'notes' }]);
    expect(events[3]?.task).toMatchObject({ owner: 'ada', status: 'in_progress', ready: false });
    expect(events[8]).toMatchObject({ reason: 'not wanted' });
  });

  it('tell which tasks it made ready, and through what, but not of those that are ready by themselves', async () => {
    const { as } = await memoryLedger();
    const ada = as('ada');
    const a = await add(ada, 'A');
    const b = await add(ada, 'B', { blockedBy: [a] });
    await add(ada, 'C', { blockedBy: [a, b] });
    const since = await tipOf(ada);
    await claimTasks(ada, { ids: [a] });
    await releaseTasks(ada, { ids: [a] });
    await completeTasks(ada, { ids: [a] });
    const events = await eventsSince(ada, since);
    expect(events.map(short)).toEqual(['claimed A', 'released A', 'completed A', 'unblocked B']);
    expect(events[3]).toMatchObject({ because: [a], actor: 'ada', commit: events[2]?.commit });
  });

  it('give the alarm when nothing is ready and work remains', async () => {
    const { as } = await memoryLedger();
    const ada = as('ada');
    await add(ada, 'B', { gates: ['approved'] });
    const a = await add(ada, 'A');
    const since = await tipOf(ada);
    await completeTasks(ada, { ids: [a] });
    const events = await eventsSince(ada, since);
    expect(events.map(short)).toEqual(['completed A', 'stuck ']);
    expect(events[1]).toMatchObject({ open: 1, causes: [{ kind: 'gate', name: 'approved', holdsUp: 1 }] });
  });

  it('pass the filters by task, type, label and list', async () => {
    const { as } = await memoryLedger();
    const ada = as('ada');
    const since = await tipOf(ada);
    const a = await add(ada, 'A', { labels: ['x', 'y'] });
    await add(as('ada', { list: 'web' }), 'W');
    await completeTasks(ada, { ids: [a] });
    const subjects = async (session: Session, input: WatchInput): Promise<string[]> =>
      (await eventsSince(session, since, input)).map(short);
    expect(await subjects(ada, { ids: [a.slice(0, 4)] })).toEqual(['created A', 'completed A']);
    expect(await subjects(ada, { types: ['completed'] })).toEqual(['completed A']);
    expect(await subjects(ada, { labels: ['x', 'y'] })).toEqual(['created A', 'completed A']);
    expect(await subjects(ada, { labels: ['x', 'z'] })).toEqual([]);
    expect(await subjects(as('ada', { list: 'web' }), {})).toEqual(['created W']);
  });
});

describe('the clock', () => {
  it('ends leases and deferrals, each once', async () => {
    const { as } = await memoryLedger();
    const ada = as('ada');
    const a = await add(ada, 'A');
    await add(ada, 'B', { defer: '2026-06-01T12:05:00Z' });
    await claimTasks(ada, { ids: [a], lease: 10 * MINUTE });
    const events = await eventsSince(ada, await tipOf(ada), { timeout: 30 * MINUTE });
    expect(events.map(({ type, task, at }) => [type, task?.subject, at])).toEqual([
      ['unblocked', 'B', '2026-06-01T12:05:00Z'],
      ['lease-expired', 'A', '2026-06-01T12:10:00Z'],
    ]);
    expect(events[1]?.task).toMatchObject({ owner: 'ada', ready: true });
    expect(events.every(({ commit }) => commit === undefined)).toBe(true);
  });
});

describe('a merge', () => {
  const twoSides = async (subjects: { readonly mine: string; readonly theirs: string }) => {
    const { clones } = await makeClones([0, 1000]);
    const [one, two] = clones;
    if (one === undefined || two === undefined) throw new Error('two clones were asked for');
    const id = await add(one.session, 'A');
    await two.session.ledger.join(await one.tip(), two.session.author());
    const since = await one.tip();
    await setTasks(one.session, { ids: [id], subject: subjects.mine });
    await setTasks(two.session, { ids: [id], subject: subjects.theirs });
    await add(two.session, 'B');
    const mine = await one.tip();
    await one.session.ledger.join(await two.tip(), one.session.author());
    return { session: one.session, since, mine, tip: await one.tip() };
  };

  it('brings the changes of the other side one by one, then what could not be decided', async () => {
    const { session, mine, tip } = await twoSides({ mine: 'mine', theirs: 'theirs' });
    const events = await eventsSince(session, mine);
    expect(events.map(short)).toEqual(['changed theirs', 'created B', 'conflict theirs']);
    expect(events[2]).toMatchObject({ merge: true, commit: tip, conflicts: [{ field: 'subject', other: 'mine' }] });
    // Whoever stops in the middle gets all of it again, whoever stops at the end nothing.
    expect(events.map(({ cursor }) => cursor)).toEqual([mine, mine, tip]);
  });

  it('tells of a value that the other side had set, and that it decided against', async () => {
    const { session, mine } = await twoSides({ mine: 'theirs', theirs: 'mine' });
    const events = await eventsSince(session, mine);
    expect(events.map(short)).toEqual(['changed mine', 'created B', 'changed theirs', 'conflict theirs']);
    expect(events[2]).toMatchObject({ merge: true, changes: [{ field: 'subject', before: 'mine', after: 'theirs' }] });
  });

  it('is told once, whichever way to it is looked at', async () => {
    const { session, since, mine } = await twoSides({ mine: 'mine', theirs: 'theirs' });
    const commits = (events: readonly WatchedEvent[]): (string | undefined)[] => events.map(({ commit }) => commit);
    const all = commits(await eventsSince(session, since));
    expect(all).toHaveLength(4);
    expect(new Set(all)).toEqual(new Set([mine, ...commits(await eventsSince(session, mine))]));
  });
});

describe('a rewritten branch', () => {
  it('is told of, and what comes after it', async () => {
    const { as, repository } = await memoryLedger();
    const ada = as('ada');
    const early = await tipOf(ada);
    await add(ada, 'A');
    const late = await tipOf(ada);
    const log = { name: 'x', email: 'x', at: 0, message: 'x' };
    await repository.refs.compareAndSwap({ ref: ada.ledger.ref, expected: late, next: early, log });
    await add(ada, 'B');
    const events = await eventsSince(ada, late);
    expect(events).toMatchObject([{ type: 'rewritten', from: late, to: await tipOf(ada), cursor: await tipOf(ada) }]);
  });
});

describe('waiting', () => {
  it('ends at once when it is met, when it is hopeless, and else when the time is up', async () => {
    const { as } = await memoryLedger();
    const ada = as('ada');
    const a = await add(ada, 'A');
    const b = await add(ada, 'B', { blockedBy: [a] });
    const c = await add(ada, 'C');
    await cancelTasks(ada, { ids: [c] });
    const outcome = async (ids: string[], until: 'closed' | 'ready' | 'unblocked' | 'completed', any = false) =>
      (await waitForTasks(ada, { ids, until, any, timeout: MINUTE })).outcome;
    expect(await outcome([a], 'ready')).toBe('met');
    expect(await outcome([b], 'ready')).toBe('timeout');
    expect(await outcome([b], 'unblocked')).toBe('timeout');
    expect(await outcome([a, c], 'closed')).toBe('timeout');
    expect(await outcome([a, c], 'closed', true)).toBe('met');
    expect(await outcome([c], 'completed')).toBe('hopeless');
    expect(await outcome([a, c], 'completed', true)).toBe('timeout');
    await completeTasks(ada, { ids: [a] });
    expect(await outcome([b], 'unblocked')).toBe('met');
    expect(await outcome([a], 'ready')).toBe('hopeless');
  });

  it('is met by the clock, too', async () => {
    const { as, world } = await memoryLedger();
    const ada = as('ada');
    const a = await add(ada, 'A', { defer: '2026-06-01T12:05:00Z' });
    const { outcome, tasks } = await waitForTasks(ada, { ids: [a], until: 'ready', timeout: 60 * MINUTE });
    expect({ outcome, ready: tasks[0]?.task?.ready }).toEqual({ outcome: 'met', ready: true });
    expect(world.now()).toBe(Date.parse('2026-06-01T12:05:00Z'));
  });

  it('is met by a moment that comes while next looks, too', async () => {
    for (let reads = 0; reads < 12; reads++) {
      const { repository, world, as } = await memoryLedger();
      const id = await add(as('ada'), 'A', { defer: '1s' });
      let left = reads;
      const ahead = Object.create(world, { now: { value: () => world.now() + (left-- > 0 ? 999 : 1000) } }) as World;
      const answer = await claimNext(openSessionOf(repository, ahead, { as: 'ada' }), { wait: MINUTE });
      expect(answer, `after ${reads} reads of the clock`).toMatchObject({ status: 'claimed', task: { id } });
      expect(world.now() - START).toBeLessThan(MINUTE);
    }
  });
});

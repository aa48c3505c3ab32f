import { describe, expect, it } from 'vitest';
import { type AddInput, addTask } from '../../../src/app/add.ts';
import { initLedger } from '../../../src/app/init.ts';
import { claimTasks, completeTasks } from '../../../src/app/life.ts';
import { listTasks } from '../../../src/app/list.ts';
import type { Session } from '../../../src/app/session.ts';
import { addNote, setTasks } from '../../../src/app/set.ts';
import { showTask } from '../../../src/app/show.ts';
import { memoryLedger, type TestWorld } from '../../support/ledger.ts';
import { makeClones, mergeForeign } from '../../support/memory-clones.ts';

const HOUR = 3_600_000;

async function created(session: Session, input: AddInput): Promise<{ id: string; changed: boolean }> {
  const { task, changed } = await addTask(session, input);
  return { id: task.id, changed };
}

describe('a key', () => {
  it('answers a retry with the same task, whatever became of it since', async () => {
    const { as, world } = await memoryLedger();
    const ada = as('ada');
    const input = { subject: 'Write it', key: 'k', due: '3d', labels: ['a'], description: 'one' };
    const { id } = await created(ada, input);
    await setTasks(ada, { ids: [id], subject: 'Write it well', labels: ['b'], due: null, metadata: { x: 1 } });
    await claimTasks(ada, { ids: [id] });
    await completeTasks(ada, { ids: [id], result: 'done' });
    world.advance(HOUR);
    expect(await created(as('bob'), input)).toEqual({ id, changed: false });
    expect((await showTask(ada, id)).task).toMatchObject({ subject: 'Write it well', status: 'completed' });
  });

  it.each<[string, Partial<AddInput>]>([
    ['subject', { subject: 'Another' }],
    ['description', { description: 'two' }],
    ['label', { labels: ['a', 'b'] }],
    ['priority', { priority: 0 }],
    ['day', { due: '4d' }],
    ['metadata', { metadata: { a: 1 } }],
  ])('is refused with another %s, also where the task says just that by now', async (_what, other) => {
    const { as } = await memoryLedger();
    const ada = as('ada');
    const input = { subject: 'Write it', key: 'k', due: '3d', labels: ['a'], description: 'one' };
    const { id } = await created(ada, input);
    await setTasks(ada, { ids: [id], ...other });
    await expect(created(ada, { ...input, ...other })).rejects.toMatchObject({
      code: 'exists',
      data: { id, key: 'k' },
    });
    expect((await listTasks(ada)).total).toBe(1);
  });

  it('does not mind the order of metadata, the form of an id or the blanks around a text', async () => {
    const { as } = await memoryLedger();
    const ada = as('ada');
    const before = await created(ada, { subject: 'Before' });
    const first = { subject: 'A', key: 'k', blockedBy: [before.id], metadata: { a: 1, b: { c: 2, d: 3 } } };
    const { id } = await created(ada, first);
    const again = {
      ...first,
      subject: ' A ',
      blockedBy: [before.id.slice(0, 5)],
      metadata: { b: { d: 3, c: 2 }, a: 1 },
    };
    expect(await created(ada, again)).toEqual({ id, changed: false });
  });

  it('counts the tasks that were to wait, and gives an edge back to nobody who took it away', async () => {
    const { as } = await memoryLedger();
    const ada = as('ada');
    const [x, y] = [await created(ada, { subject: 'X' }), await created(ada, { subject: 'Y' })];
    const { id } = await created(ada, { subject: 'A', key: 'k', blocks: [x.id] });
    await setTasks(ada, { ids: [x.id], unblock: [id] });
    expect(await created(ada, { subject: 'A', key: 'k', blocks: [x.id] })).toEqual({ id, changed: false });
    expect((await showTask(ada, x.id)).task.blockedBy).toEqual([]);
    await expect(created(ada, { subject: 'A', key: 'k', blocks: [y.id] })).rejects.toMatchObject({ code: 'exists' });
  });

  it('makes one note of one text, and is refused for another', async () => {
    const { as } = await memoryLedger();
    const { id } = await created(as('ada'), { subject: 'A' });
    const note = { id, text: 'Half done.', key: 'n' };
    expect((await addNote(as('ada'), note)).changed).toBe(true);
    expect((await addNote(as('bob'), note)).changed).toBe(false);
    await expect(addNote(as('ada'), { ...note, text: 'Done.' })).rejects.toMatchObject({ code: 'exists' });
    expect((await addNote(as('ada'), { ...note, key: 'm' })).changed).toBe(true);
    expect((await showTask(as('ada'), id)).task.notes).toHaveLength(2);
  });

  it('belongs to its list', async () => {
    const { as } = await memoryLedger();
    const one = await created(as('ada'), { subject: 'A', key: 'k' });
    const two = await created(as('ada', { list: 'web' }), { subject: 'A', key: 'k' });
    expect(two).toMatchObject({ changed: true });
    expect(two.id).not.toBe(one.id);
  });
});

/** Two clones that never met, with clocks an hour apart. */
async function apart(): Promise<{ a: Session; b: Session; world: TestWorld; meet(): Promise<number> }> {
  const { as, clone, world } = await memoryLedger();
  const [a, b] = [as('ada'), clone('bob')];
  await initLedger(b);
  const meet = async (): Promise<number> => {
    const [x, y] = [await a.read(), await b.read()];
    const [inA, inB] = [await a.ledger.join(y.tip, a.author()), await b.ledger.join(x.tip, b.author())];
    expect(inA.after).toBe(inB.after);
    const { joined } = inA;
    return joined.kind === 'merged' ? joined.tasks.reduce((sum, task) => sum + task.conflicts.length, 0) : 0;
  };
  return { a, b, world, meet };
}

describe('one key in two clones that are offline', () => {
  it('is one task: the earlier beginning stays, and nothing is a conflict', async () => {
    const { a, b, world, meet } = await apart();
    const input = { subject: 'Write it', key: 'k', due: '3d', labels: ['a'] };
    const later = await created(a, input);
    world.advance(-HOUR);
    const earlier = await created(b, input);
    expect(earlier.id).toBe(later.id);
    expect(await meet()).toBe(0);
    expect((await listTasks(a)).total).toBe(1);
    expect((await showTask(a, later.id)).task).toMatchObject({ createdBy: 'bob', created: '2026-06-01T11:00:00Z' });
    expect(await created(a, input)).toEqual({ id: later.id, changed: false });
  });

  it('keeps what either did with the task since, as if it had begun once', async () => {
    const { a, b, world, meet } = await apart();
    const input = { subject: 'Write it', key: 'k', description: 'one\ntwo\nthree', labels: ['x'] };
    const { id } = await created(a, input);
    world.advance(HOUR);
    await created(b, input);
    await setTasks(a, { ids: [id], subject: 'Write it well', unlabel: ['x'], description: 'ONE\ntwo\nthree' });
    await setTasks(b, { ids: [id], priority: 0, labels: ['y'], description: 'one\ntwo\nTHREE' });
    await completeTasks(b, { ids: [id], result: 'It was simple.' });
    expect(await meet()).toBe(0);
    expect((await showTask(b, id)).task).toMatchObject({
      subject: 'Write it well',
      priority: 0,
      labels: ['y'],
      description: 'ONE\ntwo\nTHREE',
      status: 'completed',
      result: 'It was simple.',
      conflicts: [],
    });
  });

  it('makes one note of one text, and loses neither of two', async () => {
    const { a, b, world, meet } = await apart();
    const { id } = await created(a, { subject: 'A' });
    await meet();
    await addNote(a, { id, text: 'Half done.', key: 'n' });
    await addNote(a, { id, text: 'Ada was here.', key: 'm' });
    world.advance(HOUR);
    await addNote(b, { id, text: 'Half done.', key: 'n' });
    await addNote(b, { id, text: 'Bob was here.', key: 'm' });
    await meet();
    const texts = (await showTask(a, id)).task.notes.map(({ text }) => text);
    expect(texts.sort()).toEqual(['Ada was here.', 'Bob was here.', 'Half done.']);
  });

  it('with another content is a conflict of what differs, and both contents are kept', async () => {
    const { a, b, meet } = await apart();
    const { id } = await created(a, { subject: 'Write it', key: 'k' });
    await created(b, { subject: 'Draw it', key: 'k' });
    expect(await meet()).toBe(2);
    const { task } = await showTask(a, id);
    expect(task.conflicts.map(({ field }) => field).sort()).toEqual(['metadata.key', 'subject']);
    const [subject] = task.conflicts.filter(({ field }) => field === 'subject');
    expect([subject?.kept, subject?.other].sort()).toEqual(['Draw it', 'Write it']);
    const retries = await Promise.allSettled([
      created(a, { subject: 'Write it', key: 'k' }),
      created(a, { subject: 'Draw it', key: 'k' }),
    ]);
    expect(retries.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('one key in three clones that are offline', () => {
  const SUBJECTS = ['Write it well', 'Write it', 'Write it'];

  /** Each gives what it has to the next one, in this order; then all meet in the first. */
  async function joined(order: readonly number[]): Promise<object> {
    const { clones } = await makeClones([HOUR, 0, 2 * HOUR]);
    let id = '';
    for (const [i, { session }] of clones.entries()) {
      ({ id } = await created(session, { subject: 'Write it', key: 'k', due: '3d' }));
      await setTasks(session, { ids: [id], subject: SUBJECTS[i] ?? '', labels: [`from-${i}`] });
    }
    const hub = [...[1, 2].map((i) => [i, 0]), ...[1, 2].map((i) => [0, i])];
    for (const [i = 0, j = 0] of [...order.map((n) => [n, (n + 1) % 3]), ...hub]) {
      const [from, to] = [clones[i], clones[j]];
      if (from === undefined || to === undefined) throw new RangeError('there are three clones');
      await to.session.ledger.join(await from.tip(), to.session.author());
    }
    const tips = new Set(await Promise.all(clones.map(async ({ tip }) => tip())));
    const session = clones[0]?.session;
    if (session === undefined || tips.size !== 1) throw new RangeError('they have met');
    const { subject, labels, created: begun, createdBy, due, conflicts } = (await showTask(session, id)).task;
    return { subject, labels, begun, createdBy, due, conflicts };
  }

  it.each([[[0, 1, 2]], [[2, 1, 0]], [[1, 0, 2]], [[2, 0, 1]]])(
    'is one task in whatever order they meet: %j',
    async (order) => {
      expect(await joined(order)).toEqual({
        subject: 'Write it well',
        labels: ['from-0', 'from-1', 'from-2'],
        begun: '2026-06-01T12:00:00Z',
        createdBy: 'actor1',
        due: '2026-06-04T12:00:00Z',
        conflicts: [],
      });
    },
  );

  it('does not take for its beginning what a merge had lost and a mend has brought back', async () => {
    const { repository, clones } = await makeClones([0, 0, HOUR]);
    const [other, mine, theirs] = clones;
    if (other === undefined || mine === undefined || theirs === undefined) throw new RangeError('three clones');
    await created(other.session, { subject: 'Something else' });
    const { id } = await created(mine.session, { subject: 'Write it', key: 'k' });
    await setTasks(mine.session, { ids: [id], subject: 'Write it well' });
    await created(theirs.session, { subject: 'Write it', key: 'k' });
    await mergeForeign(repository, other, await mine.tip(), 'our-tree');
    await addNote(other.session, { id: (await listTasks(other.session)).tasks[0]?.id ?? '', text: 'mends it' });
    await theirs.session.ledger.join(await other.tip(), theirs.session.author());
    const { task } = await showTask(theirs.session, id);
    expect(task).toMatchObject({ subject: 'Write it well', conflicts: [] });
  });
});

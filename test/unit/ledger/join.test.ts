import { describe, expect, it } from 'vitest';
import { addTask } from '../../../src/app/add.ts';
import { initLedger } from '../../../src/app/init.ts';
import { claimTasks, completeTasks } from '../../../src/app/life.ts';
import { lintLedger } from '../../../src/app/lint.ts';
import { renewTasks } from '../../../src/app/renew.ts';
import type { Session } from '../../../src/app/session.ts';
import { addNote, setTasks } from '../../../src/app/set.ts';
import { showTask } from '../../../src/app/show.ts';
import type { TaskView } from '../../../src/app/task-view.ts';
import { type MemoryLedger, memoryLedger } from '../../support/ledger.ts';
import { makeClones, mergeForeign } from '../../support/memory-clones.ts';

/** Two clones over one object store: each has a branch of its own, so nothing has to be transferred. */
async function clones(): Promise<{ a: Session; b: Session; ledger: MemoryLedger; meet(): Promise<void> }> {
  const ledger = await memoryLedger();
  const a = ledger.as('ada');
  const b = ledger.clone('bob');
  await initLedger(b);
  const meet = async (): Promise<void> => {
    const [x, y] = [await a.read(), await b.read()];
    const [inA, inB] = [await a.ledger.join(y.tip, a.author()), await b.ledger.join(x.tip, b.author())];
    expect(inA.after).toBe(inB.after);
  };
  return { a, b, ledger, meet };
}

async function shared(fields: object = {}): Promise<Awaited<ReturnType<typeof clones>> & { id: string }> {
  const made = await clones();
  const { task } = await addTask(made.a, {
    subject: 'Shared',
    labels: ['x'],
    description: 'one\ntwo\nthree',
    ...fields,
  });
  await made.meet();
  return { ...made, id: task.id };
}

async function view(session: Session, id: string): Promise<TaskView> {
  return (await showTask(session, id)).task;
}

function byField({ conflicts }: TaskView): TaskView['conflicts'] {
  return conflicts.toSorted((a, b) => (a.field < b.field ? -1 : 1));
}

describe('two clones', () => {
  it('that did nothing, or of which one did nothing, meet without a merge', async () => {
    const { a, b, id, meet } = await shared();
    await meet();
    await setTasks(a, { ids: [id], priority: 0 });
    await meet();
    expect((await view(b, id)).priority).toBe(0);
    expect((await a.read()).tip).toBe((await b.read()).tip);
  });

  it('keep both changes of different fields, and of different tasks', async () => {
    const { a, b, id, meet } = await shared();
    await setTasks(a, { ids: [id], priority: 0, labels: ['a'] });
    await setTasks(b, { ids: [id], subject: 'Renamed', labels: ['b'], unlabel: ['x'] });
    await addNote(a, { id, text: 'from a' });
    await addNote(b, { id, text: 'from b' });
    const made = await addTask(b, { subject: 'Another' });
    await meet();
    expect(await view(a, id)).toMatchObject({ priority: 0, subject: 'Renamed', labels: ['a', 'b'], conflicts: [] });
    expect((await view(a, id)).notes.map(({ text }) => text).sort()).toEqual(['from a', 'from b']);
    expect((await view(a, made.task.id)).subject).toBe('Another');
  });

  it('keep both values of one field, one as a conflict, alike on both', async () => {
    const { a, b, id, meet } = await shared();
    await setTasks(a, { ids: [id], subject: 'A says' });
    await setTasks(b, { ids: [id], subject: 'B says' });
    await meet();
    const { subject, conflicts } = await view(b, id);
    expect(conflicts).toEqual([{ field: 'subject', kept: 'B says', other: 'A says', base: 'Shared' }]);
    expect(subject).toBe('B says');
    await meet();
    expect((await view(a, id)).conflicts).toHaveLength(1);
  });

  it('let the side with more changes to the task have the field', async () => {
    const { a, b, id, meet } = await shared();
    await setTasks(a, { ids: [id], subject: 'A says' });
    await setTasks(a, { ids: [id], priority: 0 });
    await setTasks(b, { ids: [id], subject: 'B says' });
    await meet();
    expect((await view(b, id)).subject).toBe('A says');
  });

  it('merge long texts by lines', async () => {
    const { a, b, id, meet } = await shared();
    await setTasks(a, { ids: [id], description: 'ONE\ntwo\nthree' });
    await setTasks(b, { ids: [id], description: 'one\ntwo\nthree\nfour' });
    await meet();
    expect(await view(a, id)).toMatchObject({ description: 'ONE\ntwo\nthree\nfour', conflicts: [] });
  });

  it('that close a circle drop the same edge and keep it as a conflict', async () => {
    const { a, b, id, meet } = await shared();
    const other = (await addTask(a, { subject: 'Other' })).task.id;
    await meet();
    await setTasks(a, { ids: [id], blockedBy: [other] });
    await setTasks(b, { ids: [other], blockedBy: [id] });
    await meet();
    const [first, second] = [await view(a, id), await view(a, other)];
    expect([...first.blockedBy, ...second.blockedBy]).toHaveLength(1);
    expect([...first.conflicts, ...second.conflicts]).toMatchObject([{ field: 'blockedBy', kept: null }]);
    expect((await lintLedger(b)).problems.map(({ code }) => code)).toEqual(['conflict']);
  });

  it('let the completion beat an edit of an open status, and keep the edit', async () => {
    const { a, b, id, meet } = await shared();
    await completeTasks(a, { ids: [id], result: 'done' });
    await setTasks(b, { ids: [id], due: '2026-12-01' });
    await meet();
    expect(await view(b, id)).toMatchObject({ status: 'completed', due: '2026-12-01', conflicts: [] });
  });

  it('fence: what was done under an older term loses to a newer claim, and is kept', async () => {
    const { a, b, id, ledger, meet } = await shared();
    await claimTasks(a, { ids: [id] });
    await meet();
    ledger.world.advance(3_600_000);
    await claimTasks(b, { ids: [id] });
    await completeTasks(a, { ids: [id], result: 'too late' });
    await meet();
    const task = await view(a, id);
    expect(task).toMatchObject({ status: 'in_progress', owner: 'bob', claim: { term: 2 } });
    expect(task.result).toBeUndefined();
    expect(byField(task)).toMatchObject([
      { field: 'claim', kept: { owner: 'bob', term: 2 }, other: { owner: 'ada', term: 1 } },
      { field: 'result', kept: null, other: 'too late' },
      { field: 'status', kept: 'in_progress', other: 'completed' },
    ]);
  });

  it('fence every field that an ex-holder sets late, and welcome the notes', async () => {
    const { a, b, id, ledger, meet } = await shared();
    await claimTasks(a, { ids: [id] });
    await meet();
    ledger.world.advance(3_600_000);
    await claimTasks(b, { ids: [id] });
    await setTasks(a, { ids: [id], subject: 'Late', labels: ['late'], metadata: { late: true } });
    await addNote(a, { id, text: 'late' });
    await meet();
    const task = await view(b, id);
    expect(task).toMatchObject({ owner: 'bob', labels: ['x'], metadata: {}, notes: [{ text: 'late' }] });
    expect(task.subject).not.toBe('Late');
    expect(byField(task).map(({ field }) => field)).toEqual(['claim', 'labels', 'metadata.late', 'subject']);
  });

  it('take what was said of a task that nobody held when it was claimed elsewhere', async () => {
    const { a, b, id, meet } = await shared();
    await setTasks(a, { ids: [id], subject: 'In time' });
    await claimTasks(b, { ids: [id] });
    await meet();
    expect(await view(a, id)).toMatchObject({ owner: 'bob', subject: 'In time', conflicts: [] });
  });

  it('tell of a late renewal, too: whoever made it still works on the task', async () => {
    const { a, b, id, ledger, meet } = await shared();
    await claimTasks(a, { ids: [id] });
    await meet();
    ledger.world.advance(3_600_000);
    await claimTasks(b, { ids: [id] });
    await renewTasks(a, { ids: [id] });
    await meet();
    const task = await view(a, id);
    expect(task).toMatchObject({ owner: 'bob', claim: { term: 2 } });
    expect(task.conflicts).toMatchObject([{ field: 'claim', kept: { owner: 'bob' }, other: { owner: 'ada' } }]);
  });

  it('give one task to one of two claimants, and keep the other as a conflict', async () => {
    const { a, b, id, meet } = await shared();
    await claimTasks(a, { ids: [id] });
    await claimTasks(b, { ids: [id] });
    await meet();
    const task = await view(a, id);
    expect(['ada', 'bob']).toContain(task.owner);
    expect(task.conflicts).toMatchObject([{ field: 'claim', kept: { owner: task.owner } }]);
  });

  it('that met crosswise have several bases, and end alike all the same', async () => {
    const { a, b, id } = await shared();
    await setTasks(a, { ids: [id], subject: 'A1' });
    await setTasks(b, { ids: [id], subject: 'B1' });
    const [x, y] = [(await a.read()).tip, (await b.read()).tip];
    await setTasks(a, { ids: [id], priority: 0 });
    await setTasks(b, { ids: [id], priority: 4 });
    await a.ledger.join(y, a.author());
    await b.ledger.join(x, b.author());
    const [p, q] = [(await a.read()).tip, (await b.read()).tip];
    expect(p).not.toBe(q);
    await setTasks(a, { ids: [id], labels: ['a'] });
    const left = (await a.read()).tip;
    await a.ledger.join(q, a.author());
    await b.ledger.join(left, b.author());
    expect((await a.read()).tip).toBe((await b.read()).tip);
    expect((await view(a, id)).labels).toEqual(['a', 'x']);
  });
});

describe('a task that a merge made without us has dropped', () => {
  it('is no new task to a clone that has merged past that: what was removed there stays removed', async () => {
    const { repository, clones: all } = await makeClones([0, 0]);
    const [kept, dropped] = all;
    if (kept === undefined || dropped === undefined) throw new RangeError('there are two clones');
    const { task } = await addTask(kept.session, { subject: 'Shared', labels: ['x', 'y'] });
    await addTask(dropped.session, { subject: 'Another' });
    await mergeForeign(repository, dropped, await kept.tip(), 'our-tree');
    await setTasks(kept.session, { ids: [task.id], unlabel: ['x'], subject: 'Renamed' });
    // The drop is merged before anybody has mended it; the mend comes after.
    await mergeForeign(repository, kept, await dropped.tip(), 'driver');
    await addTask(kept.session, { subject: 'A third' });
    expect(await view(kept.session, task.id)).toMatchObject({ subject: 'Renamed', labels: ['y'], conflicts: [] });
  });
});

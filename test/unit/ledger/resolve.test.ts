import { describe, expect, it } from 'vitest';
import { addTask } from '../../../src/app/add.ts';
import { initLedger } from '../../../src/app/init.ts';
import { claimTasks } from '../../../src/app/life.ts';
import { type Choice, listConflicts, resolveConflicts } from '../../../src/app/resolve.ts';
import type { Session } from '../../../src/app/session.ts';
import { setTasks } from '../../../src/app/set.ts';
import { showTask } from '../../../src/app/show.ts';
import type { TaskView } from '../../../src/app/task-view.ts';
import { memoryLedger } from '../../support/ledger.ts';

interface Pair {
  readonly a: Session;
  readonly b: Session;
  readonly id: string;
  readonly other: string;
  meet(): Promise<void>;
  view(id?: string): Promise<TaskView>;
  resolve(choice: Choice, field?: string, id?: string): Promise<unknown>;
}

/** Two clones with two tasks in common. */
async function pair(): Promise<Pair> {
  const ledger = await memoryLedger();
  const [a, b] = [ledger.as('ada'), ledger.clone('bob')];
  await initLedger(b);
  const { id } = (await addTask(a, { subject: 'Shared' })).task;
  const other = (await addTask(a, { subject: 'Other' })).task.id;
  const meet = async (): Promise<void> => {
    const [x, y] = [await a.read(), await b.read()];
    await a.ledger.join(y.tip, a.author());
    await b.ledger.join(x.tip, b.author());
  };
  await meet();
  const view = async (of = id): Promise<TaskView> => (await showTask(a, of)).task;
  const resolve = async (choice: Choice, field?: string, of = id): Promise<unknown> =>
    resolveConflicts(a, { id: of, field, choice });
  return { a, b, id, other, meet, view, resolve };
}

async function rivals(made: Pair): Promise<void> {
  await setTasks(made.a, { ids: [made.id], subject: 'A says', metadata: { 'odd key': 'a' } });
  await setTasks(made.b, { ids: [made.id], subject: 'B says', metadata: { 'odd key': 'b' } });
  await made.meet();
}

describe('resolve', () => {
  it('lists what is open with what the field holds now, and says when nothing is', async () => {
    const made = await pair();
    await expect(made.resolve('kept')).rejects.toMatchObject({ code: 'nothing' });
    await rivals(made);
    const { conflicts } = await listConflicts(made.a);
    expect(conflicts.map(({ field, now, other }) => [field, now, other]).sort()).toEqual([
      ['metadata."odd key"', 'b', 'a'],
      ['subject', 'B says', 'A says'],
    ]);
  });

  it('leaves the field as it is, takes the other value, or a third, each in one commit', async () => {
    const made = await pair();
    await rivals(made);
    await made.resolve('other', 'metadata."odd key"');
    expect((await made.view()).metadata).toEqual({ 'odd key': 'a' });
    await made.resolve({ value: 'We say' }, 'subject');
    expect(await made.view()).toMatchObject({ subject: 'We say', conflicts: [] });
    await made.meet();
    await rivals(made);
    await made.resolve('kept');
    expect(await made.view()).toMatchObject({ subject: 'B says', conflicts: [] });
  });

  it('stays settled when clones meet that had the conflict', async () => {
    const made = await pair();
    await rivals(made);
    await made.resolve('other');
    await setTasks(made.b, { ids: [made.id], priority: 0 });
    await made.meet();
    expect((await showTask(made.b, made.id)).task).toMatchObject({ subject: 'A says', priority: 0, conflicts: [] });
  });

  it('refuses an edge that would close its circle again, with the way', async () => {
    const made = await pair();
    await setTasks(made.a, { ids: [made.id], blockedBy: [made.other] });
    await setTasks(made.b, { ids: [made.other], blockedBy: [made.id] });
    await made.meet();
    const holder = (await made.view()).conflicts.length > 0 ? made.id : made.other;
    const awaited = holder === made.id ? made.other : made.id;
    await expect(made.resolve('other', undefined, holder)).rejects.toMatchObject({ code: 'cycle' });
    await setTasks(made.a, { ids: [awaited], unblock: [holder] });
    await made.resolve('other', undefined, holder);
    expect(await made.view(holder)).toMatchObject({ blockedBy: [awaited], conflicts: [] });
  });

  it('gives the task to the other claimant only where the rules let it go', async () => {
    const made = await pair();
    await claimTasks(made.a, { ids: [made.id] });
    await claimTasks(made.b, { ids: [made.id] });
    await made.meet();
    const { owner } = await made.view();
    const session = owner === 'ada' ? made.a : made.b;
    const rival = owner === 'ada' ? made.b : made.a;
    await expect(resolveConflicts(rival, { id: made.id, choice: 'other' })).rejects.toMatchObject({ code: 'claimed' });
    await resolveConflicts(session, { id: made.id, choice: 'other' });
    const task = (await showTask(session, made.id)).task;
    expect(task).toMatchObject({ owner: owner === 'ada' ? 'bob' : 'ada', claim: { term: 2 }, conflicts: [] });
  });

  it('refuses values that the field cannot hold', async () => {
    const made = await pair();
    await rivals(made);
    await expect(made.resolve({ value: '' }, 'subject')).rejects.toMatchObject({ code: 'invalid' });
    await expect(made.resolve({ value: null }, 'subject')).rejects.toMatchObject({ code: 'invalid' });
    await expect(made.resolve({ value: 3 }, 'subject')).rejects.toMatchObject({ code: 'invalid' });
  });
});

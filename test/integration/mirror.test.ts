import { mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addTask } from '../../src/app/add.ts';
import { importClaude } from '../../src/app/import-claude.ts';
import { initLedger } from '../../src/app/init.ts';
import { cancelTasks, claimTasks, completeTasks, reopenTasks } from '../../src/app/life.ts';
import { mirrorClaude, type MirrorAnswer } from '../../src/app/mirror.ts';
import { openSession, type Session } from '../../src/app/session.ts';
import { setTasks } from '../../src/app/set.ts';
import { showTask } from '../../src/app/show.ts';
import type { Task } from '../../src/task/types.ts';
import { processWorld } from '../../src/world.ts';
import { git, scratchFolder, scratchRepository } from '../support/git.ts';
import { type NativeWriter, nativeWriter } from '../support/native-writer.ts';

interface Scene {
  readonly session: Session;
  readonly native: NativeWriter;
  run(): Promise<MirrorAnswer>;
  /** The task in the ledger that has this native number. */
  task(native: string): Promise<Task>;
  /** The native number of a task of the ledger. */
  number(id: string): string;
  as(actor: string): Promise<Session>;
}

async function scene(): Promise<Scene> {
  const repository = scratchRepository();
  const folder = join(scratchFolder(), 'tasks', 'my-list');
  const open = async (as?: string): Promise<Session> => openSession(processWorld(), { dir: repository, as });
  const session = await open();
  await initLedger(session);
  const native = nativeWriter(folder);
  return {
    session,
    native,
    run: async () => mirrorClaude(session, { folder }),
    task: async (number) => {
      const snapshot = await session.read();
      return snapshot.task(snapshot.find(`my-list/${number}`));
    },
    number: (id) => {
      const file = native
        .all()
        .find(({ metadata }) => (metadata?.['gitTasks'] as { id?: string } | undefined)?.id === id);
      return file?.id ?? '';
    },
    as: open,
  };
}

describe('a native task', () => {
  it('becomes a task with all that it has, and is found by its native name', async () => {
    const { native, run, task } = await scene();
    const one = await native.create('Build the API', 'With\nlines', { kind: 'feature', nested: { deep: [1, null] } });
    const two = await native.create('Test it');
    await native.update(two, { addBlockedBy: [one], activeForm: 'Testing', owner: 'tester' });
    const answer = await run();
    expect(answer).toMatchObject({ created: 2, written: 0, removed: 0, shown: 2, issues: [] });
    expect(answer.commits).toHaveLength(1);
    expect(await task(one)).toMatchObject({
      subject: 'Build the API',
      description: 'With\nlines',
      status: 'pending',
      list: 'main',
      metadata: { kind: 'feature', nested: { deep: [1, null] }, claude: { id: 'my-list/1' } },
    });
    const [first, second] = [await task(one), await task(two)];
    expect(second).toMatchObject({
      activeForm: 'Testing',
      blockedBy: [first.id],
      metadata: { claude: { owner: 'tester' } },
    });
    expect(await run()).toMatchObject({ commits: [], created: 0, changed: 0, written: 0 });
  });

  it('keeps what nobody knows, on both sides', async () => {
    const { native, run, task, session } = await scene();
    const one = await native.create('Plain');
    const file = join(native.folder, '1.json');
    writeFileSync(file, JSON.stringify({ ...native.read(one), future: { x: [1] } }));
    await run();
    expect((await task(one)).metadata['claude']).toEqual({ id: 'my-list/1', fields: { future: { x: [1] } } });
    await setTasks(session, { ids: ['my-list/1'], subject: 'Changed here' });
    await run();
    expect(native.read(one)).toMatchObject({ subject: 'Changed here', future: { x: [1] } });
  });

  it('that is internal is no task here, but keeps its number', async () => {
    const { native, run, session } = await scene();
    await native.create('teammate', '', { _internal: true });
    await addTask(session, { subject: 'Ours' });
    expect(await run()).toMatchObject({ created: 0, written: 1, shown: 1 });
    expect(native.read('2')).toMatchObject({ subject: 'Ours', activeForm: 'Ours', blocks: [], blockedBy: [] });
    expect(await run()).toMatchObject({ written: 0, created: 0 });
  });

  it('is started, completed, opened again and paused by whoever works in the list', async () => {
    const { native, run, task, session } = await scene();
    const one = await native.create('Work');
    await native.update(one, { status: 'in_progress', owner: 'agent-a' });
    await run();
    const started = await task(one);
    expect(started).toMatchObject({
      status: 'in_progress',
      owner: 'agent-a',
      claim: { term: 1, session: 'claude:my-list' },
    });
    const log = git(session.repository.workTree ?? '', 'log', '-1', '--format=%an %s', 'tasks');
    expect(log).toMatch(/^agent-a claim/);
    await native.update(one, { status: 'completed' });
    await native.create('More');
    await run();
    expect(await task(one)).toMatchObject({ status: 'completed' });
    expect(native.read(one)).toMatchObject({ status: 'completed', owner: 'agent-a' });
    await native.update(one, { status: 'pending' });
    await run();
    expect(await task(one)).toMatchObject({ status: 'pending' });
    await native.update(one, { status: 'in_progress', owner: 'agent-b' });
    await run();
    expect(await task(one)).toMatchObject({ status: 'in_progress', owner: 'agent-b', claim: { term: 2 } });
    await native.update(one, { owner: 'agent-c' });
    await run();
    expect(await task(one)).toMatchObject({ owner: 'agent-c', claim: { term: 3 } });
    await native.update(one, { status: 'pending' });
    await run();
    expect((await task(one)).status).toBe('pending');
  });

  it('that is started while it is blocked is put back, and that is told', async () => {
    const { native, run, task } = await scene();
    const [one, two] = [await native.create('First'), await native.create('Second')];
    await native.update(two, { addBlockedBy: [one] });
    await run();
    await native.update(two, { status: 'in_progress' });
    const answer = await run();
    expect(answer.issues).toMatchObject([{ kind: 'refused', native: two }]);
    expect(answer.issues[0]?.message).toContain('is blocked by');
    expect((await task(two)).status).toBe('pending');
    expect(native.read(two)?.status).toBe('pending');
    await native.update(one, { status: 'completed' });
    await native.update(two, { status: 'in_progress' });
    expect((await run()).issues).toEqual([]);
    expect((await task(two)).status).toBe('in_progress');
  });

  it('cannot be taken from somebody who holds it in the ledger', async () => {
    const { native, run, as, task } = await scene();
    const one = await native.create('Held');
    await run();
    const bob = await as('bob');
    await claimTasks(bob, { ids: ['my-list/1'] });
    await run();
    expect(native.read(one)).toMatchObject({ status: 'in_progress', owner: 'bob' });
    await native.update(one, { status: 'completed', description: 'I did it' });
    const { issues } = await run();
    expect(issues.map(({ kind }) => kind)).toEqual(['refused', 'refused']);
    expect(native.read(one)).toMatchObject({ status: 'in_progress', owner: 'bob', description: '' });
    const held = await task(one);
    expect(held).toMatchObject({ status: 'in_progress', owner: 'bob' });
    expect(held.notes[0]?.text).toContain('I did it');
  });

  it('that would close a circle loses that edge only', async () => {
    const { native, run, task } = await scene();
    const [one, two] = [await native.create('A'), await native.create('B')];
    await native.update(one, { addBlockedBy: [two] });
    await run();
    await native.update(two, { addBlockedBy: [one], subject: 'B2' });
    const { issues } = await run();
    expect(issues).toMatchObject([{ kind: 'refused' }]);
    expect(await task(two)).toMatchObject({ subject: 'B2', blockedBy: [] });
    expect(native.read(two)).toMatchObject({ blockedBy: [], blocks: [one] });
    expect(native.read(one)).toMatchObject({ blockedBy: [two], blocks: [] });
  });
});

describe('native files that have gone', () => {
  it('one by one are given up, and what waited for them goes on', async () => {
    const { native, run, task } = await scene();
    const [one, two] = [await native.create('Dropped'), await native.create('Waits')];
    await native.update(two, { addBlockedBy: [one] });
    await run();
    const dropped = await task(one);
    await native.update(one, { status: 'deleted' });
    expect(await run()).toMatchObject({ issues: [], changed: 2, isWiped: false });
    expect((await task(one)).status).toBe('cancelled');
    expect((await task(two)).blockedBy).not.toContain(dropped.id);
    expect(native.ids()).toEqual([two]);
  });

  it('all at once, because all was done, stay completed; their numbers stay taken', async () => {
    const { native, run, task } = await scene();
    const [one, two] = [await native.create('A'), await native.create('B')];
    await native.update(one, { status: 'completed' });
    await run();
    await native.update(two, { status: 'completed' });
    await run();
    await native.wipe();
    expect(await run()).toMatchObject({ isWiped: true, issues: [], commits: [], written: 0 });
    expect([(await task(one)).status, (await task(two)).status]).toEqual(['completed', 'completed']);
    expect(native.ids()).toEqual([]);
    await native.create('C');
    await run();
    expect(native.ids()).toEqual(['3']);
    expect(await task('3')).toMatchObject({ subject: 'C', status: 'pending' });
  });

  it('all at once while one was open give up nothing, and the open one is back', async () => {
    const { native, run, task } = await scene();
    const [one, two] = [await native.create('A'), await native.create('B')];
    await native.update(one, { status: 'completed' });
    await run();
    await native.wipe();
    const answer = await run();
    expect(answer).toMatchObject({ isWiped: true, written: 1 });
    expect(answer.issues).toMatchObject([{ kind: 'vanished', native: two }]);
    expect((await task(two)).status).toBe('pending');
    expect(native.ids()).toEqual([two]);
  });

  it('with their whole folder, and the numbers begin anew, are not mistaken for the new ones', async () => {
    const { native, run, task, session } = await scene();
    const one = await native.create('Old');
    await native.update(one, { status: 'completed' });
    await run();
    const old = await task(one);
    await native.wipe();
    await run();
    writeFileSync(join(native.folder, '.highwatermark'), '0');
    await native.create('New');
    expect(await run()).toMatchObject({ created: 1 });
    expect(await task('1#2')).toMatchObject({ subject: 'New', status: 'pending' });
    expect((await showTask(session, old.id)).task.status).toBe('completed');
  });
});

describe('a task of the ledger', () => {
  it('gets a native file, with edges on both ends and numbers that follow', async () => {
    const { native, run, session, number } = await scene();
    await native.create('Native');
    const a = (await addTask(session, { subject: 'A', description: 'text', metadata: { k: 1 } })).task.id;
    const b = (await addTask(session, { subject: 'B', blockedBy: [a] })).task.id;
    expect(await run()).toMatchObject({ created: 1, written: 2 });
    const [na, nb] = [number(a), number(b)];
    expect(native.read(na)).toEqual({
      id: na,
      subject: 'A',
      description: 'text',
      activeForm: 'A',
      status: 'pending',
      blocks: [nb],
      blockedBy: [],
      metadata: { k: 1, gitTasks: { id: a } },
    });
    expect(native.read(nb)?.blockedBy).toEqual([na]);
    await completeTasks(session, { ids: [a] });
    await run();
    expect(native.read(na)?.status).toBe('completed');
    // As in the native tool: a completed blocker stays.
    expect(native.read(nb)?.blockedBy).toEqual([na]);
    await setTasks(session, { ids: [b], unblock: [a] });
    await run();
    expect([native.read(nb)?.blockedBy, native.read(na)?.blocks]).toEqual([[], []]);
  });

  it('that is cancelled loses its file for good, and its number is not given out again', async () => {
    const { native, run, session, number } = await scene();
    await addTask(session, { subject: 'Stays', priority: 1 });
    const a = (await addTask(session, { subject: 'Goes' })).task.id;
    await run();
    const na = number(a);
    expect(na).toBe('2');
    await cancelTasks(session, { ids: [a] });
    expect(await run()).toMatchObject({ removed: 1 });
    expect(native.ids()).toEqual(['1']);
    expect(await native.create('Next')).toBe('3');
    await reopenTasks(session, { ids: [a] });
    await run();
    expect(native.read('2')).toMatchObject({ subject: 'Goes', status: 'pending' });
  });

  it('and its native file that both were edited are merged field by field; what cannot be is a conflict', async () => {
    const { native, run, session, task } = await scene();
    const one = await native.create('Subject', 'one\ntwo\nthree\n');
    await run();
    await native.update(one, { subject: 'Native', description: 'ONE\ntwo\nthree\n', metadata: { n: 1 } });
    await setTasks(session, {
      ids: ['my-list/1'],
      subject: 'Ledger',
      description: 'one\ntwo\nTHREE\n',
      metadata: { l: 2 },
    });
    await run();
    const merged = await task(one);
    expect(merged).toMatchObject({ subject: 'Ledger', metadata: { n: 1, l: 2 } });
    expect(merged.description).toBe('ONE\ntwo\nTHREE\n');
    expect(merged.conflicts).toEqual([{ field: 'subject', kept: 'Ledger', other: 'Native', base: 'Subject' }]);
    expect(native.read(one)).toMatchObject({
      subject: 'Ledger',
      description: 'ONE\ntwo\nTHREE\n',
      metadata: { n: 1, l: 2 },
    });
    const tip = (await session.read()).tip;
    expect(await run()).toMatchObject({ commits: [] });
    expect((await session.read()).tip).toBe(tip);
  });
});

describe('a run where nothing has moved', () => {
  it('takes no lock and writes nothing; one where something has waits for the lock of the other', async () => {
    const { native, run, session } = await scene();
    await native.create('A');
    await run();
    await new Promise((wake) => setTimeout(wake, 40));
    await run();
    mkdirSync(join(native.folder, '.lock.lock'));
    const before = readdirSync(native.folder);
    const quick = { folder: native.folder, timeout: 100 };
    expect(await mirrorClaude(session, quick)).toMatchObject({ commits: [], written: 0, shown: 1 });
    expect(readdirSync(native.folder)).toEqual(before);
    await addTask(session, { subject: 'B' });
    await expect(mirrorClaude(session, quick)).rejects.toMatchObject({ code: 'busy' });
    expect(native.ids()).toEqual(['1']);
    // A holder that was killed shows no sign of life any more.
    const old = Date.now() / 1000 - 60;
    utimesSync(join(native.folder, '.lock.lock'), old, old);
    expect(await run()).toMatchObject({ written: 1 });
    expect(readdirSync(native.folder)).not.toContain('.lock.lock');
  });
});

describe('a hostile folder', () => {
  it('is read as far as it goes; links, broken files and strange names are left alone', async () => {
    const { native, run, session } = await scene();
    await native.create('Good');
    const outside = join(scratchFolder(), 'outside.json');
    writeFileSync(outside, '{"id":"2","subject":"secret","status":"pending"}');
    symlinkSync(outside, join(native.folder, '2.json'));
    writeFileSync(join(native.folder, '3.json'), '{"id":"3","subj');
    writeFileSync(join(native.folder, '4.json'), JSON.stringify({ id: 4, subject: 'number', status: 'pending' }));
    writeFileSync(join(native.folder, '5.json'), JSON.stringify({ id: '5', subject: 'x', status: 'done' }));
    writeFileSync(join(native.folder, '007.json'), '{}');
    writeFileSync(
      join(native.folder, '6.json'),
      `{"id":"6","subject":"\\u001b[2J${'x'.repeat(3000)}","status":"pending","blockedBy":"all","metadata":{"__proto__":{"x":1},"deep":${'['.repeat(40)}${']'.repeat(40)}}}`,
    );
    mkdirSync(join(native.folder, '8.json'));
    const { issues, created } = await run();
    expect(created).toBe(2);
    expect(issues.map(({ native: id, kind }) => `${kind} ${id}`)).toEqual(
      ['2', '3', '4', '5', '8'].map((id) => `unreadable ${id}`),
    );
    expect((await run()).issues).toEqual(issues);
    await addTask(session, { subject: 'Ours' });
    await run();
    expect(native.read('9')?.subject).toBe('Ours');
    expect(readdirSync(join(native.folder, '..'))).toEqual(['my-list']);
  });
});

describe('an import of native lists', () => {
  it('takes one or all, changes nothing the second time, and follows what is edited', async () => {
    const { native, session, task } = await scene();
    const [one, two] = [await native.create('A'), await native.create('B')];
    await native.update(two, { addBlockedBy: [one] });
    const other = nativeWriter(join(native.folder, '..', 'other'));
    await other.create('C');
    const parent = { folder: join(native.folder, '..') };
    const answer = await importClaude(session, parent);
    expect(answer).toMatchObject({ created: 3, total: 3, issues: [] });
    expect(answer.lists).toEqual([
      { id: 'my-list', tasks: 2 },
      { id: 'other', tasks: 1 },
    ]);
    expect((await task(two)).blockedBy).toEqual([(await task(one)).id]);
    expect(await importClaude(session, parent)).toMatchObject({ created: 0, changed: 0, unchanged: 3 });
    await native.update(one, { status: 'completed', subject: 'A2' });
    expect(await importClaude(session, { folder: native.folder })).toMatchObject({
      created: 0,
      changed: 1,
      unchanged: 1,
    });
    expect(await task(one)).toMatchObject({ subject: 'A2', status: 'completed' });
    await expect(importClaude(session, { folder: '/nowhere' })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('knows what a mirror has brought there, and a mirror what an import has brought here', async () => {
    const { native, session, run } = await scene();
    await native.create('Native');
    await importClaude(session, { folder: native.folder });
    expect(await run()).toMatchObject({ created: 0 });
    await addTask(session, { subject: 'Ours' });
    await run();
    expect(await importClaude(session, { folder: native.folder })).toMatchObject({ created: 0, total: 1 });
    expect((await session.read()).table.size).toBe(2);
  });
});

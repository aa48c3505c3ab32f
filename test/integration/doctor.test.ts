/** Doctor against every kind of damage, done by hand: found and named, and mended where anything is left to mend with. */
import { spawnSync } from 'node:child_process';
import { existsSync, linkSync, readFileSync, rmSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { listTasks } from '../../src/app/list.ts';
import { setTasks } from '../../src/app/set.ts';
import { git, scratchFolder } from '../support/git.ts';
import {
  add,
  commitByHand,
  empty,
  examined,
  fsckOf,
  looseFile,
  lose,
  mended,
  ofCode,
  oidOf,
  pathOf,
  scratchLedger,
  sessionIn,
  tear,
} from './support/damaged-ledger.ts';

const subjects = async (folder: string): Promise<string[]> =>
  (await listTasks(await sessionIn(folder), { select: 'all' })).tasks.map(({ subject }) => subject).sort();

/** In quotes, for an id may look like a number. */
const yaml = (id: string, lines = ''): string =>
  `id: "${id}"\nsubject: By hand\nstatus: pending\n${lines}created: 2026-01-01T00:00:00Z\n`;

/** A clone of the ledger's repository that is its remote `origin`, with all that it has now. */
function shareWith(folder: string): string {
  const remote = join(scratchFolder(), 'origin.git');
  git(folder, 'init', '--quiet', '--bare', remote);
  git(folder, 'remote', 'add', 'origin', remote);
  git(folder, 'push', '--quiet', 'origin', 'tasks');
  return remote;
}

describe('a ledger in order', () => {
  it('has no findings, and is not written to', async () => {
    const folder = await scratchLedger();
    await add(folder, 'One');
    const tip = oidOf(folder, 'tasks');
    expect(await mended(folder)).toMatchObject({
      findings: [],
      checked: { tasks: 1, objects: expect.any(Number) },
      tip,
    });
    expect(oidOf(folder, 'tasks')).toBe(tip);
  });
});

describe('a damaged object', () => {
  it.each([
    ['a torn file', tear, 'torn-object'],
    ['an empty file', empty, 'torn-object'],
    ['a missing file', lose, 'missing-object'],
  ] as const)('%s of the tip is named with its place, and restored from history', async (_what, damage, code) => {
    const folder = await scratchLedger();
    const id = await add(folder, 'Unharmed');
    await setTasks(await sessionIn(folder), { ids: [id], priority: 0 });
    const blob = oidOf(folder, `tasks:${pathOf(id)}`);
    damage(folder, blob);
    const [finding] = ofCode(await examined(folder), code);
    expect(finding).toMatchObject({ severity: 'error', id: blob, message: expect.stringContaining(pathOf(id)) });
    const before = oidOf(folder, 'tasks');
    await mended(folder);
    expect(await subjects(folder)).toEqual(['Unharmed']);
    expect(git(folder, 'merge-base', '--is-ancestor', before, 'tasks')).toBe('');
    expect(ofCode(await examined(folder), 'damaged')).toEqual([]);
  });

  it.each([
    ['commit', 'tasks'],
    ['older commit', 'tasks~1'],
    ['top tree', 'tasks^{tree}'],
    ['list folder', 'tasks:main'],
  ])('is taken from the remote when it is a %s', async (_what, revision) => {
    const folder = await scratchLedger();
    const id = await add(folder, 'One');
    await add(folder, 'Two');
    await setTasks(await sessionIn(folder), { ids: [id], priority: 0 });
    shareWith(folder);
    const oid = oidOf(folder, revision);
    const tip = oidOf(folder, 'tasks');
    rmSync(join(folder, '.git/git-tasks'), { recursive: true });
    tear(folder, oid);
    const before = await examined(folder);
    expect(ofCode(before, 'torn-object')).toMatchObject([{ id: oid }]);
    const after = await mended(folder);
    expect(ofCode(after, 'torn-object')).toMatchObject([
      { id: oid, fixed: true, message: expect.stringContaining('remote origin') },
    ]);
    expect(after.tip).toBe(tip);
    expect(fsckOf(folder)).toBe('');
    expect((await examined(folder)).findings).toEqual([]);
  });

  it('comes back with all that it led to, when the remote has it', async () => {
    const folder = await scratchLedger();
    await add(folder, 'One');
    await add(folder, 'Two');
    shareWith(folder);
    const revisions = ['tasks', 'tasks^{tree}', 'tasks:main', 'tasks~1', 'tasks~1^{tree}'];
    for (const oid of revisions.map((revision) => oidOf(folder, revision))) lose(folder, oid);
    await mended(folder);
    expect(fsckOf(folder)).toBe('');
    expect(await subjects(folder)).toEqual(['One', 'Two']);
  });

  it('is made again from the index when it is a folder', async () => {
    const folder = await scratchLedger();
    const id = await add(folder, 'One');
    lose(folder, oidOf(folder, `tasks:main/${id[0]}`));
    lose(folder, oidOf(folder, 'tasks^{tree}'));
    const findings = ofCode(await mended(folder), 'missing-object');
    expect(findings.every(({ fixed, message }) => fixed === true && message.includes('index'))).toBe(true);
    expect(fsckOf(folder)).toBe('');
  });

  it('is taken from the checked-out file when the ledger is checked out', async () => {
    const folder = await scratchLedger();
    const id = await add(folder, 'One');
    git(folder, 'worktree', 'add', '--quiet', join(scratchFolder(), 'plan'), 'tasks');
    empty(folder, oidOf(folder, `tasks:${pathOf(id)}`));
    expect(ofCode(await mended(folder), 'torn-object')).toMatchObject([{ fixed: true }]);
    expect(fsckOf(folder)).toBe('');
  });

  it('is replaced by its copy in a pack, which hid that the loose one is torn', async () => {
    const folder = await scratchLedger();
    const id = await add(folder, 'One');
    const blob = oidOf(folder, `tasks:${pathOf(id)}`);
    git(folder, 'repack', '-a', '-q');
    tear(folder, blob);
    expect(await subjects(folder)).toEqual(['One']);
    expect(ofCode(await examined(folder), 'torn-object')).toMatchObject([{ path: looseFile(folder, blob) }]);
    expect(ofCode(await mended(folder), 'torn-object')).toMatchObject([
      { fixed: true, message: expect.stringContaining('another copy') },
    ]);
    expect(fsckOf(folder)).toBe('');
  });

  it('under the id of another is found out by its hash', async () => {
    const folder = await scratchLedger();
    const id = await add(folder, 'One');
    await setTasks(await sessionIn(folder), { ids: [id], priority: 0 });
    const [now, before] = [oidOf(folder, `tasks:${pathOf(id)}`), oidOf(folder, `tasks~1:${pathOf(id)}`)];
    const content = readFileSync(looseFile(folder, before));
    unlinkSync(looseFile(folder, now));
    writeFileSync(join(folder, '.git/objects', now.slice(0, 2), now.slice(2)), content);
    expect(ofCode(await examined(folder), 'torn-object')).toMatchObject([{ id: now }]);
  });
});

describe('a branch that points nowhere', () => {
  it.each([
    ['whose ref is an empty file', (ref: string) => writeFileSync(ref, '')],
    ['whose ref holds nonsense', (ref: string) => writeFileSync(ref, '\0\0\0\0\0\0')],
    ['whose ref is gone', (ref: string) => rmSync(ref)],
    ['to no object', (ref: string) => writeFileSync(ref, `${'1'.repeat(40)}\n`)],
  ])('%s goes back to the newest whole commit of its log', async (_what, damage) => {
    const folder = await scratchLedger();
    await add(folder, 'One');
    await add(folder, 'Two');
    const tip = oidOf(folder, 'tasks');
    damage(join(folder, '.git/refs/heads/tasks'));
    const [found] = ofCode(await examined(folder), 'broken-ref');
    expect(found).toMatchObject({ severity: 'error', message: expect.stringContaining(tip.slice(0, 12)) });
    expect(ofCode(await mended(folder), 'broken-ref')).toMatchObject([{ fixed: true }]);
    expect(oidOf(folder, 'tasks')).toBe(tip);
    expect(await subjects(folder)).toEqual(['One', 'Two']);
    expect(fsckOf(folder, '--no-reflogs')).toBe('');
    expect((await examined(folder)).findings).toEqual([]);
  });

  it('whose commit is lost goes back, says how many changes are gone and where their ids are', async () => {
    const folder = await scratchLedger();
    await add(folder, 'One');
    const whole = oidOf(folder, 'tasks');
    await add(folder, 'Two');
    const lost = oidOf(folder, 'tasks');
    lose(folder, lost);
    rmSync(join(folder, '.git/git-tasks'), { recursive: true });
    const [found] = ofCode(await examined(folder), 'broken-ref');
    expect(found?.message).toContain(`1 change(s) (${lost.slice(0, 12)}) came after it`);
    expect(found?.message).toContain('.git/logs/refs/heads/tasks');
    expect(ofCode(await mended(folder), 'broken-ref')).toMatchObject([{ fixed: true }]);
    expect(oidOf(folder, 'tasks')).toBe(whole);
    expect(await subjects(folder)).toEqual(['One']);
    expect(git(folder, 'reflog', 'show', '--format=%gs', 'tasks')).toContain('doctor: back to the last whole state');
    expect(readFileSync(join(folder, '.git/logs/refs/heads/tasks'), 'utf8')).toContain(lost);
    expect(fsckOf(folder, '--no-reflogs')).toBe('');
    expect((await examined(folder)).findings).toEqual([]);
  });

  it('whose commit is lost loses no task while the index knows its tree', async () => {
    const folder = await scratchLedger();
    await add(folder, 'One');
    await add(folder, 'Two');
    lose(folder, oidOf(folder, 'tasks'));
    expect(ofCode(await mended(folder), 'broken-ref')).toMatchObject([{ fixed: true }, { fixed: true }]);
    expect(await subjects(folder)).toEqual(['One', 'Two']);
    expect(git(folder, 'log', '-1', '--format=%s', 'tasks')).toMatch(/^doctor: bring back what can be read of/);
    expect((await examined(folder)).findings).toEqual([]);
  });

  it('goes to the remote-tracking branch when that is newer', async () => {
    const folder = await scratchLedger();
    await add(folder, 'One');
    const remote = shareWith(folder);
    const other = join(scratchFolder(), 'other');
    git(folder, 'clone', '--quiet', '--branch', 'tasks', remote, other);
    git(other, 'config', 'user.email', 'eve@example.org');
    git(other, 'config', 'user.name', 'Eve');
    await add(other, 'From afar');
    git(other, 'push', '--quiet', 'origin', 'tasks');
    git(folder, 'fetch', '--quiet', 'origin');
    writeFileSync(join(folder, '.git/refs/heads/tasks'), '');
    expect(ofCode(await mended(folder), 'broken-ref')).toMatchObject([
      { fixed: true, message: expect.stringContaining('refs/remotes/origin/tasks') },
    ]);
    expect(await subjects(folder)).toEqual(['From afar', 'One']);
  });

  it('brings back what can still be read of the state that it has to leave', async () => {
    const folder = await scratchLedger();
    const first = await add(folder, 'One');
    const id = await add(folder, 'Two');
    const [x] = [`${id[0]}`];
    const folders = git(folder, 'ls-tree', '-d', '--name-only', 'tasks:main').split('\n');
    await setTasks(await sessionIn(folder), { ids: [first, id], priority: 0 });
    rmSync(join(folder, '.git/git-tasks'), { recursive: true });
    lose(folder, oidOf(folder, `tasks:main/${x}`));
    const answer = await mended(folder);
    expect(ofCode(answer, 'broken-ref').every(({ fixed }) => fixed)).toBe(true);
    expect(await subjects(folder)).toEqual(['One', 'Two']);
    const { tasks } = await listTasks(await sessionIn(folder), { select: 'all' });
    const priority = tasks.find((task) => task.id === first)?.priority;
    expect(priority).toBe(folders.length === 2 ? 0 : 2);
    expect((await examined(folder)).findings).toEqual([]);
  });
});

describe('the index', () => {
  it.each(['index', 'index-log'])('with a damaged %s is named and made anew', async (name) => {
    const folder = await scratchLedger();
    for (const subject of ['One', 'Two', 'Three']) await add(folder, subject);
    const path = join(folder, '.git/git-tasks', name);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, bytes.length - 20));
    expect(ofCode(await examined(folder), 'index')).toMatchObject([{ path }]);
    // Any command that reads has made it anew by now.
    writeFileSync(path, bytes.subarray(0, bytes.length - 20));
    expect(ofCode(await mended(folder), 'index')).toMatchObject([{ fixed: true }]);
    expect(await subjects(folder)).toEqual(['One', 'Three', 'Two']);
    expect((await examined(folder)).findings).toEqual([]);
  });

  it('that is whole but wrong is found by comparison', async () => {
    const folder = await scratchLedger();
    const id = await add(folder, 'One');
    rmSync(join(folder, '.git/git-tasks'), { recursive: true });
    expect(await subjects(folder)).toEqual(['One']);
    const path = join(folder, '.git/git-tasks/index');
    const bytes = readFileSync(path);
    bytes.write('Two', bytes.indexOf('"One"') + 1);
    bytes.writeUInt32LE(crc32(bytes.subarray(0, -4)), bytes.length - 4);
    writeFileSync(path, bytes);
    expect(await subjects(folder)).toEqual(['Two']);
    expect(ofCode(await mended(folder), 'index')).toMatchObject([
      { fixed: true, message: expect.stringContaining(id) },
    ]);
    expect(await subjects(folder)).toEqual(['One']);
  });
});

describe('locks', () => {
  it('of a process that is gone are removed', async () => {
    const folder = await scratchLedger();
    await add(folder, 'One');
    // What a writer leaves that is killed between taking the lock and moving the branch.
    const { identity } = (await sessionIn(folder)).world;
    const dead = identity.replace(/_\d+_.*$/, `_${spawnSync('true').pid}_1`);
    const note = join(folder, '.git/git-tasks/locks', `abcdef_${dead}`);
    const lock = join(folder, '.git/refs/heads/tasks.lock');
    writeFileSync(note, '');
    linkSync(note, lock);
    writeFileSync(join(folder, '.git/git-tasks/queue', `000000000-00000000_${dead}`), '');
    const found = ofCode(await examined(folder), 'stale-lock');
    expect(found).toMatchObject([{ path: lock }, { path: join(folder, '.git/git-tasks/queue') }]);
    expect(existsSync(lock)).toBe(true);
    expect(ofCode(await mended(folder), 'stale-lock').every(({ fixed }) => fixed)).toBe(true);
    expect(existsSync(lock)).toBe(false);
    expect((await examined(folder)).findings).toEqual([]);
  });

  it('of git are named with their age when they are old, and stay', async () => {
    const folder = await scratchLedger();
    const lock = join(folder, '.git/packed-refs.lock');
    writeFileSync(lock, '');
    expect(ofCode(await examined(folder), 'foreign-lock')).toEqual([]);
    utimesSync(lock, Date.now() / 1000 - 1200, Date.now() / 1000 - 1200);
    const [finding] = ofCode(await mended(folder), 'foreign-lock');
    expect(finding).toMatchObject({
      path: lock,
      message: expect.stringContaining('20 min'),
      hint: expect.stringContaining(`rm '${lock}'`),
    });
    expect(finding?.fixed).toBeUndefined();
    expect(existsSync(lock)).toBe(true);
  });
});

describe('what somebody did to the files by hand', () => {
  it('broken YAML is restored from history by a commit', async () => {
    const folder = await scratchLedger();
    const id = await add(folder, 'Was fine');
    commitByHand(folder, { [pathOf(id)]: 'id: [' });
    const tip = oidOf(folder, 'tasks');
    expect(ofCode(await examined(folder), 'damaged')).toMatchObject([
      { path: pathOf(id), hint: expect.stringContaining('last good version') },
    ]);
    expect(ofCode(await mended(folder), 'damaged')).toMatchObject([{ fixed: true }]);
    expect(oidOf(folder, 'tasks~1')).toBe(tip);
    expect(git(folder, 'log', '-1', '--format=%s', 'tasks')).toBe('doctor: restore damaged task files');
    expect(await subjects(folder)).toEqual(['Was fine']);
    expect(fsckOf(folder)).toBe('');
  });

  it('conflict markers are named as such; one side stays, the other becomes conflicts', async () => {
    const folder = await scratchLedger();
    const id = await add(folder, 'Mine');
    const text = git(folder, 'show', `tasks:${pathOf(id)}`);
    const marked = text.replace(
      'subject: Mine',
      '<<<<<<< HEAD\nsubject: Mine\n||||||| base\nsubject: Base\n=======\nsubject: Theirs\n>>>>>>> theirs',
    );
    commitByHand(folder, { [pathOf(id)]: `${marked}\n` });
    expect(ofCode(await examined(folder), 'conflict-markers')).toMatchObject([{ path: pathOf(id) }]);
    await mended(folder);
    const session = await sessionIn(folder);
    const task = await (await session.read()).task(id);
    expect(task).toMatchObject({ subject: 'Mine', conflicts: [{ field: 'subject', kept: 'Mine', other: 'Theirs' }] });
  });

  it('a deleted blocker comes back, with what it waits for itself', async () => {
    const folder = await scratchLedger();
    const deep = await add(folder, 'Deep');
    const blocker = await add(folder, 'Blocker', { blockedBy: [deep] });
    const parent = await add(folder, 'Parent');
    await add(folder, 'Waits', { blockedBy: [blocker], parent });
    commitByHand(folder, { [pathOf(blocker)]: null, [pathOf(deep)]: null });
    commitByHand(folder, { [pathOf(parent)]: null });
    await add(folder, 'Later');
    const found = await examined(folder);
    expect(ofCode(found, 'missing-blocker')).toMatchObject([{ message: expect.stringContaining(blocker) }]);
    expect(ofCode(found, 'missing-parent')).toMatchObject([{ message: expect.stringContaining(parent) }]);
    const answer = await mended(folder);
    expect(answer.findings.every(({ fixed }) => fixed)).toBe(true);
    expect(await subjects(folder)).toEqual(['Blocker', 'Deep', 'Later', 'Parent', 'Waits']);
    expect((await examined(folder)).findings).toEqual([]);
  });

  it('a blocker that never existed is reported, and the edge stays', async () => {
    const folder = await scratchLedger();
    const id = await add(folder, 'Waits');
    commitByHand(folder, { [pathOf(id)]: yaml(id, 'blockedBy:\n  - zzzzzzzz\n') });
    const tip = oidOf(folder, 'tasks');
    const [finding] = ofCode(await mended(folder), 'missing-blocker');
    expect(finding).toMatchObject({
      message: expect.stringContaining('zzzzzzzz'),
      hint: expect.stringContaining('--unblock'),
    });
    expect(finding?.fixed).toBeUndefined();
    expect(oidOf(folder, 'tasks')).toBe(tip);
  });

  it('a circle is shown with its way, broken at one edge, and the edge kept as a conflict', async () => {
    const folder = await scratchLedger();
    const ids = [await add(folder, 'A'), await add(folder, 'B'), await add(folder, 'C')].sort();
    const [a = '', b = '', c = ''] = ids;
    commitByHand(folder, {
      [pathOf(a)]: yaml(a, `blockedBy:\n  - "${b}"\n`),
      [pathOf(b)]: yaml(b, `blockedBy:\n  - "${c}"\n`),
      [pathOf(c)]: yaml(c, `blockedBy:\n  - "${a}"\n`),
    });
    const [finding] = ofCode(await examined(folder), 'cycle');
    for (const id of ids) expect(finding?.message).toContain(id.slice(0, 4));
    const tip = oidOf(folder, 'tasks');
    expect(ofCode(await mended(folder), 'cycle')).toMatchObject([{ fixed: true }]);
    expect(oidOf(folder, 'tasks~1')).toBe(tip);
    const snapshot = await (await sessionIn(folder)).read();
    expect(await snapshot.task(c)).toMatchObject({
      blockedBy: [],
      conflicts: [{ field: 'blockedBy', kept: [], other: [a] }],
    });
    expect(ofCode(await examined(folder), 'cycle')).toEqual([]);
  });

  it('a file in a wrong folder is brought to its place', async () => {
    const folder = await scratchLedger();
    await add(folder, 'One');
    commitByHand(folder, { 'main/zz/q/aaaaaaaa.yaml': yaml('aaaaaaaa'), 'main/notes.yaml': 'just: a note\n' });
    expect(await subjects(folder)).toEqual(['One']);
    expect(ofCode(await examined(folder), 'misplaced')).toMatchObject([
      { id: 'aaaaaaaa', path: 'main/zz/q/aaaaaaaa.yaml' },
    ]);
    await mended(folder);
    expect(await subjects(folder)).toEqual(['By hand', 'One']);
    expect(git(folder, 'ls-tree', '-r', '--name-only', 'tasks')).toContain('main/notes.yaml');
    expect((await examined(folder)).findings).toEqual([]);
  });

  it('one id in two lists becomes one task, with the other values as conflicts', async () => {
    const folder = await scratchLedger();
    const id = await add(folder, 'One');
    commitByHand(folder, { [pathOf(id, 'web')]: yaml(id) });
    expect(ofCode(await examined(folder), 'duplicate-id')).toMatchObject([
      { id, message: expect.stringContaining(pathOf(id, 'web')) },
    ]);
    expect(ofCode(await mended(folder), 'duplicate-id')).toMatchObject([{ fixed: true }]);
    const snapshot = await (await sessionIn(folder)).read();
    const task = await snapshot.task(id);
    expect(task).toMatchObject({ list: 'web', subject: 'By hand' });
    expect(task.conflicts).toContainEqual({ field: 'subject', kept: 'By hand', other: 'One' });
    expect(
      git(folder, 'ls-tree', '-r', '--name-only', 'tasks')
        .split('\n')
        .filter((path) => path.includes(id)),
    ).toEqual([pathOf(id, 'web')]);
    expect(ofCode(await examined(folder), 'duplicate-id')).toEqual([]);
    expect(ofCode(await examined(folder), 'index')).toEqual([]);
  });

  it('the copy of a task in another list can be deleted by hand, and the index keeps the task', async () => {
    const folder = await scratchLedger();
    const id = await add(folder, 'One');
    commitByHand(folder, { [pathOf(id, 'web')]: `${git(folder, 'show', `tasks:${pathOf(id)}`)}\n` });
    expect(await subjects(folder)).toEqual(['One']);
    commitByHand(folder, { [pathOf(id, 'web')]: null });
    expect(await subjects(folder)).toEqual(['One']);
    expect((await examined(folder)).findings).toEqual([]);
  });

  it('a foreign id that leads to two tasks is named', async () => {
    const folder = await scratchLedger();
    const [one, two] = [await add(folder, 'One'), await add(folder, 'Two')];
    for (const id of [one, two])
      commitByHand(folder, { [pathOf(id)]: yaml(id, 'metadata:\n  beads:\n    id: bd-1\n') });
    expect(ofCode(await examined(folder), 'duplicate-alias')).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('bd-1') },
    ]);
  });

  it('a commit from the future tells that a clock is wrong', async () => {
    const folder = await scratchLedger();
    const id = await add(folder, 'One');
    commitByHand(folder, { [pathOf(id)]: yaml(id) }, '@4000000000 +0000');
    await add(folder, 'Two');
    expect(ofCode(await examined(folder), 'clock')).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('2096') },
    ]);
  });
});

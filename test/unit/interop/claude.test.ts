import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { decodeNativeLists } from '../../../src/interop/claude/import-native.ts';
import { sanitizeListId, sessionListIds, taskNumber } from '../../../src/interop/claude/list-id.ts';
import { configFolder, nativeList } from '../../../src/interop/claude/locate.ts';
import { isInternal, type NativeTask, nativeText, readNativeTask } from '../../../src/interop/claude/native-task.ts';
import { intentOf } from '../../../src/interop/claude/reconcile.ts';
import { type NativeView, unknownFields, viewOfNative, viewOfTask } from '../../../src/interop/claude/view.ts';
import { newNative, patchedNative } from '../../../src/interop/claude/write-native.ts';
import { arbitraryTask } from '../../support/arbitrary-task.ts';

const FILE = {
  id: '14',
  subject: 'Ship it',
  description: 'All of it',
  activeForm: 'Shipping',
  status: 'in_progress',
  blocks: ['15'],
  blockedBy: ['2', '1'],
  owner: 'bot',
  metadata: { a: 1 },
};

function read(file: object): NativeTask {
  const task = readNativeTask('14', JSON.stringify(file));
  if (typeof task === 'string') throw new Error(task);
  return task;
}

describe('the name of a list', () => {
  test.each([
    ['my-project', 'my-project'],
    ['a/b', 'a-b'],
    ['a.b', 'a-b'],
    ['../../etc/passwd', '------etc-passwd'],
    ['..', '--'],
    ['ä\u0000 _', '---_'],
    ['x'.repeat(400), 'x'.repeat(255)],
  ])('%j is the folder %j', (given, folder) => {
    expect(sanitizeListId(given)).toBe(folder);
  });

  test('of a session is its short form or the whole id', () => {
    expect(sessionListIds('0A1b2c3d-4e5f-6789-abcd-ef0123456789')).toEqual([
      'session-0A1b2c3d',
      '0A1b2c3d-4e5f-6789-abcd-ef0123456789',
    ]);
    expect(sessionListIds('../x')).toEqual(['---x']);
  });

  test('never leads out of the folder of all lists', () => {
    fc.assert(
      fc.property(fc.string(), (id) => {
        expect(sanitizeListId(id)).toMatch(/^[A-Za-z0-9_-]*$/);
      }),
    );
  });

  test('comes from the list variable, then the team, then the session', () => {
    const env = { CLAUDE_CONFIG_DIR: '/c', CLAUDE_CODE_SESSION_ID: 'abcdef01-0', CLAUDE_CODE_TEAM_NAME: 'the team' };
    expect(nativeList({ ...env, CLAUDE_CODE_TASK_LIST_ID: 'a/b' })).toMatchObject({
      id: 'a-b',
      folder: '/c/tasks/a-b',
    });
    expect(nativeList(env)).toMatchObject({ id: 'the-team', given: 'the team', from: 'CLAUDE_CODE_TEAM_NAME' });
    expect(nativeList({ ...env, CLAUDE_CODE_TEAM_NAME: ' ' })).toMatchObject({ id: 'session-abcdef01' });
    expect(nativeList({ CLAUDE_CONFIG_DIR: '/c' })).toBeUndefined();
    expect(configFolder({ HOME: '/home/ada' })).toEqual({ value: '/home/ada/.claude', from: 'default' });
  });

  test.each(['1.json', '14.json'])('%s is the file of a task', (name) => expect(taskNumber(name)).toBeDefined());
  test.each(['01.json', '0.json', 'a.json', '1.json.tmp', '.lock', '1.JSON', '../1.json', `${'9'.repeat(30)}.json`])(
    '%s is not the file of a task',
    (name) => expect(taskNumber(name)).toBeUndefined(),
  );
});

describe('a native file', () => {
  it('is read with all its fields, and written back as it was', () => {
    const task = read(FILE);
    expect(task).toMatchObject(FILE);
    expect(nativeText(task.raw)).toBe(JSON.stringify(FILE, undefined, 2));
  });

  it('may lack what the format calls optional', () => {
    const { activeForm: _a, owner: _o, metadata: _m, blocks: _b, ...rest } = FILE;
    expect(read(rest)).toMatchObject({ blocks: [], metadata: {} });
    expect(viewOfNative(read(rest), { blockedBy: [] })).toMatchObject({ activeForm: '', owner: '' });
  });

  test.each([
    ['no JSON', '{"id":"14"', 'is not valid JSON'],
    ['no object', '[]', 'is not a JSON object'],
    ['a number as id', JSON.stringify({ ...FILE, id: 14 }), 'has another id'],
    ['the id of another', JSON.stringify({ ...FILE, id: '15' }), 'has another id'],
    ['no subject', JSON.stringify({ ...FILE, subject: null }), 'has no subject'],
    ['a status of another tool', JSON.stringify({ ...FILE, status: 'done' }), 'has a status'],
    ['a status of JavaScript', JSON.stringify({ ...FILE, status: 'constructor' }), 'has a status'],
  ])('with %s is named and not read', (_what, text, message) => {
    expect(readNativeTask('14', text)).toContain(message);
  });

  it('of the tool itself is recognised', () => {
    expect(isInternal(read({ ...FILE, metadata: { _internal: true } }))).toBe(true);
    expect(isInternal(read(FILE))).toBe(false);
  });

  it('gives up no unknown key', () => {
    expect(unknownFields(read({ ...FILE, future: [1], owner2: null }))).toEqual({ future: [1], owner2: null });
    const task = read({ ...FILE, future: [1] });
    const from = viewOfNative(task, { blockedBy: task.blockedBy });
    const blocks = { added: ['16'], removed: ['15'] };
    const view: NativeView = { ...from, subject: 'New', owner: '', blockedBy: ['1', '3'], metadata: { b: 2 } };
    expect(patchedNative(task, from, { id: '14', taskId: '7kq3m2xz', view, blocks })).toEqual({
      id: '14',
      subject: 'New',
      description: 'All of it',
      activeForm: 'Shipping',
      status: 'in_progress',
      blocks: ['16'],
      blockedBy: ['1', '3'],
      metadata: { b: 2, gitTasks: { id: '7kq3m2xz' } },
      future: [1],
    });
  });

  it('whose spinner text echoes a former subject gets the new one', () => {
    const task = read({ ...FILE, subject: 'Ship all', activeForm: 'Ship it' });
    const view = viewOfNative(task, { blockedBy: task.blockedBy, formerSubject: 'Ship it' });
    const target = { id: '14', taskId: '7kq3m2xz', view, blocks: { added: [], removed: [] } };
    expect(patchedNative(task, view, target)).toMatchObject({ subject: 'Ship all', activeForm: 'Ship all' });
  });

  it('that nothing has changed in is the very same object', () => {
    const task = read(FILE);
    const view = viewOfNative(task, { blockedBy: task.blockedBy });
    const blocks = { added: [], removed: [] };
    expect(patchedNative(task, view, { id: '14', taskId: '7kq3m2xz', view, blocks })).toBe(task.raw);
  });
});

describe('the common form', () => {
  it('of any task is what its native file says of it again', () => {
    fc.assert(
      fc.property(arbitraryTask(), (task) => {
        const view = viewOfTask(task, { listId: 'l', nativeId: () => undefined });
        if (view === undefined) return;
        const raw = newNative({ id: '14', taskId: task.id, view, blocks: { added: [], removed: [] } });
        const again = viewOfNative(read(raw), { blockedBy: [] });
        // A text that a person typed into a file may hold line ends of other systems: once over, it stays as it is.
        const settled = viewOfNative(
          read(newNative({ id: '14', taskId: task.id, view: again, blocks: { added: [], removed: [] } })),
          { blockedBy: [] },
        );
        expect(settled).toEqual(again);
        expect({ ...again, subject: '', description: '', activeForm: '', owner: '' }).toEqual({
          ...view,
          subject: '',
          description: '',
          activeForm: '',
          owner: '',
        });
      }),
    );
  });

  it('forgets a spinner text that only echoes the subject, also the former one', () => {
    const task = read({ ...FILE, activeForm: 'Ship it' });
    expect(viewOfNative(task, { blockedBy: [] }).activeForm).toBe('');
    const renamed = read({ ...FILE, subject: 'Ship all', activeForm: 'Ship it' });
    expect(viewOfNative(renamed, { blockedBy: [], formerSubject: 'Ship it' }).activeForm).toBe('');
    expect(viewOfNative(renamed, { blockedBy: [] }).activeForm).toBe('Ship it');
  });
});

describe('a native change of status', () => {
  const view = viewOfNative(read(FILE), { blockedBy: [] });
  const intent = (
    from: NativeView['status'],
    to: NativeView['status'],
    here: 'pending' | 'in_progress' | 'completed' | 'cancelled',
  ): string => intentOf(here, { base: { ...view, status: from }, native: { ...view, status: to } });

  test.each([
    ['pending', 'in_progress', 'pending', 'start'],
    ['pending', 'completed', 'pending', 'complete'],
    ['in_progress', 'completed', 'in_progress', 'complete'],
    ['in_progress', 'pending', 'in_progress', 'pause'],
    ['completed', 'pending', 'completed', 'reopen'],
    ['completed', 'in_progress', 'completed', 'restart'],
    ['pending', 'in_progress', 'in_progress', 'none'],
    ['pending', 'pending', 'completed', 'none'],
    ['pending', 'completed', 'in_progress', 'complete'],
    ['pending', 'completed', 'cancelled', 'stay'],
    ['pending', 'in_progress', 'completed', 'stay'],
  ] as const)('from %s to %s, while it is %s here, means: %s', (from, to, here, expected) => {
    expect(intent(from, to, here)).toBe(expected);
  });
});

describe('an import of native lists', () => {
  it('takes edges from either end, and says which lead nowhere', () => {
    const tasks = new Map([
      ['14', read({ ...FILE, blockedBy: ['9', '14'], blocks: [] })],
      ['15', { ...read(FILE), id: '15', blocks: ['14'], blockedBy: [], metadata: { _internal: true } }],
      ['16', { ...read(FILE), id: '16', blocks: ['14'], blockedBy: [] }],
    ]);
    const lists = [{ id: 'l', state: { tasks, bad: [{ id: '3', message: '3.json is bad' }], highest: 16 } }];
    const { tasks: found, issues } = decodeNativeLists(lists, '2026-06-01T12:00:00Z');
    expect(found.map(({ key, blockedBy }) => [key, blockedBy])).toEqual([
      ['l/14', ['l/16']],
      ['l/16', []],
    ]);
    expect(found[0]?.fields).toMatchObject({
      status: 'in_progress',
      owner: 'bot',
      metadata: { a: 1, claude: { id: 'l/14', owner: 'bot' } },
    });
    expect(issues.map(({ kind }) => kind)).toEqual(['skipped', 'dropped-edge']);
  });
});

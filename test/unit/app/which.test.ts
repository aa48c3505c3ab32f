import { describe, expect, test } from 'vitest';
import { isEnabled } from '../../../src/app/enabled.ts';
import { openSessionOf } from '../../../src/app/session.ts';
import { which, type WhichAnswer } from '../../../src/app/which.ts';
import { createMemoryRepository } from '../../../src/git/memory.ts';
import { testWorld } from '../../support/ledger.ts';

async function ask(
  env: Record<string, string>,
  config: Record<string, string> = {},
  list?: string,
): Promise<WhichAnswer> {
  const repository = createMemoryRepository({ config });
  const options = { list, dir: undefined };
  return which(openSessionOf(repository, testWorld({ HOME: '/home/ada', ...env }), options), options);
}

describe('which', () => {
  test('says what decided the list', async () => {
    const all = { GIT_TASKS_LIST: 'mine', CLAUDE_CODE_TASK_LIST_ID: 'a/b' };
    const config = { 'tasks.list': 'set' };
    expect((await ask(all, config, 'flag')).list).toEqual({ value: 'flag', from: '--list' });
    expect((await ask(all, config)).list).toEqual({ value: 'mine', from: 'GIT_TASKS_LIST' });
    expect((await ask({ CLAUDE_CODE_TASK_LIST_ID: 'a/b' }, config)).list).toEqual({
      value: 'a-b',
      from: 'CLAUDE_CODE_TASK_LIST_ID',
    });
    expect((await ask({}, config)).list).toEqual({ value: 'set', from: 'git config tasks.list' });
    expect(await ask({})).toMatchObject({ list: { value: 'main', from: 'default' }, readsAllLists: true });
  });

  test('says who acts in which session', async () => {
    const config = { 'user.name': 'Ada' };
    expect((await ask({}, config)).actor).toEqual({ value: 'Ada', from: 'git config user.name' });
    expect((await ask({ GIT_TASKS_ACTOR: 'bot' }, config)).actor).toEqual({ value: 'bot', from: 'GIT_TASKS_ACTOR' });
    expect(await ask({})).toMatchObject({ actor: null, session: null });
    expect((await ask({ CLAUDE_CODE_SESSION_ID: 's1' })).session).toEqual({
      value: 's1',
      from: 'CLAUDE_CODE_SESSION_ID',
    });
  });

  test('says which native list is meant, and what its name was', async () => {
    const answer = await ask({ CLAUDE_CODE_TASK_LIST_ID: '../x' });
    expect(answer.list.value).toBe('x');
    expect(answer.claude).toEqual({
      config: { value: '/home/ada/.claude', from: 'default' },
      list: {
        id: '---x',
        given: '../x',
        from: 'CLAUDE_CODE_TASK_LIST_ID',
        folder: '/home/ada/.claude/tasks/---x',
        exists: false,
        files: 0,
      },
    });
  });

  test('says whether agents are served, and why', async () => {
    expect((await ask({ CLAUDE_CODE_ENABLE_TASKS: 'false' })).agents).toEqual({
      enabled: false,
      variable: 'CLAUDE_CODE_ENABLE_TASKS',
    });
  });
});

test.each([
  [{}, true],
  [{ GIT_TASKS_ENABLED: 'false' }, false],
  [{ GIT_TASKS_ENABLED: '0' }, false],
  [{ CLAUDE_CODE_ENABLE_TASKS: 'FALSE' }, false],
  [{ CLAUDE_CODE_ENABLE_TASKS: '0' }, false],
  [{ GIT_TASKS_ENABLED: 'true', CLAUDE_CODE_ENABLE_TASKS: 'false' }, true],
  [{ GIT_TASKS_ENABLED: ' ' }, true],
])('with %j agents are served: %s', (env, expected) => {
  expect(isEnabled(env)).toBe(expected);
});

/** Whose claims are whose: the session of an agent, told by the variables that it gives to its commands. */
import { expect, test } from 'vitest';
import { chooseSession } from '../../../src/app/choices.ts';

test.each([
  'GIT_TASKS_SESSION',
  'CLAUDE_CODE_SESSION_ID',
  'CODEX_SESSION_ID',
  'GEMINI_SESSION_ID',
  'CURSOR_SESSION_ID',
  'COPILOT_AGENT_SESSION_ID',
])('%s names the session', (name) => {
  expect(chooseSession({ env: { [name]: 'session-1' }, options: {} })).toEqual({ value: 'session-1', from: name });
});

test('what a program would make up comes after every variable', () => {
  const options = { otherwise: { session: 'made-up' } };
  expect(chooseSession({ env: {}, options })?.value).toBe('made-up');
  expect(chooseSession({ env: { COPILOT_AGENT_SESSION_ID: 'session-1' }, options })?.value).toBe('session-1');
});

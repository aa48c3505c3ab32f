import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dialectOf } from '../../../../src/interop/hooks/dialects.ts';
import {
  type HookCall,
  type HookDecision,
  type HookReply,
  type Payload,
  textOf,
} from '../../../../src/interop/hooks/event.ts';
import { HOOK_AGENTS, HOOK_REGISTRATIONS, type HookAgent } from '../../../../src/interop/hooks/registrations.ts';

const FIXTURES = join(import.meta.dirname, '../../../../fixtures/hooks');

const payloads = HOOK_AGENTS.flatMap((agent) =>
  readdirSync(join(FIXTURES, agent))
    .filter((name) => name.endsWith('.in.json'))
    .map((file) => {
      const payload = JSON.parse(readFileSync(join(FIXTURES, agent, file), 'utf8')) as Payload;
      return { agent, name: file.replace('.in.json', ''), payload };
    }),
);

/** What the ledger could have to say at each moment. */
function decisionFor({ kind }: HookCall): HookDecision {
  if (kind === 'before-tool' || kind === 'task-created' || kind === 'task-completed') return { deny: 'It is blocked.' };
  if (kind === 'stop') return { nudge: 'Two tasks are unfinished.' };
  return kind === 'before-compact' || kind === 'session-end' ? {} : { context: 'Facts.\n| data' };
}

function answer(payload: Payload, agent?: HookAgent): { readonly call?: HookCall; readonly reply?: HookReply } {
  // The start of a session looks alike in two dialects; Gemini CLI sets this variable for its hooks.
  const env = textOf(payload, 'session_id')?.endsWith('-gemini') === true ? { GEMINI_SESSION_ID: 'x' } : {};
  const dialect = dialectOf(payload, env, agent);
  const call = dialect?.read(payload);
  if (dialect === undefined || call === undefined) return {};
  return { call, reply: dialect.answer(call, decisionFor(call)) };
}

describe('every documented payload', () => {
  test.each(payloads)('$agent: $name is understood and answered as recorded', async ({ agent, name, payload }) => {
    const { call, reply } = answer(payload, agent);
    const told = reply && { ...reply, stdout: reply.stdout === '' ? '' : (JSON.parse(reply.stdout) as unknown) };
    const text = `${JSON.stringify({ call: call ?? null, reply: told ?? null }, null, 2)}\n`;
    await expect(text).toMatchFileSnapshot(join(FIXTURES, agent, `${name}.out.json`));
  });

  test.each(payloads)('$agent: $name is answered alike when nobody names the agent', ({ agent, payload }) => {
    expect(answer(payload).reply).toEqual(answer(payload, agent).reply);
  });

  test.each(payloads)('$agent: $name has no answer when there is nothing to say', ({ agent, payload }) => {
    const dialect = dialectOf(payload, {}, agent);
    const call = dialect?.read(payload);
    const reply = call === undefined ? undefined : dialect?.answer(call, {});
    expect(reply ?? { stdout: '', stderr: '', exit: 0 }).toEqual({ stdout: '', stderr: '', exit: 0 });
  });
});

describe('what is registered', () => {
  test.each(HOOK_AGENTS)(
    '%s: every event is one that is understood, and there is a recorded payload of it',
    (agent) => {
      const known = payloads
        .filter((payload) => payload.agent === agent)
        .flatMap(({ payload }) => answer(payload, agent).call?.event ?? []);
      for (const { event } of HOOK_REGISTRATIONS[agent].events) expect(known).toContain(event);
    },
  );

  test.each(HOOK_AGENTS)('%s: the command names the agent', (agent) => {
    expect(HOOK_REGISTRATIONS[agent].command).toBe(`git tasks hook --agent ${agent}`);
  });

  test('Codex is asked for no more than the three seconds that it gives to the end of a session, or it warns', () => {
    const { events } = HOOK_REGISTRATIONS.codex;
    expect(events.find(({ event }) => event === 'SessionEnd')?.timeout).toBeLessThanOrEqual(3);
  });

  test('Gemini CLI is not to call at the PreCompress that precedes each request to the model', () => {
    const { events } = HOOK_REGISTRATIONS.gemini;
    expect(events.find(({ event }) => event === 'PreCompress')?.matcher).toBe('manual');
  });
});

test.each([[{}], [{ hook_event_name: 7 }], [{ event: 'x' }]])('a payload of nobody, %j, has no dialect', (payload) => {
  expect(answer(payload)).toEqual({});
});

test.each(HOOK_AGENTS)('%s does not trip over fields of the wrong type', (agent) => {
  for (const event of [...HOOK_REGISTRATIONS[agent].events.map((one) => one.event), '__proto__', 'constructor']) {
    for (const value of [null, 7, [], {}, 'x', true]) {
      const keys = [
        'session_id',
        'cwd',
        'tool_name',
        'tool_input',
        'task_id',
        'background_tasks',
        'loop_count',
        'workspace_roots',
      ];
      const payload = { ...Object.fromEntries(keys.map((key) => [key, value])), hook_event_name: event };
      expect(() => answer(payload, agent)).not.toThrow();
    }
  }
});

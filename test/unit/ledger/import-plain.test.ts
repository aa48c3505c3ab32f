import { describe, expect, it } from 'vitest';
import { completeTasks } from '../../../src/app/life.ts';
import { exportTasks } from '../../../src/app/export.ts';
import { importTasks } from '../../../src/app/import.ts';
import { listTasks } from '../../../src/app/list.ts';
import type { Session } from '../../../src/app/session.ts';
import { setTasks } from '../../../src/app/set.ts';
import { memoryLedger } from '../../support/ledger.ts';

const PLAN = `# Plan

Some words, and \`- [ ] no task\`.

- [ ] Build the API
  - [x] design it
  - [ ] code *it* & <b>test</b>

    with care
- no box
  - [ ] below no box

\`\`\`
- [ ] in code
\`\`\`

1. [ ] numbered
2. [X] twice
3. [ ] twice
`;

const markdown = (text: string, file = 'plan.md') => ({ format: 'markdown' as const, text, file });

async function open(): Promise<Session> {
  return (await memoryLedger()).as('ada');
}

async function all(
  session: Session,
): Promise<Record<string, { id: string; status: string; parent: string | null; priority: number }>> {
  const { tasks } = await listTasks(session, { select: 'all', limit: 0 });
  return Object.fromEntries(
    tasks.map(({ id, subject, status, parent, priority }) => [
      subject,
      { id, status, parent: parent ?? null, priority },
    ]),
  );
}

describe('a checklist', () => {
  it('becomes tasks: nesting is the parent, a tick is completion', async () => {
    const session = await open();
    expect(await importTasks(session, markdown(PLAN))).toMatchObject({ created: 7, total: 7, issues: [] });
    const tasks = await all(session);
    expect(Object.keys(tasks).sort()).toEqual(
      ['Build the API', 'below no box', 'code *it* & <b>test</b>', 'design it', 'numbered', 'twice'].sort(),
    );
    expect(tasks['design it']).toMatchObject({ status: 'completed', parent: tasks['Build the API']?.id });
    expect(tasks['below no box']?.parent).toBeNull();
  });

  it('that is imported again changes nothing, not even what was done here since', async () => {
    const session = await open();
    await importTasks(session, markdown(PLAN));
    const { id } = (await all(session))['numbered'] ?? { id: '' };
    await completeTasks(session, { ids: [id] });
    const again = await importTasks(session, markdown(PLAN));
    expect(again).toMatchObject({ created: 0, changed: 0, unchanged: 7 });
    expect((await all(session))['numbered']?.status).toBe('completed');
  });

  it('that was edited updates the tasks it made: ticks, moved lines and new words', async () => {
    const session = await open();
    await importTasks(session, markdown(PLAN));
    const before = await all(session);
    await setTasks(session, { ids: [before['Build the API']?.id ?? ''], priority: 0 });
    const edited = PLAN.replace('Build the API', 'Build the public API').replace('[ ] numbered', '[x] numbered');
    const answer = await importTasks(session, markdown(`- [ ] first of all\n\n${edited}`));
    expect(answer).toMatchObject({ created: 1, changed: 2, unchanged: 5 });
    const after = await all(session);
    expect(after['Build the public API']).toMatchObject({ id: before['Build the API']?.id, priority: 0 });
    expect(after['numbered']).toMatchObject({ id: before['numbered']?.id, status: 'completed' });
    expect(after['design it']?.parent).toBe(before['Build the API']?.id);
  });

  it('of another file is another one', async () => {
    const session = await open();
    await importTasks(session, markdown('- [ ] same'));
    expect(await importTasks(session, markdown('- [ ] same', 'other.md'))).toMatchObject({ created: 1 });
  });

  it('that is nested without end, or holds nothing, is read as far as it goes', async () => {
    const session = await open();
    const deep = Array.from({ length: 120 }, (_, i) => `${'  '.repeat(i)}- [ ] level ${i}`).join('\n');
    expect((await importTasks(session, markdown(deep))).created).toBeGreaterThan(20);
    expect(await importTasks(session, markdown('# nothing'))).toMatchObject({ total: 0 });
    expect(await importTasks(session, markdown(`- [ ] ${'x'.repeat(5000)}\n- [ ] \n`))).toMatchObject({ issues: [] });
  });

  it('comes out as it went in', async () => {
    const session = await open();
    await importTasks(session, markdown('- [ ] a *b* [c](d) <e>\n  - [x] f\n'));
    const { text } = await exportTasks(session, { format: 'markdown' });
    const copy = await open();
    await importTasks(copy, markdown(text));
    expect(Object.keys(await all(copy))).toEqual(Object.keys(await all(session)));
  });
});

describe('a transcript', () => {
  const call = (sessionId: string, todos: readonly object[], agentId?: string): string =>
    JSON.stringify({
      type: 'assistant',
      sessionId,
      ...(agentId !== undefined && { agentId }),
      message: {
        role: 'assistant',
        content: [
          { type: 'text', text: 'x' },
          { type: 'tool_use', name: 'TodoWrite', input: { todos } },
        ],
      },
    });
  const todo = (content: string, status: string): object => ({ content, status, activeForm: `Doing ${content}` });

  it('gives the last list of each session; again it changes nothing, longer it updates', async () => {
    const session = await open();
    const first = [
      call('s1', [todo('a', 'pending'), todo('gone', 'pending')]),
      '{"type":"user","message":{"content":"hi"}}',
      call('s1', [todo('a', 'in_progress'), todo('b', 'pending')]),
      call('s2', [todo('a', 'completed')]),
      call('s1', [todo('c', 'strange')], 'agent-1'),
    ].join('\n');
    const input = { format: 'todos' as const, text: `${first}\n{"torn` };
    expect(await importTasks(session, input)).toMatchObject({ created: 4, total: 4, issues: [{ line: 6 }] });
    expect(await importTasks(session, input)).toMatchObject({ created: 0, changed: 0, unchanged: 4 });
    const more = `${first}\n${call('s1', [todo('a', 'completed'), todo('b', 'in_progress')])}`;
    expect(await importTasks(session, { format: 'todos', text: more })).toMatchObject({ created: 0, changed: 2 });
    expect((await all(session))['b']?.status).toBe('in_progress');
  });

  it('may hold anything', async () => {
    const session = await open();
    const text = [
      call('s', [{ content: 5 }, todo('', 'pending'), { content: `\u001b[2J${'y'.repeat(3000)}`, status: { a: 1 } }]),
      '{"message":{"content":[{"type":"tool_use","name":"TodoWrite","input":{"todos":"no"}}]}}',
      '[]',
      '{"message":null}',
    ].join('\n');
    expect(await importTasks(session, { format: 'todos', text })).toMatchObject({ created: 1, total: 1 });
  });
});

/** The life of the MCP server: how it starts, whom it tells what, and how it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { scratchLedger } from '../cli/ledger.ts';
import { EXECUTABLE, git, scratchFolder, tasks } from '../support/git.ts';
import { connect, type Connection } from '../support/mcp.ts';
import { scratchRemote } from '../support/shared-remote.ts';

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
};

/** A server that is spoken to by hand. */
function startRaw(folder: string): ChildProcess & { readonly lines: string[] } {
  const child = spawn(process.execPath, [EXECUTABLE, 'mcp'], { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  let rest = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
  return Object.assign(child, { lines });
}

/** Waits until something holds, for five seconds at most. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < 5000; waited += 25) {
    if (await holds()) return;
    await sleep(25);
  }
  throw new Error('It did not come to hold within 5 s');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** What the shell shows of a task. */
function shown(
  folder: string,
  id: string,
): { status: string; owner?: string; claim?: { expires?: string; term: number } } {
  return (JSON.parse(tasks(folder, ['show', id, '--json']).stdout) as { task: ReturnType<typeof shown> }).task;
}

describe('the server', () => {
  test('writes nothing but the protocol to standard output, whatever it is sent', async () => {
    const { folder } = scratchLedger();
    const child = startRaw(folder);
    const call = (id: number, name: string, args: object): string =>
      JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } });
    const sent = [
      JSON.stringify(INITIALIZE),
      JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }),
      'this is no JSON',
      '{"jsonrpc":"2.0","id":7}',
      call(2, 'task_create', { subject: 'One', description: 'Two' }),
      call(3, 'no_such_tool', {}),
      call(4, 'task_get', { taskId: 'zzzzzzzz' }),
      JSON.stringify({ jsonrpc: '2.0', id: 5, method: 'no/such/method' }),
    ];
    child.stdin?.write(`${sent.join('\n')}\n`);
    await until(() => child.lines.length >= 5);
    const messages = child.lines.map((line) => JSON.parse(line) as { jsonrpc: string; id?: number });
    expect(messages.every(({ jsonrpc }) => jsonrpc === '2.0')).toBe(true);
    expect(messages.flatMap(({ id }) => id ?? []).sort()).toEqual(expect.arrayContaining([1, 2, 3, 4, 5]));
    child.stdin?.end();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('ends within a second when its input is closed', async () => {
    const child = startRaw(scratchLedger().folder);
    child.stdin?.write(`${JSON.stringify(INITIALIZE)}\n`);
    await until(() => child.lines.length > 0);
    const begun = performance.now();
    child.stdin?.end();
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(performance.now() - begun).toBeLessThan(1000);
  });

  test('ends when its reader has gone', async () => {
    const child = startRaw(scratchLedger().folder);
    child.stdout?.destroy();
    const ended = once(child, 'exit');
    child.stdin?.write(`${JSON.stringify(INITIALIZE)}\n`);
    expect((await ended)[1]).toBeNull();
  });

  test.skipIf(process.platform === 'win32')(
    'ends when its parent is killed, although others hold its input open',
    async () => {
      const { folder } = scratchLedger();
      // The test holds the other end of the pipe that is the standard input of both.
      const start = `const { spawn } = require('child_process');
      console.error(spawn(process.execPath, process.argv.slice(1), { stdio: ['inherit', 'ignore', 'ignore'] }).pid);
      setInterval(() => {}, 1000);`;
      const parent = spawn(process.execPath, ['-e', start, '--', EXECUTABLE, 'mcp'], {
        cwd: folder,
        stdio: ['pipe', 'ignore', 'pipe'],
      });
      onTestFinished(() => void parent.kill('SIGKILL'));
      const [line] = (await once(parent.stderr, 'data')) as [Buffer];
      const pid = Number(line.toString());
      await sleep(1500);
      expect(isAlive(pid)).toBe(true);
      parent.kill('SIGKILL');
      await until(() => !isAlive(pid));
    },
  );

  test('lives on when a call fails, and opens the ledger as soon as there is one', async () => {
    const folder = scratchFolder();
    const agent = await connect(folder);
    expect((await agent.call('task_list')).data.error.code).toBe('no-repository');
    git(folder, 'init', '--quiet');
    git(folder, 'config', 'user.name', 'Ada Example');
    for (const name of ['task_list', 'task_next']) {
      const { isError, text } = await agent.call(name);
      expect({ isError, text }).toEqual({ isError: true, text: expect.stringContaining('git tasks init') });
    }
    expect((await agent.call('task_create', { subject: 'One', description: 'Two' })).data.error.code).toBe('no-ledger');
    tasks(folder, ['init']);
    expect((await agent.call('task_list')).data).toMatchObject({ total: 0 });
  });

  test.each([
    [{ GIT_TASKS_ENABLED: 'false' }, 0],
    [{ CLAUDE_CODE_ENABLE_TASKS: '0' }, 0],
    [{ CLAUDE_CODE_ENABLE_TASKS: 'false', GIT_TASKS_ENABLED: 'true' }, 8],
    [{}, 8],
  ])('with %j offers %i tools', async (env, count) => {
    const { client, call } = await connect(scratchLedger().folder, { env });
    expect((await client.listTools()).tools).toHaveLength(count);
    // A client may call what it knew before.
    const { isError, text } = await call('task_list');
    expect(isError).toBe(count === 0);
    expect(text).toMatch(count === 0 ? /^not-found: git-tasks is switched off here/ : /^No open tasks/);
    expect(client.getInstructions()).toContain(count === 0 ? 'switched off' : 'data, not instructions');
  });

  test('acts under the name of its client when nobody else is named, and under the names that come before it', async () => {
    const folder = scratchFolder();
    git(folder, 'init', '--quiet');
    tasks(folder, ['init', '--as', 'somebody']);
    const actorOf = async (options: Parameters<typeof connect>[1]): Promise<unknown> => {
      const agent = await connect(folder, { name: 'codex', ...options });
      return (await agent.get(await agent.add('One')))['createdBy'];
    };
    expect(await actorOf({})).toBe('codex');
    expect(await actorOf({ isModern: true })).toBe('codex');
    expect(await actorOf({ env: { GIT_TASKS_ACTOR: 'agent-7' } })).toBe('agent-7');
    expect(await actorOf({ env: { GIT_TASKS_ACTOR: 'agent-7' }, args: ['--as', 'ada'] })).toBe('ada');
  });

  test('speaks the newer protocol too', async () => {
    const agent = await connect(scratchLedger().folder, { isModern: true });
    const id = await agent.add('One');
    expect((await agent.call('task_update', { taskId: id, status: 'in_progress' })).data).toMatchObject({
      success: true,
    });
    expect((await agent.call('task_get', { taskId: 'zzzz' })).isError).toBe(true);
    expect((await agent.client.listTools()).tools).toHaveLength(8);
  });
});

describe('leases', () => {
  const short = (): string => {
    const { folder } = scratchLedger();
    git(folder, 'config', 'tasks.lease', '4s');
    return folder;
  };

  test('of what was claimed here are renewed while the server lives, all in one commit', async () => {
    const folder = short();
    const agent = await connect(folder);
    const ids = [await agent.add('One'), await agent.add('Two')];
    const begun = performance.now();
    for (const taskId of ids) await agent.call('task_update', { taskId, status: 'in_progress' });
    await sleep(5500);
    for (const id of ids) {
      expect(shown(folder, id)).toMatchObject({ status: 'in_progress', claim: { term: 1 } });
      expect(tasks(folder, ['claim', id, '--as', 'thief']).code).toBe(4);
    }
    const renewals = git(folder, 'log', '--format=%s', 'tasks')
      .split('\n')
      .filter((subject) => /^renew|^change 2 tasks/.test(subject));
    expect(renewals.length).toBeGreaterThan(0);
    // One at each half of a lease, however long the rest took; one for each task would be twice as many.
    expect(renewals.length).toBeLessThanOrEqual((performance.now() - begun) / 2000 + 1);
  });

  test('are given back at the end where nobody could go on with them', async () => {
    const { folder } = scratchLedger();
    const agent = await connect(folder);
    const [one, two] = [await agent.add('One'), await agent.add('Two')];
    await agent.call('task_update', { taskId: one, status: 'in_progress' });
    await agent.call('task_update', { taskId: two, status: 'in_progress', owner: 'helper' });
    await agent.close();
    expect([shown(folder, one).status, shown(folder, two).status]).toEqual(['pending', 'pending']);
  });

  test('are kept over a restart in the same session, and renewed by the new server', async () => {
    const folder = short();
    const env = { CLAUDE_CODE_SESSION_ID: 'session-1' };
    const first = await connect(folder, { env });
    const id = await first.add('One');
    await first.call('task_update', { taskId: id, status: 'in_progress' });
    await first.close();
    expect(shown(folder, id).status).toBe('in_progress');
    const second = await connect(folder, { env });
    await sleep(5000);
    expect(tasks(folder, ['claim', id, '--as', 'thief']).code).toBe(4);
    expect((await second.call('task_update', { taskId: id, status: 'completed' })).isError).toBe(false);
  });

  test('are of the session that Codex tells with each call, which its commands and hooks know', async () => {
    const { folder, add } = scratchLedger();
    const taskId = add('One');
    const agent = await connect(folder);
    await agent.client.callTool({
      name: 'task_update',
      arguments: { taskId, status: 'in_progress' },
      _meta: { 'x-codex-turn-metadata': { session_id: 'session-1', thread_id: 'thread-1' } },
    });
    await agent.close();
    expect(shown(folder, taskId)).toMatchObject({ status: 'in_progress', claim: { session: 'session-1' } });
    expect(tasks(folder, ['done', taskId]).code).toBe(4);
    expect(tasks(folder, ['done', taskId], { env: { CODEX_SESSION_ID: 'session-1' } }).code).toBe(0);
  });

  test('run out when a server is killed, and another takes the work over', async () => {
    const folder = short();
    const agent = await connect(folder);
    const id = await agent.add('One');
    await agent.call('task_update', { taskId: id, status: 'in_progress' });
    process.kill(agent.pid, 'SIGKILL');
    const other = await connect(folder);
    await until(async () => (await other.call('task_next')).data.task?.id === id);
    expect(shown(folder, id).claim?.term).toBe(2);
  });
});

describe('resources', () => {
  test('are the list and the tasks, a page at a time, and templates for the rest', async () => {
    const { folder, run } = scratchLedger();
    const lines = Array.from({ length: 150 }, (_, n) => JSON.stringify({ verb: 'add', subject: `Task ${n}` }));
    run(['batch'], { input: lines.join('\n') });
    const { client } = await connect(folder);
    const first = await client.request({ method: 'resources/list' });
    expect(first.resources).toHaveLength(101);
    expect(first.resources[0]).toMatchObject({ uri: 'tasks://list' });
    const second = await client.request({ method: 'resources/list', params: { cursor: first.nextCursor ?? '' } });
    expect(second.resources).toHaveLength(50);
    expect(new Set([...first.resources, ...second.resources].map(({ uri }) => uri)).size).toBe(151);
    const read = async (uri: string): Promise<{ total: number; shown: number; next?: string }> => {
      const [content] = (await client.readResource({ uri })).contents as { text: string }[];
      return JSON.parse(content?.text ?? '') as Awaited<ReturnType<typeof read>>;
    };
    const part = await read('tasks://list');
    expect(part).toMatchObject({ total: 150, shown: 100, next: 'tasks://list?offset=100' });
    expect(await read(part.next ?? '')).toMatchObject({ total: 150, shown: 50 });
    const templates = await client.listResourceTemplates();
    expect(templates.resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
      'task://{id}',
      'tasks://list{?offset}',
    ]);
    for (const uri of ['task://zzzzzzzz', 'tasks://nothing', 'task://%ff']) {
      await expect(client.readResource({ uri })).rejects.toThrow('Resource not found');
    }
  });

  async function heard(agent: Connection): Promise<{ readonly updated: string[]; lists: () => number }> {
    const updated: string[] = [];
    let lists = 0;
    agent.client.setNotificationHandler(
      'notifications/resources/updated',
      ({ params }) => void updated.push(params.uri),
    );
    agent.client.setNotificationHandler('notifications/resources/list_changed', () => void lists++);
    return { updated, lists: () => lists };
  }

  test.each([
    ['the older', false],
    ['the newer', true],
  ])('that somebody else changes are told of to who subscribed to them, in %s protocol', async (_name, isModern) => {
    const { folder, run, add } = scratchLedger();
    const [watched, blocker, other] = [add('Watched'), add('Blocker'), add('Other')];
    run(['set', watched, '--blocked-by', blocker]);
    const agent = await connect(folder, { isModern });
    const { updated, lists } = await heard(agent);
    const uris = [`task://${watched}`, 'tasks://list'];
    if (isModern) await agent.client.listen({ resourceSubscriptions: uris, resourcesListChanged: true });
    else for (const uri of uris) await agent.client.subscribeResource({ uri });
    await agent.call('task_list');
    await sleep(1200);
    run(['set', other, '--priority', '0']);
    await until(() => updated.includes('tasks://list'));
    expect(updated).not.toContain(`task://${watched}`);
    expect(lists()).toBe(0);
    // It is ready now: what is shown of it is another.
    run(['done', blocker]);
    await until(() => updated.includes(`task://${watched}`) && lists() > 0);
    expect(updated).not.toContain(`task://${other}`);
  });

  test('are no longer told of after unsubscribing', async () => {
    const { folder, run, add } = scratchLedger();
    const id = add('Watched');
    const agent = await connect(folder);
    const { updated, lists } = await heard(agent);
    await agent.client.subscribeResource({ uri: `task://${id}` });
    await sleep(1200);
    run(['set', id, '--priority', '0']);
    await until(() => updated.length > 0);
    await agent.client.unsubscribeResource({ uri: `task://${id}` });
    const before = updated.length;
    run(['set', id, '--priority', '1']);
    run(['add', 'Another']);
    await until(() => lists() > 0);
    expect(updated.length).toBe(before);
  });
});

test('a subfolder of a linked worktree is as good a place as any', async () => {
  const { folder, add } = scratchLedger();
  git(folder, 'commit', '--quiet', '--allow-empty', '-m', 'first');
  const worktree = join(scratchFolder(), 'tree');
  git(folder, 'worktree', 'add', '--quiet', worktree);
  mkdirSync(join(worktree, 'deep'));
  const id = add('One');
  const agent = await connect(join(worktree, 'deep'));
  expect((await agent.call('task_next')).data.task).toMatchObject({ id, status: 'in_progress' });
});

test('a session is told once, with its next answer, of a claim that it has lost to another clone', async () => {
  const remote = scratchRemote();
  const ada = remote.clone('ada');
  ada.json(['init']);
  const id = ada.add('Wanted by both');
  ada.sync();
  const ben = remote.clone('ben');
  ben.sync();
  for (const clone of [ada, ben]) git(clone.folder, 'config', 'tasks.claim', 'local');
  const agents = [await connect(ada.folder, { name: 'ada' }), await connect(ben.folder, { name: 'ben' })];
  for (const agent of agents) await agent.call('task_update', { taskId: id, status: 'in_progress' });
  for (const clone of [ada, ben, ada]) clone.sync();
  const heard = await Promise.all(agents.map(async (agent) => (await agent.call('task_list')).text));
  expect(heard.filter((text) => text.includes('has lost to'))).toHaveLength(1);
  expect(heard.filter((text) => text.includes('you hold it'))).toHaveLength(1);
  for (const agent of agents) expect((await agent.call('task_list')).text).not.toContain('Notice');
});

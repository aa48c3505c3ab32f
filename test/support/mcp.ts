/** Servers of the built program, spoken to through the official client. */
import { Client, type CallToolResult } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { onTestFinished } from 'vitest';
import type { Env } from '../../src/world.ts';
import { EXECUTABLE } from './git.ts';

/** What a tool answered. */
export interface Reply {
  readonly isError: boolean;
  readonly text: string;
  /** The structured answer; the tests read it by name. */
  readonly data: Data;
}

/** The members of structured answers. */
export interface Data {
  readonly [key: string]: unknown;
  readonly task: { readonly [key: string]: unknown; readonly id: string };
  readonly tasks: readonly { readonly [key: string]: unknown; readonly id: string }[];
  readonly error: { readonly [key: string]: unknown; readonly code: string; readonly hint: string };
}

/** A client with a server of its own. */
export interface Connection {
  readonly client: Client;
  readonly pid: number;
  /** What the server said on standard error until now. */
  stderr(): string;
  /** Calls a tool. A refusal is an answer. */
  call(name: string, args?: Readonly<Record<string, unknown>>): Promise<Reply>;
  /** Creates a task and gives its id. */
  add(subject: string, more?: Readonly<Record<string, unknown>>): Promise<string>;
  /** A task in full. */
  get(id: string): Promise<Data['task']>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly env?: Env;
  readonly name?: string;
  readonly args?: readonly string[];
  /** Speaks the protocol of 2026-07-28, without `initialize`. */
  readonly isModern?: boolean;
}

/** Starts a server in a folder and greets it. It ends with the test. */
export async function connect(folder: string, options: ConnectOptions = {}): Promise<Connection> {
  const { env = {}, name = 'test-client', args = [], isModern = false } = options;
  const versions = isModern ? { versionNegotiation: { mode: { pin: '2026-07-28' } } } : {};
  const client = new Client({ name, version: '1.0.0' }, versions);
  const variables = Object.entries({ ...process.env, ...env }).filter(([, value]) => value !== undefined);
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [EXECUTABLE, 'mcp', ...args],
    cwd: folder,
    env: Object.fromEntries(variables) as Record<string, string>,
    stderr: 'pipe',
  });
  let stderr = '';
  transport.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  await client.connect(transport);
  onTestFinished(() => client.close());
  const call: Connection['call'] = async (tool, given = {}) => {
    return replyOf(await client.callTool({ name: tool, arguments: given }));
  };
  const create: Connection['add'] = async (subject, more = {}) => {
    const { data } = await call('task_create', { subject, description: `To do: ${subject}`, ...more });
    return data.task.id;
  };
  const get: Connection['get'] = async (id) => (await call('task_get', { taskId: id })).data.task;
  return { client, pid: transport.pid ?? 0, stderr: () => stderr, call, add: create, get, close: () => client.close() };
}

function replyOf({ content, structuredContent, isError }: CallToolResult): Reply {
  const text = content.map((block) => (block.type === 'text' ? block.text : '')).join('\n');
  return { isError: isError === true, text, data: structuredContent as Data };
}

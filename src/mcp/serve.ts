/** Runs the server on standard input and output for as long as its client lives. */
import type { McpServer, McpServerFactory } from '@modelcontextprotocol/server';
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { isEnabled } from '../app/enabled.ts';
import { type LedgerChanges, ledgerChanges } from '../app/ledger-changes.ts';
import type { SessionOptions } from '../app/session.ts';
import { printable } from '../task/printable.ts';
import type { World } from '../world.ts';
import { createDesk } from './desk.ts';
import { refusalOf } from './refusal.ts';
import { LIST_URI } from './resources.ts';
import { createServer } from './server.ts';
import { taskUri } from './task-answer.ts';

/** How often the leases and the parent process are looked at, in milliseconds. */
const PULSE = 500;

/** How long the last calls may take once the client has gone, in milliseconds. */
const PATIENCE = 700;

/** What the program knows and the server tells. */
export interface ServeOptions extends SessionOptions {
  readonly version: string;
}

/**
 * Serves until standard input ends, standard output breaks or the parent process is gone. Nothing but the protocol is
 * written to standard output.
 */
export async function serveMcp(world: World, options: ServeOptions): Promise<void> {
  world.keepHeapSmall?.();
  const { version, ...session } = options;
  const isOn = isEnabled(world.env);
  const log = logOf(world);
  const report = (error: unknown): void => log(refusalOf(error).text);
  const desk = createDesk(world, { ...session, warn: log });
  const subscriptions = new Set<string>();
  let listener: Listener | undefined;
  const factory: McpServerFactory = ({ era }) => {
    const server = createServer({ desk, version, isEnabled: isOn, subscriptions });
    // A server of the newer protocol is not told who subscribed to what: its transport sorts that out.
    listener = { server, wants: era === 'modern' ? () => true : (uri) => subscriptions.has(uri) };
    return server;
  };
  const over = endOf(world);
  const transport = new StdioServerTransport(world.stdin, world.stdout.stream);
  const handle = serveStdio(factory, { transport, onerror: report });
  const isServing = (): boolean => isOn && listener?.server.isConnected() === true;
  const tell = async (): Promise<void> => {
    const changes = isServing() ? ledgerChanges(await desk.session(), over) : [];
    for await (const change of changes) await notify(listener, change);
  };
  const keep = async (): Promise<void> => (isServing() ? desk.keepLeases() : undefined);
  await Promise.all([tell, keep].map((work) => repeat(work, { world, over, report })));
  await Promise.race([desk.leave().catch(report), world.sleep(PATIENCE)]);
  await handle.close();
}

interface Repetition {
  readonly world: World;
  readonly over: AbortSignal;
  readonly report: (error: unknown) => void;
}

/** Does something again and again, with a pulse between. Calls say what is wrong; here there is but the log to tell. */
async function repeat(work: () => Promise<void>, { world, over, report }: Repetition): Promise<void> {
  while (!over.aborted) {
    await world.sleep(PULSE, over);
    if (!over.aborted) await work().catch(report);
  }
}

/** Who is told of changes, and of which resources. */
interface Listener {
  readonly server: McpServer;
  wants(uri: string): boolean;
}

async function notify(listener: Listener | undefined, { tasks, isSetChanged }: LedgerChanges): Promise<void> {
  if (listener === undefined || tasks.size === 0) return;
  const { server } = listener.server;
  const uris = [LIST_URI, ...[...tasks].map(taskUri)].filter((uri) => listener.wants(uri));
  for (const uri of uris) await server.sendResourceUpdated({ uri });
  if (isSetChanged) await server.sendResourceListChanged();
}

/** Is aborted as soon as nobody is there any more. */
function endOf(world: World): AbortSignal {
  const over = new AbortController();
  const end = (): void => over.abort();
  for (const event of ['end', 'close', 'error']) world.stdin.once(event, end);
  for (const event of ['close', 'error']) world.stdout.stream.once(event, end);
  world.onInterrupt(end);
  // Somebody else may hold the other end of the pipe open when the client has died.
  const starters = world.starters();
  const look = async (): Promise<void> => {
    if (world.starters() !== starters) end();
  };
  void repeat(look, { world, over: over.signal, report: end });
  return over.signal;
}

/** Says on standard error what there is to know, once as long as it stays the same. */
function logOf({ stderr }: World): (text: string) => void {
  let last = '';
  return (text) => {
    if (text !== last) stderr.stream.write(`git-tasks mcp: ${printable(text, 'text')}\n`);
    last = text;
  };
}

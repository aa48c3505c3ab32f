/** Servers of git on the loopback address. They end with the test. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { git, scratchFolder } from '../../support/git.ts';

/** How a server behaves. */
export interface HttpOptions {
  /** `user:password` that every request must bring. */
  readonly credentials?: string;
  /** Ends the connection after so many bytes of an answer to a POST. */
  readonly cutAfter?: number;
}

/** A server over http. */
export interface HttpServer {
  /** Address of the bare repository; with the credentials when asked. */
  url(credentials?: string): string;
  /** Changes how it behaves from now on. */
  become(options: HttpOptions): void;
}

/** Serves a bare repository over "smart" http through git's own CGI program. */
export async function serveHttp(repository: string, first: HttpOptions = {}): Promise<HttpServer> {
  git(repository, 'config', 'http.receivepack', 'true');
  let options = first;
  const server = createServer((request, response) => {
    const { credentials } = options;
    const wanted = `Basic ${Buffer.from(credentials ?? '').toString('base64')}`;
    if (credentials !== undefined && request.headers.authorization !== wanted) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      return;
    }
    answerWithGit(repository, { request, response, cutAfter: options.cutAfter });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: (credentials) => `http://${credentials === undefined ? '' : `${credentials}@`}127.0.0.1:${port}/remote.git`,
    become: (next) => {
      options = next;
    },
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly cutAfter: number | undefined;
}

function answerWithGit(repository: string, { request, response, cutAfter }: Exchange): void {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const env = {
    ...process.env,
    GIT_PROJECT_ROOT: join(repository, '..'),
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: url.pathname,
    QUERY_STRING: url.search.slice(1),
    REQUEST_METHOD: request.method,
    CONTENT_TYPE: request.headers['content-type'] ?? '',
    REMOTE_USER: 'somebody',
    ...(request.headers['content-length'] !== undefined && { CONTENT_LENGTH: request.headers['content-length'] }),
    ...(request.headers['content-encoding'] !== undefined && { HTTP_CONTENT_ENCODING: request.headers['content-encoding'] }),
    ...(request.headers['git-protocol'] !== undefined && { GIT_PROTOCOL: String(request.headers['git-protocol']) }),
  };
  const child = spawn('git', ['http-backend'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
  request.pipe(child.stdin).on('error', () => undefined);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.on('close', () => {
    const answer = Buffer.concat(chunks);
    const end = answer.indexOf('\r\n\r\n');
    const headers = answer.toString('latin1', 0, end).split('\r\n').map((line) => line.split(': ') as [string, string]);
    const status = headers.find(([name]) => name === 'Status')?.[1];
    for (const [name, value] of headers) if (name !== 'Status') response.setHeader(name, value);
    response.statusCode = Number(status?.split(' ')[0] ?? 200);
    const body = answer.subarray(end + 4);
    if (cutAfter === undefined || request.method !== 'POST' || body.length <= cutAfter) return response.end(body);
    response.write(body.subarray(0, cutAfter), () => response.destroy());
    return undefined;
  });
}

/** Serves a bare repository through `git daemon`; gives its address. */
export async function serveDaemon(repository: string): Promise<string> {
  const port = await freePort();
  const args = ['daemon', '--export-all', '--enable=receive-pack', '--listen=127.0.0.1', `--port=${port}`, `--base-path=${join(repository, '..')}`];
  const child = spawn('git', args, { stdio: 'ignore', detached: true });
  endWithTest(child);
  await untilOpen(port);
  return `git://127.0.0.1:${port}/remote.git`;
}

/** Where the ssh server's program is, where there is one. */
const SSHD = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', process.env.GIT_TASKS_TEST_SSHD ?? ''].find((path) => path !== '' && existsSync(path));

/** An ssh server: the address of the repository, and the command that reaches it with or without the right key. */
export interface SshServer {
  readonly url: string;
  command(key: 'right' | 'wrong'): string;
}

/** Serves a bare repository through a real sshd; undefined where this machine has none. */
export async function serveSsh(repository: string): Promise<SshServer | undefined> {
  if (SSHD === undefined) return undefined;
  const folder = scratchFolder();
  for (const name of ['host', 'right', 'wrong']) {
    const made = spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
    if (made.status !== 0) return undefined;
  }
  writeFileSync(join(folder, 'authorized_keys'), readFileSync(join(folder, 'right.pub')));
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  const port = await freePort();
  const settings = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(folder, 'host')}`,
    `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'StrictModes no',
    'UsePAM no',
    `PidFile ${join(folder, 'pid')}`,
  ];
  writeFileSync(join(folder, 'sshd_config'), `${settings.join('\n')}\n`);
  endWithTest(spawn(SSHD, ['-D', '-e', '-f', join(folder, 'sshd_config')], { stdio: 'ignore', detached: true }));
  await untilOpen(port);
  const known = join(folder, 'known_hosts');
  writeFileSync(known, `[127.0.0.1]:${port} ${readFileSync(join(folder, 'host.pub'), 'utf8')}`);
  return {
    url: `ssh://${userInfo().username}@127.0.0.1:${port}${repository}`,
    command: (key) => `ssh -F none -i ${join(folder, key)} -o IdentitiesOnly=yes -o BatchMode=yes -o UserKnownHostsFile=${known}`,
  };
}

/** A PATH with nothing on it. */
export function pathWithoutGit(): string {
  return scratchFolder();
}

function endWithTest(child: ChildProcess): void {
  onTestFinished(async () => {
    if (child.pid === undefined || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    // The whole group: these servers start a process for each connection.
    process.kill(-child.pid);
    await ended;
  });
}

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function untilOpen(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
    await new Promise((wake) => setTimeout(wake, 25));
  }
  throw new Error(`no server answers on port ${port}`);
}

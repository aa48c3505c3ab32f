/** Servers of git on the loopback address. They end with the test. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { git, scratchFolder } from '../../support/git.ts';

/** How a server behaves. */
export interface HttpOptions {
  /** `user:password` that every request must bring. */
  readonly credentials?: string;
  /** Answers every push with status 403. */
  readonly forbidPush?: boolean;
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
  const settings = join(scratchFolder(), 'settings.json');
  const become = (options: HttpOptions): void => writeFileSync(settings, JSON.stringify(options));
  become(first);
  const program = join(import.meta.dirname, 'http-server.mjs');
  const child = spawn(process.execPath, [program, join(repository, '..'), settings], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  endWithTest(child);
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  const host = `127.0.0.1:${port.toString().trim()}`;
  const url: HttpServer['url'] = (credentials) =>
    `http://${credentials === undefined ? '' : `${credentials}@`}${host}/remote.git`;
  return { url, become };
}

/** Serves a bare repository through `git daemon`; gives its address. */
export async function serveDaemon(repository: string): Promise<string> {
  const port = await freePort();
  const args = [
    'daemon',
    '--export-all',
    '--enable=receive-pack',
    '--listen=127.0.0.1',
    `--port=${port}`,
    `--base-path=${join(repository, '..')}`,
  ];
  const child = spawn('git', args, { stdio: 'ignore', detached: true });
  endWithTest(child);
  await untilOpen(port);
  return `git://127.0.0.1:${port}/remote.git`;
}

/** Where the ssh server's program is, where there is one. */
const SSHD = ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find((path) => existsSync(path));

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
    command: (key) =>
      `ssh -F none -i ${join(folder, key)} -o IdentitiesOnly=yes -o BatchMode=yes -o UserKnownHostsFile=${known}`,
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

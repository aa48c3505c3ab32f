/** Speaks git's "smart" http with a server. Source: gitprotocol-http(5). */
import type { Env } from '../../world.ts';
import { TasksError } from '../../errors.ts';
import { isOid } from '../objects.ts';
import type { GitConfig, Oid, RemoteTrouble } from '../ports.ts';
import { remoteFailure } from '../remote-trouble.ts';
import { parsePackets } from './pkt-line.ts';

/** The two things that a server does. */
export type Service = 'git-upload-pack' | 'git-receive-pack';

/** Where a remote is. */
export interface HttpRemote {
  readonly name: string;
  /** Without user and password. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The longest time for one request, in milliseconds. */
  readonly timeout: number;
}

/** What a server says of itself. */
export interface Advertisement {
  readonly refs: ReadonlyMap<string, Oid>;
  readonly capabilities: readonly string[];
}

/** The remote of this name. Throws `unsupported` for what is not http, `not-found` for none. */
export function httpRemote(
  name: string,
  {
    config,
    env,
    timeout,
    isPush,
  }: {
    readonly config: GitConfig;
    readonly env: Env;
    readonly timeout: number;
    readonly isPush: boolean;
  },
): HttpRemote {
  const address = (isPush ? config.get(`remote.${name}.pushurl`) : undefined) ?? config.get(`remote.${name}.url`) ?? '';
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new TasksError('unsupported', `The remote ${name} needs git, and there is none on the PATH`, {
      hint: 'Install git. Without it only http and https work',
      data: { remote: name },
    });
  }
  const user = decodeURIComponent(url.username) || env['GIT_TASKS_HTTP_USER'];
  const password = decodeURIComponent(url.password) || env['GIT_TASKS_HTTP_PASSWORD'] || '';
  url.username = '';
  url.password = '';
  const token = Buffer.from(`${user}:${password}`).toString('base64');
  const headers = {
    'user-agent': 'git/2.0 (git-tasks)',
    ...(user !== undefined && { authorization: `Basic ${token}` }),
  };
  return { name, url: url.href.replace(/\/$/, ''), headers, timeout };
}

/** Asks a server what it has. Throws `remote`. */
export async function discover(remote: HttpRemote, service: Service): Promise<Advertisement> {
  const answer = await request(remote, `/info/refs?service=${service}`, { method: 'GET' });
  const [announcement, , ...lines] = parsePackets(answer);
  if (announcement?.toString().trimEnd() !== `# service=${service}`) {
    throw remoteFailure(remote.name, 'not found', { words: 'what answers there is not a git server' });
  }
  const refs = new Map<string, Oid>();
  let capabilities: readonly string[] = [];
  for (const line of lines) {
    const [names = '', more] = (line?.toString() ?? '').trimEnd().split('\0');
    if (more !== undefined) capabilities = more.split(' ');
    const [oid = '', ref = ''] = names.split(' ');
    // An empty repository says its capabilities with a name that no ref can have.
    if (isOid(oid) && ref !== 'capabilities^{}') refs.set(ref, oid);
  }
  return { refs, capabilities };
}

/** Sends a request to a service and gives its whole answer. Throws `remote`. */
export async function post(remote: HttpRemote, service: Service, body: Uint8Array): Promise<Buffer> {
  const headers = { 'content-type': `application/x-${service}-request`, accept: `application/x-${service}-result` };
  return request(remote, `/${service}`, { method: 'POST', headers, body });
}

interface Request {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

async function request(remote: HttpRemote, path: string, init: Request): Promise<Buffer> {
  const { name, url, headers, timeout } = remote;
  try {
    const signal = AbortSignal.timeout(timeout);
    const answer = await fetch(url + path, { ...init, headers: { ...headers, ...init.headers }, signal });
    const body = Buffer.from(await answer.arrayBuffer());
    if (answer.ok) return body;
    throw remoteFailure(name, troubleOfStatus(answer.status), {
      words: `http status ${answer.status}: ${body.toString()}`,
    });
  } catch (error) {
    if (error instanceof TasksError) throw error;
    const words =
      error instanceof Error ? `${error.message}${error.cause instanceof Error ? `: ${error.cause.message}` : ''}` : '';
    throw remoteFailure(name, 'unreachable', { words, cause: error });
  }
}

function troubleOfStatus(status: number): RemoteTrouble {
  if (status === 401 || status === 407) return 'authentication';
  if (status === 403) return 'refused';
  if (status === 404) return 'not found';
  return status >= 500 ? 'unreachable' : 'failed';
}

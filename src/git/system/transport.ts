/** Fetches and pushes with the system's git: every protocol, and the user's own credentials and settings. */
import type { World } from '../../world.ts';
import { TasksError } from '../../errors.ts';
import type {
  Fetched,
  FetchRequest,
  GitConfig,
  Oid,
  PushRequest,
  PushResult,
  Repository,
  Transport,
} from '../ports.ts';
import { remoteFailure, troubleOf } from '../remote-trouble.ts';
import { trackingRef } from '../tracking.ts';
import type { GitOutcome } from './git-command.ts';
import { type GitStreamOptions, streamGit } from './git-stream.ts';

/** What the transport works with. */
export interface TransportOptions {
  readonly world: Pick<World, 'env' | 'sleep' | 'random' | 'now'>;
  /** Is told the progress of a transfer. */
  readonly progress?: ((text: string) => void) | undefined;
  /** The longest time that one transfer may take, in milliseconds. */
  readonly timeout: number;
}

/** How often a fetch is repeated because another one was moving the same tracking refs. */
const MAX_FETCHES = 10;

/** Exit code of `git fetch` when what came could not be put into a ref (128: it could not be fetched). */
const REF_NOT_MOVED = 1;

/** Exit code of `git ls-remote --exit-code` when the remote answers and does not have the ref. */
const NO_SUCH_REF = 2;

/** The transport of a repository. Throws `unsupported` at the first use where there is no git. */
export function systemTransport(repository: Repository, options: TransportOptions): Transport {
  const git: RunGit = (args) => streamGit(args, optionsAt(repository, options));
  const progress = options.progress === undefined ? '--no-progress' : '--progress';
  return {
    fetch: (request) => fetch({ git, repository, options, progress }, request),
    push: (request) => push({ git, progress }, request),
  };
}

type RunGit = (args: readonly string[]) => Promise<GitOutcome>;

interface Fetching {
  readonly git: RunGit;
  readonly repository: Repository;
  readonly options: TransportOptions;
  readonly progress: string;
}

async function fetch(fetching: Fetching, request: FetchRequest): Promise<Fetched> {
  const { git, repository } = fetching;
  const { remote, ref, prefix } = request;
  const tracked = trackingRef(remote, ref);
  const others = prefix === undefined ? [] : [`+${prefix}*:${trackingRef(remote, prefix)}*`];
  const answer = await fetchRefs(fetching, request, [`+${ref}:${tracked}`, ...others]);
  if (answer.code === 0) {
    const tip = (await repository.refs.read(tracked)) ?? null;
    return { tip, others: await listOthers(repository, remote, prefix) };
  }
  // It was cut off: asking in another way would only take as long again.
  if (answer.signal !== null) throw remoteFailure(remote, 'unreachable', { words: answer.stderr });
  // No exit code of fetch tells a missing branch from a missing remote.
  const { code } = await git(['ls-remote', '--exit-code', '--quiet', remote, ref]);
  if (code !== NO_SUCH_REF) throw remoteFailure(remote, troubleOf(answer.stderr), { words: answer.stderr });
  if (others.length > 0) {
    const rest = await fetchRefs(fetching, request, others);
    if (rest.code !== 0) throw remoteFailure(remote, troubleOf(rest.stderr), { words: rest.stderr });
  }
  return { tip: null, others: await listOthers(repository, remote, prefix) };
}

async function fetchRefs(
  { git, options, progress }: Fetching,
  request: FetchRequest,
  refspecs: readonly string[],
): Promise<GitOutcome> {
  const { world } = options;
  const deepen = request.deepen === true ? ['--unshallow'] : [];
  const flags = ['--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--no-auto-maintenance', '--prune'];
  for (let attempt = 1; ; attempt++) {
    const answer = await git(['fetch', progress, ...flags, ...deepen, '--', request.remote, ...refspecs]);
    if (answer.code !== REF_NOT_MOVED || attempt === MAX_FETCHES) return answer;
    const [byte = 0] = world.random(1);
    await world.sleep(byte * attempt * 0.2);
  }
}

async function listOthers(
  { refs }: Repository,
  remote: string,
  prefix: string | undefined,
): Promise<ReadonlyMap<string, Oid>> {
  if (prefix === undefined) return new Map();
  const tracked = trackingRef(remote, prefix);
  return new Map([...(await refs.list(tracked))].map(([name, oid]) => [prefix + name.slice(tracked.length), oid]));
}

async function push({ git, progress }: Pick<Fetching, 'git' | 'progress'>, request: PushRequest): Promise<PushResult> {
  const { remote, ref, expected, next } = request;
  // The hooks and habits of pushing code are not for the ledger.
  const flags = ['--porcelain', '--no-verify', '--no-follow-tags', '--recurse-submodules=no', progress];
  const lease = `--force-with-lease=${ref}:${expected ?? ''}`;
  const { code, stdout, stderr } = await git(['push', ...flags, lease, '--', remote, `${next ?? ''}:${ref}`]);
  if (code === 0) return { status: 'pushed' };
  const [flag, , summary = ''] = porcelainLine(stdout.toString(), ref);
  if (flag !== '!') return { status: 'refused', trouble: troubleOf(stderr), reason: stderr };
  // Git itself has rejected it: the lease did not hold. Whatever the remote's side says begins with its name.
  if (summary.startsWith('[rejected]')) return { status: 'stale' };
  return { status: 'refused', trouble: 'refused', reason: [stderr.trim(), summary].filter(Boolean).join('\n') };
}

/** The fields of the line about a ref: flag, `from:to`, summary (git-push(1), "--porcelain"). */
function porcelainLine(stdout: string, ref: string): readonly string[] {
  const lines = stdout.split('\n').map((line) => line.split('\t'));
  return lines.find(([, names = '']) => names.endsWith(`:${ref}`)) ?? [];
}

function optionsAt({ gitDir, commonDir, workTree, config }: Repository, options: TransportOptions): GitStreamOptions {
  const { world, progress, timeout } = options;
  const variables = {
    GIT_DIR: gitDir,
    ...(gitDir !== commonDir && { GIT_COMMON_DIR: commonDir }),
    ...sshCommand(config, world.env),
  };
  // The address of a remote may be relative, and git starts from the top of the files.
  return { cwd: workTree ?? gitDir, env: world.env, variables, timeout, progress };
}

/** Without prompts, unless the user has a command of their own. */
function sshCommand(config: GitConfig, env: World['env']): { readonly GIT_SSH_COMMAND?: string } {
  const own = env['GIT_SSH_COMMAND'] ?? env['GIT_SSH'] ?? config.get('core.sshCommand');
  return own === undefined ? { GIT_SSH_COMMAND: 'ssh -o BatchMode=yes -o ConnectTimeout=20' } : {};
}

/** Whether there was no git to run. */
export function isWithoutGit(error: unknown): boolean {
  return error instanceof TasksError && error.code === 'unsupported' && error.cause !== undefined;
}

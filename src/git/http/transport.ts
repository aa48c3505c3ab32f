/**
 * Fetches and pushes over http(s) by ourselves: for machines without git.
 *
 * isomorphic-git makes the index of what came; its own `fetch` and `push` are not used, because they write the tracking
 * ref before the objects are there, fail on a remote whose HEAD is unborn, and load the whole history once the two sides
 * have diverged. The lease needs no trick: the server itself compares the old value that a push names.
 */
import { invariant, TasksError } from '../../errors.ts';
import { buildPack } from '../files/pack-write.ts';
import { IsomorphicObjectStore } from '../isomorphic.ts';
import type {
  Fetched,
  FetchRequest,
  Oid,
  PushRequest,
  PushResult,
  RefLog,
  RemoteTrouble,
  Repository,
  Transport,
} from '../ports.ts';
import { remoteFailure } from '../remote-trouble.ts';
import type { TransportOptions } from '../system/transport.ts';
import { setRef, trackingRef } from '../tracking.ts';
import { walkReachable } from '../walk.ts';
import { type Advertisement, discover, type HttpRemote, httpRemote, post } from './client.ts';
import { objectsToSend } from './objects-to-send.ts';
import { flushPacket, packet, parsePackets, splitBands } from './pkt-line.ts';
import { storeReceivedPack } from './received-pack.ts';

const NO_OID = '0'.repeat(40);
const AGENT = 'agent=git-tasks';

interface Reach {
  readonly repository: Repository;
  readonly options: TransportOptions;
}

/** The transport of a SHA-1 repository. A shallow history is not deepened here: what then cannot be joined is refused. */
export function httpTransport(repository: Repository, options: TransportOptions): Transport {
  const reach = { repository, options };
  return {
    fetch: (request) => fetchRefs(reach, request),
    push: (request) => refusedOr(push(reach, request)),
  };
}

function remoteAt({ repository, options }: Reach, name: string, isPush: boolean): HttpRemote {
  invariant(repository.objects.oidLength === 40, 'a repository that works without git has SHA-1 ids');
  return httpRemote(name, { config: repository.config, env: options.world.env, timeout: options.timeout, isPush });
}

async function fetchRefs(reach: Reach, request: FetchRequest): Promise<Fetched> {
  const { repository, options } = reach;
  const { ref, prefix } = request;
  const { objects, refs } = repository;
  const remote = remoteAt(reach, request.remote, false);
  const { refs: theirs } = await discover(remote, 'git-upload-pack');
  const tip = theirs.get(ref) ?? null;
  const others = new Map([...theirs].filter(([name]) => prefix !== undefined && name.startsWith(prefix)));
  const wanted = [...new Set([...(tip === null ? [] : [tip]), ...others.values()])];
  const missing: Oid[] = [];
  for (const oid of wanted) if (!(await objects.has(oid))) missing.push(oid);
  if (missing.length > 0) await receive(reach, { remote, request, missing });
  // Nothing is believed before it is here.
  for (const oid of missing) await walkReachable(objects, [oid], { ancestors: false, files: false });
  const log: RefLog = { name: 'git-tasks', email: '', at: options.world.now(), message: 'fetch' };
  if (tip !== null) await setRef(refs, trackingRef(remote.name, ref), { next: tip, log });
  for (const [name, next] of others) await setRef(refs, trackingRef(remote.name, name), { next, log });
  return { tip, others };
}

interface Receiving {
  readonly remote: HttpRemote;
  readonly request: FetchRequest;
  readonly missing: readonly Oid[];
}

async function receive({ repository, options }: Reach, { remote, request, missing }: Receiving): Promise<void> {
  const { objects, refs, commonDir } = repository;
  const known = [await refs.read(request.ref), ...(await refs.list(trackingRef(remote.name, ''))).values()];
  const haves = [...new Set(known.filter((oid) => oid !== undefined))];
  const [first = '', ...more] = missing;
  const shallow = [...(objects.shallow?.() ?? [])];
  const body = [
    packet(`want ${first} ofs-delta side-band-64k ${AGENT}${shallow.length > 0 ? ' shallow' : ''}\n`),
    ...more.map((oid) => packet(`want ${oid}\n`)),
    ...shallow.map((oid) => packet(`shallow ${oid}\n`)),
    flushPacket(),
    ...haves.map((oid) => packet(`have ${oid}\n`)),
    packet('done\n'),
  ];
  const { lines, data, said, fatal } = splitBands(
    parsePackets(await post(remote, 'git-upload-pack', Buffer.concat(body))),
  );
  options.progress?.(said);
  const error = fatal || (lines.find((line) => line.startsWith('ERR ')) ?? '');
  if (error !== '') throw remoteFailure(remote.name, 'failed', { words: error });
  const pack = { data, name: Buffer.from(options.world.random(8)).toString('hex') };
  const index = (file: string): Promise<unknown> => new IsomorphicObjectStore(commonDir).indexPack(file);
  if (!(await storeReceivedPack({ commonDir, index }, pack))) {
    throw remoteFailure(remote.name, 'unreachable', { words: 'the transfer ended before all was there' });
  }
}

/** A server that answers and does not let us in has refused the push. */
async function refusedOr(pushing: Promise<PushResult>): Promise<PushResult> {
  try {
    return await pushing;
  } catch (error) {
    if (!(error instanceof TasksError) || error.code !== 'remote') throw error;
    const trouble = TROUBLES.find((one) => one === error.data['trouble']) ?? 'failed';
    return { status: 'refused', trouble, reason: error.message };
  }
}

const TROUBLES: readonly RemoteTrouble[] = ['unreachable', 'authentication', 'not found', 'refused', 'failed'];

async function push(reach: Reach, request: PushRequest): Promise<PushResult> {
  const { repository, options } = reach;
  const { ref, expected, next } = request;
  const remote = remoteAt(reach, request.remote, true);
  const theirs = await discover(remote, 'git-receive-pack');
  if ((theirs.refs.get(ref) ?? null) !== expected) return { status: 'stale' };
  const answer = await post(remote, 'git-receive-pack', await pushBody(reach, theirs, request));
  const { data, lines, said, fatal } = splitBands(parsePackets(answer));
  options.progress?.(said);
  const report = data.length > 0 ? parsePackets(data).map((line) => line?.toString().trimEnd() ?? '') : lines;
  if (!report.includes(`ok ${ref}`)) {
    const reason = [
      said.trim(),
      fatal.trim(),
      ...report.filter((line) => line.startsWith('ng ') || /^unpack (?!ok)/.test(line)),
    ];
    return { status: 'refused', trouble: 'refused', reason: reason.filter(Boolean).join('\n') };
  }
  const log: RefLog = { name: 'git-tasks', email: '', at: options.world.now(), message: 'update by push' };
  await setRef(repository.refs, trackingRef(remote.name, ref), { next, log });
  return { status: 'pushed' };
}

async function pushBody(
  { repository }: Reach,
  theirs: Advertisement,
  { ref, expected, next }: PushRequest,
): Promise<Buffer> {
  const capabilities = ['report-status', 'side-band-64k'].filter((name) => theirs.capabilities.includes(name));
  const command = packet(`${expected ?? NO_OID} ${next ?? NO_OID} ${ref}\0 ${[...capabilities, AGENT].join(' ')}\n`);
  if (next === null) return Buffer.concat([command, flushPacket()]);
  const tips = [...new Set([...(expected === null ? [] : [expected]), ...theirs.refs.values()])];
  const { pack } = buildPack(await objectsToSend(repository.objects, next, tips));
  return Buffer.concat([command, flushPacket(), pack]);
}

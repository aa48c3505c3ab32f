/** Claims on a shared ledger: confirmed by the remote, or said to be provisional; and what the parties are told. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { completeTasks } from '../../src/app/life.ts';
import { claimNext } from '../../src/app/next.ts';
import { openSession, type Session } from '../../src/app/session.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { processWorld } from '../../src/world.ts';
import { EXECUTABLE, git } from '../support/git.ts';
import { cloneAt, type Clone, type Remote, scratchRemote } from '../support/shared-remote.ts';
import { pathWithoutGit, serveHttp } from './support/git-servers.ts';

interface ClaimJson {
  readonly task: { readonly id: string; readonly owner: string; readonly certainty: string; readonly claim: object };
  readonly claimed?: { readonly certainty: string; readonly remote?: string; readonly reason?: string };
  readonly already?: true;
  readonly notices?: readonly string[];
}

/** Two clones that share tasks. */
function twoClones(...subjects: string[]): { remote: Remote; ada: Clone; ben: Clone; ids: string[] } {
  const remote = scratchRemote();
  const ada = remote.clone('ada');
  ada.json(['init']);
  const ids = subjects.map((subject) => ada.add(subject));
  ada.sync();
  const ben = remote.clone('ben');
  ben.sync();
  return { remote, ada, ben, ids };
}

function fileOf(clone: Clone, id: string): string {
  return git(clone.folder, 'show', `refs/heads/tasks:main/${id[0]}/${id[1]}/${id}.yaml`);
}

/** A session whose ledger is changed by somebody else right after so many proposals; and how many there were. */
async function interruptedSession(
  clone: Clone,
  { after }: { readonly after: number },
  change: () => void,
): Promise<{ session: Session; proposals: () => number }> {
  const session = await openSession({ ...processWorld(), cwd: clone.folder }, { as: 'ada' });
  const { ledger } = session;
  let count = 0;
  const propose: Ledger['propose'] = async (...args) => {
    const proposal = await ledger.propose(...args);
    if (++count === after) change();
    return proposal;
  };
  const interrupted = new Proxy(ledger, {
    get: (target, key) => {
      const member: unknown = key === 'propose' ? propose : Reflect.get(target, key, target);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
  return { session: { ...session, ledger: interrupted }, proposals: () => count };
}

const claim = (clone: Clone, id: string): ClaimJson => clone.json<ClaimJson>(['claim', id]);

describe('a claim on a shared ledger', () => {
  test('is confirmed when its commit is on the remote, and takes along what was not sent yet', () => {
    const {
      remote,
      ada,
      ben,
      ids: [id = ''],
    } = twoClones('A');
    ada.add('Not sent yet');
    const won = claim(ada, id);
    expect(won).toMatchObject({
      claimed: { certainty: 'confirmed', remote: 'origin' },
      task: { certainty: 'confirmed' },
    });
    expect(remote.at()).toBe(ada.tip());
    expect(ben.failure(['claim', id])).toMatchObject({
      code: 'claimed',
      owner: 'ada',
      message: /held by ada, term 1, until /,
    });
    expect(ben.run(['claim', id]).code).toBe(4);
    expect(ben.subjects()).toContain('Not sent yet');
    expect(ben.json(['show', id])).toMatchObject({ task: { owner: 'ada', certainty: 'confirmed' } });
  });

  test('is never made unasked, because the branch moved when nothing was left to ask for', async () => {
    const {
      ada,
      ben,
      ids: [id = ''],
    } = twoClones('A');
    claim(ben, id);
    // Judged here, refused by the remote, judged anew: then nothing is ready, and just after that something is.
    const { session, proposals } = await interruptedSession(ada, { after: 3 }, () => ada.add('B'));
    expect(await claimNext(session)).toMatchObject({ status: 'none' });
    expect(proposals()).toBe(3);
    const { tasks: rows } = ada.json<{ tasks: { subject: string; status: string }[] }>(['list', '--all']);
    expect(rows.find(({ subject }) => subject === 'B')).toMatchObject({ status: 'pending' });
  });

  test('is not what a change has to wait for that claims nothing, also when the branch moves under it', async () => {
    const {
      remote,
      ada,
      ids: [id = ''],
    } = twoClones('A');
    const before = remote.at();
    const { session, proposals } = await interruptedSession(ada, { after: 1 }, () => ada.add('B'));
    expect(await completeTasks(session, { ids: [id] })).toMatchObject({ changed: true });
    expect(proposals()).toBe(1);
    expect(ada.subjects()).toEqual(['A', 'B']);
    expect(ada.json(['show', id])).toMatchObject({ task: { status: 'completed' } });
    expect(remote.at()).toBe(before);
  });

  test('that was lost sends next to another task', () => {
    const { ada, ben } = twoClones('A', 'B');
    const first = ada.json<ClaimJson>(['next']);
    const second = ben.json<ClaimJson>(['next']);
    expect(first.claimed?.certainty).toBe('confirmed');
    expect(second).toMatchObject({ claimed: { certainty: 'confirmed' } });
    expect(second.task.id).not.toBe(first.task.id);
    expect(ben.run(['next']).code).toBe(3);
  });

  test('of namesakes without a session is made once: the other is told that it is theirs already', () => {
    const {
      remote,
      ada,
      ben,
      ids: [id = ''],
    } = twoClones('A');
    const namesake = cloneAt(ben.folder, 'ada');
    expect(claim(ada, id).already).toBeUndefined();
    expect(claim(namesake, id).already).toBe(true);
    expect(git(remote.folder, 'log', '--format=%s', 'refs/heads/tasks').match(/^claim /gm)).toHaveLength(1);
  });

  test('is confirmed although the answer to its push got lost', () => {
    const {
      remote,
      ada,
      ben,
      ids: [id = ''],
    } = twoClones('A');
    remote.hook('post-receive', 'kill -9 $PPID');
    expect(claim(ada, id)).toMatchObject({ claimed: { certainty: 'confirmed' } });
    expect(ben.failure(['claim', id])).toMatchObject({ code: 'claimed', owner: 'ada' });
  });

  test('is not lost by a crash between the push and the local branch', () => {
    const {
      remote,
      ada,
      ben,
      ids: [id = ''],
    } = twoClones('A');
    // The first node above the hook is the program that pushes.
    remote.hook(
      'post-receive',
      'p=$PPID; while ! readlink /proc/$p/exe | grep -q "node$"; do p=$(cut -d" " -f4 /proc/$p/stat); done; kill -9 $p',
    );
    const before = ada.tip();
    expect(ada.run(['claim', id]).code).toBeNull();
    expect(ada.tip()).toBe(before);
    remote.hook('post-receive', 'exit 0');
    expect(ben.failure(['claim', id])).toMatchObject({ code: 'claimed', owner: 'ada' });
    expect(claim(ada, id)).toMatchObject({ already: true, task: { owner: 'ada', claim: { term: 1 } } });
  });

  test('is provisional where the remote takes nothing from us, and says why', () => {
    const {
      remote,
      ada,
      ids: [id = ''],
    } = twoClones('A');
    remote.hook('update', 'echo "the branch is protected" >&2; exit 1');
    const made = claim(ada, id);
    expect(made).toMatchObject({
      claimed: { certainty: 'provisional', reason: /protected|declined/ },
      task: { certainty: 'provisional' },
    });
    expect(made.notices).toMatchObject([/^Claimed provisionally: /]);
    expect(fileOf(ada, id)).toContain('provisional: true');
    expect(ada.run(['show', id]).stdout).toContain('provisional');
  });

  test('is refused instead with tasks.claim=remote, and nothing is left of it', () => {
    const {
      remote,
      ada,
      ids: [id = ''],
    } = twoClones('A');
    git(ada.folder, 'config', 'tasks.claim', 'remote');
    remote.hook('update', 'exit 1');
    const before = ada.tip();
    expect(ada.failure(['claim', id])).toMatchObject({ code: 'remote', outcome: 'unclaimed' });
    expect(ada.tip()).toBe(before);
    remote.hook('update', 'exit 0');
    expect(claim(ada, id)).toMatchObject({ claimed: { certainty: 'confirmed' } });
  });

  test('is not ended without the remote with tasks.claim=remote, or somebody would do the work once more', () => {
    const {
      remote,
      ada,
      ids: [id = ''],
    } = twoClones('A');
    git(ada.folder, 'config', 'tasks.claim', 'remote');
    claim(ada, id);
    remote.hook('update', 'exit 1');
    const before = ada.tip();
    for (const end of [['done'], ['cancel'], ['set', '--status', 'completed']]) {
      expect(ada.failure([...end, id])).toMatchObject({ code: 'remote', outcome: 'unchanged', message: /still held/ });
    }
    expect(ada.failure(['batch'], { input: JSON.stringify({ verb: 'done', id }) })).toMatchObject({ code: 'remote' });
    expect(ada.tip()).toBe(before);
    // A renewal takes nothing from anybody.
    expect(ada.run(['renew', id]).code).toBe(0);
    remote.hook('update', 'exit 0');
    expect(ada.json(['done', id])).toMatchObject({ tasks: [{ status: 'completed' }] });
    expect(remote.at()).toBe(ada.tip());
  });

  test('never asks with tasks.claim=local, and is provisional', () => {
    const {
      remote,
      ada,
      ids: [id = ''],
    } = twoClones('A');
    git(ada.folder, 'config', 'tasks.claim', 'local');
    const before = remote.at();
    expect(claim(ada, id)).toMatchObject({ claimed: { certainty: 'provisional', reason: 'tasks.claim is local' } });
    expect(remote.at()).toBe(before);
  });

  test('has no one to ask, and no doubt, while the ledger is in one repository only', () => {
    const ada = scratchRemote().clone('ada');
    ada.json(['init']);
    expect(claim(ada, ada.add('A'))).toMatchObject({ claimed: { certainty: 'local' }, task: { certainty: 'local' } });
    git(ada.folder, 'config', 'tasks.claim', 'remote');
    ada.add('B');
    expect(ada.failure(['next'])).toMatchObject({ code: 'remote' });
  });

  test('waits no longer than its bound for a remote that is silent', async () => {
    const {
      ada,
      ids: [id = ''],
    } = twoClones('A');
    const server = createServer(() => undefined).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    git(ada.folder, 'config', 'remote.origin.url', `git://127.0.0.1:${port}/remote.git`);
    git(ada.folder, 'config', 'tasks.claimTimeout', '700');
    const begun = performance.now();
    const said = await output(ada.folder, ['claim', id, '--as', 'ada', '--json']);
    expect(JSON.parse(said)).toMatchObject({ claimed: { certainty: 'provisional', reason: /timed out/ } });
    // One silent push, and one last look of at most two seconds.
    expect(performance.now() - begun).toBeLessThan(8000);
  });

  test.each([
    ['git', {}],
    ['nothing but node', { PATH: '' }],
  ])('goes over http with %s', async (_, env) => {
    const {
      remote,
      ada,
      ben,
      ids: [id = ''],
    } = twoClones('A');
    const server = await serveHttp(remote.folder);
    git(ada.folder, 'config', 'remote.origin.url', server.url());
    const options = 'PATH' in env ? { env: { PATH: pathWithoutGit() } } : {};
    const said = await output(ada.folder, ['claim', id, '--as', 'ada', '--json'], options.env);
    expect(JSON.parse(said)).toMatchObject({ claimed: { certainty: 'confirmed' } });
    expect(ben.failure(['claim', id])).toMatchObject({ code: 'claimed' });
  });

  test('is confirmed over http although the connection was cut after the push had arrived', async () => {
    const {
      remote,
      ada,
      ids: [id = ''],
    } = twoClones('A');
    const server = await serveHttp(remote.folder);
    git(ada.folder, 'config', 'remote.origin.url', server.url());
    server.become({ cutAfter: 1 });
    const said = JSON.parse(await output(ada.folder, ['claim', id, '--as', 'ada', '--json'])) as ClaimJson;
    // Every answer is cut, that of the last look too: nothing is known, so nothing is promised.
    expect(said.claimed?.certainty).toBe('provisional');
    server.become({});
    expect(ada.sync()).toMatchObject({ conflicts: 0 });
    expect(ada.json(['show', id])).toMatchObject({ task: { owner: 'ada', certainty: 'confirmed', conflicts: [] } });
  });
});

describe('a provisional claim', () => {
  test('is confirmed by the next sync of its holder', () => {
    const {
      remote,
      ada,
      ids: [id = ''],
    } = twoClones('A');
    remote.hook('update', 'exit 1');
    claim(ada, id);
    remote.hook('update', 'exit 0');
    expect(ada.sync()).toMatchObject({ confirmed: [id], tip: remote.at() });
    expect(fileOf(ada, id)).not.toContain('provisional');
  });

  test('is confirmed by claiming again, too', () => {
    const {
      remote,
      ada,
      ids: [id = ''],
    } = twoClones('A');
    remote.hook('update', 'exit 1');
    claim(ada, id);
    remote.hook('update', 'exit 0');
    expect(claim(ada, id)).toMatchObject({ claimed: { certainty: 'confirmed' } });
    expect(remote.at()).toBe(ada.tip());
  });

  test('loses to a confirmed one, and both parties are told once, each at their next command', () => {
    const {
      ada,
      ben,
      ids: [id = ''],
    } = twoClones('A');
    git(ben.folder, 'config', 'tasks.claim', 'local');
    claim(ben, id);
    claim(ada, id);
    ben.sync();
    const told = ben.json<ClaimJson>(['list']).notices ?? [];
    expect(told).toMatchObject([/your claim \(term 1\) has lost to ada \(term 1\)/]);
    expect(ben.json<ClaimJson>(['list']).notices).toBeUndefined();
    ada.sync();
    const { stderr } = ada.run(['ready']);
    expect(stderr).toMatch(/you hold it, and ben \(term 1\) has lost it to you/);
    expect(ada.run(['ready']).stderr).not.toMatch(/has lost/);
  });
});

describe('an ex-holder', () => {
  /** Ben has taken over what Ada still believes to hold. */
  function takenOver(): ReturnType<typeof twoClones> & { id: string } {
    const made = twoClones('A');
    const [id = ''] = made.ids;
    made.ada.json(['claim', id, '--lease', '1s']);
    git(made.ben.folder, 'config', 'tasks.claimTimeout', '5000');
    const until = Date.now() + 2200;
    while (Date.now() < until);
    made.ben.sync();
    expect(claim(made.ben, id)).toMatchObject({ claimed: { certainty: 'confirmed' }, task: { claim: { term: 2 } } });
    return { ...made, id };
  }

  test.each(['renew', 'done', 'release'])('learns from the remote that %s comes too late', (verb) => {
    const { ada, id } = takenOver();
    expect(ada.failure([verb, id])).toMatchObject({ code: 'claimed', message: /ben, term 2, until / });
    expect(ada.run([verb, id]).code).toBe(4);
  });

  test('loses offline work to the newer term, keeps it as a conflict, and both hear of it', () => {
    const { remote, ada, ben, id } = takenOver();
    git(ada.folder, 'config', 'tasks.claim', 'local');
    ada.json(['done', id, '--result', 'too late']);
    git(ada.folder, 'config', '--unset', 'tasks.claim');
    expect(ada.sync()).toMatchObject({ conflicts: 1 });
    expect(ada.run(['list']).stderr).toMatch(/your claim \(term 1\) has lost to ben \(term 2\)\. .*status, result/);
    ben.sync();
    expect(ben.run(['list']).stderr).toMatch(/you hold it, and ada \(term 1\) has lost it to you\. .*status, result/);
    expect(ben.json(['show', id])).toMatchObject({ task: { status: 'in_progress', owner: 'ben' } });
    expect(remote.at()).toBe(ben.tip());
  });

  test('is refused nothing by reading, and may add notes', () => {
    const { ada, id } = takenOver();
    ada.sync();
    expect(ada.run(['show', id]).code).toBe(0);
    expect(ada.run(['note', id, 'I had begun']).code).toBe(0);
    expect(ada.failure(['set', id, '--subject', 'Mine'])).toMatchObject({ code: 'claimed', owner: 'ben' });
    expect(ada.run(['set', id, '--subject', 'Mine', '--force', '--reason', 'agreed']).code).toBe(0);
  });
});

describe('stale', () => {
  test('lists what has run out, who had it, and since when', () => {
    const {
      ada,
      ids: [a = '', b = ''],
    } = twoClones('A', 'B');
    ada.json(['claim', a, '--lease', '1s']);
    ada.json(['claim', b]);
    const until = Date.now() + 2200;
    while (Date.now() < until);
    const { tasks: rows, total } = ada.json<{ tasks: object[]; total: number }>(['stale']);
    expect(total).toBe(1);
    expect(rows).toMatchObject([
      { id: a, why: 'expired', owner: 'ada', mine: true, since: /Z$/, seconds: expect.any(Number) as number },
    ]);
    expect(ada.run(['stale']).stdout).toMatch(/expired \d+s ago +ada \(you\), term 1 +A/);
  });
});

/** The output of git-tasks while this process goes on: its servers have to answer. Fails unless it exits with 0. */
async function output(folder: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const child = spawn(process.execPath, [EXECUTABLE, ...args], { cwd: folder, env: { ...process.env, ...env } });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { git, type RunOptions } from '../support/git.ts';
import { type Clone, type Remote, sharedLedger, type SyncJson } from '../support/shared-remote.ts';
import { pathWithoutGit, serveDaemon, serveHttp, serveSsh } from './support/git-servers.ts';

/** Another clone, whose remote has this address. */
function cloneFrom(remote: Remote, url: string): Clone {
  const far = remote.clone('far');
  git(far.folder, 'update-ref', '-d', 'refs/remotes/origin/tasks');
  git(far.folder, 'remote', 'set-url', 'origin', url);
  return far;
}

/** Syncs back and forth between two clones; the first perhaps in another environment. */
function expectExchange({ far, near }: { readonly far: Clone; readonly near: Clone }, options: RunOptions = {}): void {
  const sync = (): SyncJson => far.json<SyncJson>(['sync'], options);
  expect(sync()).toMatchObject({ scenarios: [{ number: 7 }], received: 2 });
  far.json(['add', 'By far'], options);
  near.add('By near');
  near.sync();
  expect(sync()).toMatchObject({ scenarios: [{ number: 4 }], received: 1, sent: 2 });
  expect(sync()).toMatchObject({ scenarios: [{ number: 1 }], sent: 0 });
  near.sync();
  expect(near.tip()).toBe(far.tip());
  expect(near.subjects()).toEqual(['By far', 'By near', 'First']);
  git(far.folder, 'fsck', '--strict');
}

describe.each(['with git', 'without git'])('sync over http %s', (how) => {
  const options = (): RunOptions => (how === 'with git' ? {} : { env: { PATH: pathWithoutGit() } });

  test('exchanges', async () => {
    const { remote, ada } = sharedLedger();
    const { url } = await serveHttp(remote.folder);
    expectExchange({ far: cloneFrom(remote, url()), near: ada }, options());
  });

  test('uses the credentials of the address, and says so when they are wrong, without a prompt', async () => {
    const { remote, ada } = sharedLedger();
    const { url } = await serveHttp(remote.folder, { credentials: 'ada:secret' });
    const far = cloneFrom(remote, url('ada:secret'));
    expectExchange({ far, near: ada }, options());
    for (const address of [url(), url('ada:wrong')]) {
      git(far.folder, 'remote', 'set-url', 'origin', address);
      expect(far.failure(['sync'], options())).toMatchObject({ code: 'remote', trouble: 'authentication' });
    }
  });

  test('leaves everything as it was when the server vanishes in the middle, and then goes on', async () => {
    const { remote, ada } = sharedLedger();
    const { url, become } = await serveHttp(remote.folder);
    const far = cloneFrom(remote, url());
    far.json(['sync'], options());
    for (let i = 0; i < 3; i++) ada.add(`Task ${i} ${'x'.repeat(200)}`);
    ada.sync();
    far.json(['add', 'By far'], options());
    const before = far.tip();
    for (const cutAfter of [0, 5, 200, 600]) {
      become({ cutAfter });
      expect(far.failure(['sync'], options())).toMatchObject({ code: 'remote' });
      expect(far.tip()).toBe(before);
    }
    git(far.folder, 'fsck', '--strict');
    expect(readdirSync(join(far.folder, '.git/git-tasks')).filter((name) => name.startsWith('incoming'))).toEqual([]);
    become({});
    expect(far.json(['sync'], options())).toMatchObject({ received: 3, sent: 2 });
  });

  test('reports a server that takes no pushes, and keeps what came', async () => {
    const { remote, ada } = sharedLedger();
    const { url } = await serveHttp(remote.folder, { forbidPush: true });
    const far = cloneFrom(remote, url());
    far.json(['sync'], options());
    ada.add('By near');
    ada.sync();
    far.json(['add', 'By far'], options());
    const { code, stdout } = far.run(['sync', '--json'], options());
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ received: 1, refused: { trouble: 'refused' } });
  });

  test('travels on another branch where the host refuses the ledger by a rule', async () => {
    const { remote } = sharedLedger();
    const { url } = await serveHttp(remote.folder);
    const far = cloneFrom(remote, url());
    far.json(['sync'], options());
    remote.hook('update', 'case $1 in refs/heads/tasks) echo "no, says the host"; exit 1;; esac');
    git(far.folder, 'config', 'tasks.fallbackRef', 'auto');
    far.json(['add', 'By far'], options());
    const travelsOn = 'refs/heads/tasks-inbox/far';
    const refused = { travelsOn, reason: expect.stringContaining('no, says the host') };
    expect(far.json(['sync'], options())).toMatchObject({ refused, sent: 1 });
    expect(remote.at(travelsOn)).toBe(far.tip());
  });
});

describe('sync over other protocols', () => {
  test('git daemon: exchanges', async () => {
    const { remote, ada } = sharedLedger();
    expectExchange({ far: cloneFrom(remote, await serveDaemon(remote.folder)), near: ada });
  });

  test('ssh: exchanges with the right key, and says so with the wrong one', async ({ skip }) => {
    const { remote, ada } = sharedLedger();
    const server = await serveSsh(remote.folder);
    if (server === undefined) return skip('there is no sshd on this machine');
    const far = cloneFrom(remote, server.url);
    expectExchange({ far, near: ada }, { env: { GIT_SSH_COMMAND: server.command('right') } });
    const wrong = { env: { GIT_SSH_COMMAND: server.command('wrong') } };
    expect(far.failure(['sync'], wrong)).toMatchObject({ code: 'remote', trouble: 'authentication' });
  });

  test('needs git for everything but http, and says so', () => {
    const { remote } = sharedLedger();
    const far = cloneFrom(remote, remote.folder);
    expect(far.failure(['sync'], { env: { PATH: pathWithoutGit() } })).toMatchObject({ code: 'unsupported' });
  });
});

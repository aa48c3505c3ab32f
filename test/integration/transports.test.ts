import { describe, expect, test } from 'vitest';
import { git, type RunOptions } from '../support/git.ts';
import { type Clone, sharedLedger, type SyncJson } from '../support/shared-remote.ts';
import { pathWithoutGit, serveDaemon, serveHttp, serveSsh } from './support/git-servers.ts';

/** Syncs back and forth between two clones, of which the first uses another address and perhaps another environment. */
function exchange({ far, near }: { readonly far: Clone; readonly near: Clone }, options: RunOptions = {}): void {
  const sync = (): SyncJson => far.json<SyncJson>(['sync'], options);
  sync();
  far.json(['add', 'By far'], options);
  near.add('By near');
  near.sync();
  expect(sync()).toMatchObject({ scenarios: [{ number: 4 }], received: 1, sent: 2 });
  expect(sync()).toMatchObject({ scenarios: [{ number: 1 }] });
  near.sync();
  expect(near.tip()).toBe(far.tip());
  expect(near.subjects()).toEqual(['By far', 'By near', 'First']);
}

describe('sync over http', () => {
  test('exchanges through git', async () => {
    const { remote, ada } = sharedLedger();
    const { url } = await serveHttp(remote.folder);
    const far = remote.clone('far');
    git(far.folder, 'remote', 'set-url', 'origin', url());
    exchange({ far, near: ada });
  });
});

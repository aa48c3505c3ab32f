/** The remote that claims are agreed on with, and whether they are at all. */
import { TasksError } from '../errors.ts';
import { trackingRef } from '../git/tracking.ts';
import { seenTip } from '../sync/seen.ts';
import { leaseState } from '../lease/lease.ts';
import type { Claim } from '../task/types.ts';
import { remotesOf } from './remotes.ts';
import type { Session } from './session.ts';

/** `auto`: claims wait for the remote, within a bound. `local`: never. `remote`: what is not confirmed is not made. */
export type ClaimMode = 'auto' | 'local' | 'remote';

const MODES: readonly ClaimMode[] = ['auto', 'local', 'remote'];

/** What `tasks.claim` says. Throws `invalid`. */
export function claimMode({ repository: { config } }: Session): ClaimMode {
  const word = config.get('tasks.claim') ?? 'auto';
  const mode = MODES.find((known) => known === word);
  if (mode !== undefined) return mode;
  throw new TasksError('invalid', `the git setting tasks.claim is '${word}'`, {
    hint: `Choose from: ${MODES.join(', ')}`,
    data: { key: 'tasks.claim', value: word },
  });
}

/**
 * The remote that has the ledger, as far as this clone knows: one that is set for it (`tasks.remote`, or git's own setting
 * of the branch), else `origin` or the only one when the branch was seen there.
 */
export async function sharedRemote({ repository, ledger }: Session): Promise<string | undefined> {
  const { config, refs } = repository;
  const remotes = remotesOf(config);
  const branch = ledger.ref.slice('refs/heads/'.length);
  const named = config.get('tasks.remote') ?? config.get(`branch.${branch}.remote`);
  if (named !== undefined) return remotes.includes(named) ? named : undefined;
  const usual = remotes.includes('origin') ? 'origin' : remotes.length === 1 ? remotes[0] : undefined;
  if (usual === undefined) return undefined;
  const seen = (await seenTip(ledger, usual)) ?? (await refs.read(trackingRef(usual, ledger.ref)));
  return seen === undefined ? undefined : usual;
}

/** How sure a claim is. `local`: there is no remote that could have been asked. */
export type Certainty = 'confirmed' | 'provisional' | 'local';

/** How sure a live claim is; undefined for one that is not live. */
export async function certaintyOf(session: Session, claim: Claim | undefined): Promise<Certainty | undefined> {
  if (leaseState(claim, session.world.now()) !== 'live') return undefined;
  if (claim?.provisional === true) return 'provisional';
  return (await sharedRemote(session)) === undefined ? 'local' : 'confirmed';
}

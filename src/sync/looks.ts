/** When this clone has looked at a remote: so that processes beside each other need not all ask it the same. */
import { join } from 'node:path';
import type { Repository } from '../git/ports.ts';
import { privateFolder } from '../ledger/ledger.ts';
import { readNote, writeNote } from '../ledger/private-file.ts';

/** Moments in milliseconds since 1970, by this machine's clock. */
export interface Looks {
  /** When the last look began that brought in what the remote had. */
  readonly looked?: number;
  /** When the last look began, whatever came of it. */
  readonly tried?: number;
}

/** What is known of the looks at a remote. */
export function readLooks(repository: Repository, remote: string): Looks {
  const note = readNote(repository.fs, pathOf(repository, remote));
  const { looked, tried } = (typeof note === 'object' && note !== null ? note : {}) as Record<string, unknown>;
  return { ...(typeof looked === 'number' && { looked }), ...(typeof tried === 'number' && { tried }) };
}

/** Notes a look. */
export function noteLook(
  repository: Repository,
  remote: string,
  { unique, ...looks }: Looks & { readonly unique: string },
): void {
  const value = { ...readLooks(repository, remote), ...looks };
  writeNote(repository.fs, pathOf(repository, remote), { value, unique });
}

/** A name that no other process uses. */
export function uniqueName(world: { random(length: number): Uint8Array }): string {
  return Buffer.from(world.random(6)).toString('hex');
}

function pathOf(repository: Repository, remote: string): string {
  return join(privateFolder(repository), 'looks', encodeURIComponent(remote).replaceAll('.', '%2E'));
}

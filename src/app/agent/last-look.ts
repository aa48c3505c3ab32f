/**
 * What this clone remembers of those who look at the ledger: which state they saw last.
 *
 * Small files in the git folder, derived and safe to delete: whoever has none is told how things stand, and not what is new.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { isSystemFault } from '../../errors.ts';
import { isOid } from '../../git/objects.ts';
import { privateFolder } from '../../ledger/ledger.ts';
import { readNote, writeNote } from '../../ledger/private-file.ts';
import { isTaskId } from '../../task/ids.ts';
import type { TaskId } from '../../task/types.ts';
import { isMap } from '../../task/validate.ts';
import type { Session } from '../session.ts';

/** A task that a session gave back when it ended. `at`: milliseconds since 1970. */
export interface LeftTask {
  readonly id: TaskId;
  readonly at: number;
}

/** What is remembered of one session, or of one actor. All of it may be missing. */
export interface LastLook {
  /** The tip that was seen last. */
  readonly tip?: string;
  /** Everything is to be told again: the agent has forgotten it. */
  readonly isForgotten?: true;
  /** A nudge has been given since the last prompt. */
  readonly isNudged?: true;
  /** At this tip the session held nothing. */
  readonly idleAt?: string;
  /** Of an actor: what its last sessions left unfinished. */
  readonly left?: readonly LeftTask[];
}

/** Whose memory it is. */
export interface Looker {
  readonly kind: 'session' | 'actor';
  readonly name: string;
}

/** How many memories are kept, the latest. */
const KEPT = 100;

/** The memory of a session or an actor; empty where there is none that can be read. */
export function readLook(session: Session, looker: Looker): LastLook {
  const note = readNote(session.repository.fs, pathOf(session, looker));
  if (!isMap(note)) return {};
  const { tip, isForgotten, isNudged, idleAt, left } = note;
  return {
    ...(isTip(tip) && { tip }),
    ...(isForgotten === true && { isForgotten }),
    ...(isNudged === true && { isNudged }),
    ...(isTip(idleAt) && { idleAt }),
    ...(Array.isArray(left) && { left: left.filter(isLeft) }),
  };
}

/** Replaces a memory. Where nothing can be written, it is forgotten. */
export function writeLook(session: Session, looker: Looker, look: LastLook): void {
  const { fs } = session.repository;
  const path = pathOf(session, looker);
  const unique = Buffer.from(session.world.random(6)).toString('hex');
  const isNew = readNote(fs, path) === undefined;
  writeNote(fs, path, { value: look, unique });
  if (isNew) forgetOldest(session);
}

function isTip(value: unknown): value is string {
  return typeof value === 'string' && isOid(value);
}

function isLeft(value: unknown): value is LeftTask {
  return isMap(value) && isTaskId(String(value['id'])) && typeof value['at'] === 'number';
}

function pathOf(session: Session, { kind, name }: Looker): string {
  // Session ids are nearly always file names already, and a hash costs the start of every hook milliseconds.
  const safe = /^[a-z0-9-]{1,80}$/.test(name) ? name : createHash('sha256').update(name).digest('hex').slice(0, 40);
  return join(folderOf(session), `${kind}_${safe}`);
}

function folderOf({ repository }: Session): string {
  return join(privateFolder(repository), 'looks');
}

function forgetOldest(session: Session): void {
  const { fs } = session.repository;
  const folder = folderOf(session);
  try {
    const names = fs
      .readdirSync(folder, { withFileTypes: true })
      .flatMap((entry) => (entry.isFile() ? entry.name : []));
    if (names.length <= KEPT) return;
    const aged = names.map((name) => ({
      name,
      at: fs.statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
    }));
    for (const { name } of aged.sort((a, b) => b.at - a.at).slice(KEPT)) fs.unlinkSync(join(folder, name));
  } catch (error) {
    if (!isSystemFault(error)) throw error;
  }
}

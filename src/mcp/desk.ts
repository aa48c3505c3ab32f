/** The ledger as one server sees it: opened once, under one session, one call after the other. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { heldLeases, releaseLeases, renewLeases } from '../app/keep-claims.ts';
import { openSession, type Session, type SessionOptions } from '../app/session.ts';
import type { World } from '../world.ts';

/** What all calls of a server share. */
export interface Desk {
  /** The name that the client gave itself; acts where nothing else names an actor. */
  client: string | undefined;
  /** The session that the client says it is in, where its environment does not. */
  told: string | undefined;
  /** The opened ledger. Throws `no-repository` and the like as long as it cannot be opened. */
  session(): Promise<Session>;
  /** Runs work when all before it is done: calls of one turn keep their order, and never race each other. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /** Extends the leases that are half over, of what was claimed here or by this session before the server started. */
  keepLeases(): Promise<void>;
  /** Waits for the calls that have begun, and gives back what nobody could go on with. */
  leave(): Promise<void>;
}

/** Opens the desk. Nothing is read yet. */
export function createDesk(world: World, options: SessionOptions): Desk {
  const invented = `mcp-${Buffer.from(world.random(8)).toString('hex')}`;
  // The client tells its name and session after the repository may have been opened.
  const otherwise = {
    get session() {
      return desk.told ?? invented;
    },
    get actor() {
      return desk.client;
    },
  };
  const ledger = createOpener(world, { ...options, otherwise });
  let last: Promise<unknown> = Promise.resolve();
  let tip: string | undefined;
  let renewAt = Infinity;

  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work);
    last = turn.catch(() => undefined);
    return turn;
  };
  const keepLeases = async (): Promise<void> => {
    const opened = await ledger.session();
    const now = (await opened.ledger.tip())?.oid;
    if (now === undefined || opened.isPast) return;
    if (now !== tip) {
      const leases = await heldLeases(opened);
      renewAt = Math.min(...leases.map(({ half }) => half));
      tip = now;
    }
    if (world.now() < renewAt) return;
    await renewLeases(opened);
    tip = undefined;
  };
  const leave = async (): Promise<void> => {
    await last;
    const opened = await ledger.current();
    if (opened === undefined) return;
    // Under a session id that others know, a restarted server goes on; one that was made up here dies with it.
    if (!opened.isPast && opened.author().session === invented) await releaseLeases(opened);
  };
  const desk: Desk = { client: undefined, told: undefined, session: () => ledger.session(), inTurn, keepLeases, leave };
  return desk;
}

/** Opens the ledger when it is first needed, and again when its settings have changed. */
interface Opener {
  session(): Promise<Session>;
  /** What is open; undefined when nothing is. */
  current(): Promise<Session | undefined>;
}

function createOpener(world: World, options: SessionOptions): Opener {
  let opening: Promise<Session> | undefined;
  let settings = '';
  const session = async (): Promise<Session> => {
    try {
      // Remotes, checks and names come and go while a server runs.
      if (opening === undefined || settingsOf(await opening) !== settings) {
        opening = openSession(world, options);
        settings = settingsOf(await opening);
      }
      return await opening;
    } catch (error) {
      // A repository may be made while the server runs.
      opening = undefined;
      throw error;
    }
  };
  return { session, current: async () => opening };
}

/** Another text whenever the settings of the repository have been written. */
function settingsOf({ repository }: Session): string {
  const stats = statSync(join(repository.commonDir, 'config'), { throwIfNoEntry: false });
  return stats === undefined ? '' : `${stats.ino} ${stats.mtimeMs} ${stats.size}`;
}

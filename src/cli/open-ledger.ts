/** Opens the ledger for a verb. Apart from the context, so that the help and the parsing of flags load none of it. */
import { openSession, type Session } from '../app/session.ts';
import type { Context } from './verb.ts';

/** The ledger as the shared flags say. */
export async function openLedger({ world, session }: Context): Promise<Session> {
  return openSession(world, session);
}

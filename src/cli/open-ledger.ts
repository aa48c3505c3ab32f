/** Opens the ledger for a verb. Apart from the context, so that the help and the parsing of flags load none of it. */
import { markTold, unheardNews } from '../app/news.ts';
import { openSession, type Session } from '../app/session.ts';
import type { Context } from './verb.ts';

/** The ledger as the shared flags say. */
export async function openLedger({ world, session }: Context): Promise<Session> {
  const opened = await openSession(world, session);
  const news = await unheardNews(opened);
  for (const { text } of news) session.warn?.(text);
  markTold(opened, news);
  return opened;
}

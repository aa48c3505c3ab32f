/** What a session is told between its turns, and once before it stops. */
import type { HookDecision } from '../../interop/hooks/event.ts';
import { changesSince } from '../agent/changes-since.ts';
import { digestOf } from '../agent/digest.ts';
import { FENCE_RULE, tame } from '../agent/fenced.ts';
import { ownTasks } from '../agent/mine.ts';
import { ownSessions } from '../agent/own-sessions.ts';
import { markTold, unheardNews } from '../news.ts';
import { changeLine, prime, remember } from '../prime.ts';
import type { Session } from '../session.ts';

/** What news may cost, in tokens. */
const NEWS_TOKENS = 200;

/** What a reminder may cost: more, since it comes once in a turn at most, and has to name each task. */
const NUDGE_TOKENS = 400;

/** All that an agent has to know. */
export async function tellAll(session: Session): Promise<HookDecision> {
  const answer = await prime(session);
  return answer === undefined ? {} : { context: answer.text };
}

/** What others have changed since a tip; nothing when it was only the session itself. */
export async function tellNews(session: Session, tip: string): Promise<HookDecision> {
  const now = await session.read();
  const changes = (await changesSince(session, { tip, now, own: ownSessions(session) })) ?? [];
  const lost = await unheardNews(session);
  remember(session, now.tip);
  markTold(session, lost);
  if (changes.length + lost.length === 0) return {};
  const head = `The task ledger has changed since this session last looked. ${FENCE_RULE}`;
  const sections = [
    { title: 'Claims that met another', lines: lost.map(({ text }) => tame(text)), total: lost.length },
    {
      title: 'Changes by others',
      lines: changes.map((change) => changeLine(change, now)),
      total: changes.length,
      note: 'git tasks log',
    },
  ];
  return { context: digestOf({ head, foot: '' }, sections, NEWS_TOKENS).text };
}

/** Reminds a session of what it still holds; `none`: it holds nothing. */
export async function nudge(session: Session): Promise<HookDecision | 'none'> {
  const snapshot = await session.read();
  const own = ownSessions(session);
  const { table } = snapshot;
  // A claim without a session may be that of a person at another terminal, who has the same name.
  const held = ownTasks(session, snapshot).filter(({ id, standing }) => {
    return standing === 'held' && own.has(table.summary(table.rowOf(id)).claim?.session ?? '');
  });
  if (held.length === 0) return 'none';
  const head = `This session still holds unfinished tasks of the task ledger. ${FENCE_RULE}`;
  const foot =
    'Finish them: git tasks done ID --result TEXT. Or say how far they are (note ID TEXT) and give them back (release ID). ' +
    'If they are to stay as they are, stop again: you will not be asked twice.';
  const section = {
    title: 'Unfinished',
    lines: held.map(({ short, subject }) => `${short} ${tame(subject)}`),
    total: held.length,
    note: 'git tasks list --status in_progress',
    // The session is kept from stopping because of them, so it is told of each.
    least: held.length,
  };
  return { nudge: digestOf({ head, foot }, [section], NUDGE_TOKENS).text };
}

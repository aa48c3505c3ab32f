/** Tells the parties of a lost claim, once, at their next command. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { TasksError } from '../errors.ts';
import { FLAG } from '../graph/table.ts';
import { privateFolder } from '../ledger/ledger.ts';
import { readNote, writeNote } from '../ledger/private-file.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import type { Author } from '../ledger/transact.ts';
import { canonicalJson } from '../merge/decision.ts';
import { inWords } from '../task/in-words.ts';
import type { Conflict, JsonValue, Task } from '../task/types.ts';
import type { Session } from './session.ts';

/** A sentence that somebody has not heard yet. */
export interface News {
  readonly text: string;
  /** Notes that it was said. */
  readonly key: string;
}

/** How many keys of what was said are kept: a key is of one conflict and one party. */
const MAX_TOLD = 500;

/** What the caller has not been told of claims that they lost, or won over others. Empty where there is no ledger. */
export async function unheardNews(session: Session): Promise<readonly News[]> {
  if (session.isPast) return [];
  const found = await openQuietly(session);
  if (found === undefined) return [];
  const { snapshot, author } = found;
  const { table } = snapshot;
  const { flags } = table.columns;
  const news: News[] = [];
  // Every command passes here before V8 has compiled it: a look at the column, and no call.
  for (let row = 0; row < table.size; row++) {
    if (((flags[row] ?? 0) & FLAG.conflicts) === 0) continue;
    const task = await snapshot.task(table.id(row));
    for (const conflict of task.conflicts) {
      const text =
        conflict.field === 'claim' ? textFor(author, { task, conflict, short: snapshot.short(task.id) }) : undefined;
      if (text !== undefined) news.push({ text, key: keyOf(author, task, conflict) });
    }
  }
  if (news.length === 0) return [];
  const told = new Set(readTold(session));
  return news.filter(({ key }) => !told.has(key));
}

/** Notes that these were told. */
export function markTold(session: Session, news: readonly News[]): void {
  if (news.length === 0) return;
  const value = [...readTold(session), ...news.map(({ key }) => key)].slice(-MAX_TOLD);
  const unique = Buffer.from(session.world.random(6)).toString('hex');
  writeNote(session.repository.fs, pathOf(session), { value, unique });
}

/** Whoever may not be named, or has no ledger, has no news either: their command itself says what is wrong. */
async function openQuietly(session: Session): Promise<{ snapshot: Snapshot; author: Author } | undefined> {
  try {
    if ((await session.ledger.tip()) === undefined) return undefined;
    return { author: session.author(), snapshot: await session.read() };
  } catch (error) {
    if (error instanceof TasksError) return undefined;
    throw error;
  }
}

interface Lost {
  readonly task: Task;
  readonly conflict: Conflict;
  readonly short: string;
}

function textFor(author: Author, { task, conflict, short }: Lost): string | undefined {
  const [winner, loser] = [partyOf(conflict.kept), partyOf(conflict.other)];
  const fields = [...new Set(task.conflicts.map(({ field }) => field))].filter((field) => field !== 'claim');
  const kept = fields.length === 0 ? '' : ` What was written under it is kept: ${fields.join(', ')}.`;
  const hint = ` See: git tasks resolve ${short}`;
  if (isParty(author, loser)) {
    return `${short}: your claim (term ${loser?.term}) has lost to ${nameOf(winner)}.${kept}${hint}`;
  }
  if (!isParty(author, winner)) return undefined;
  return `${short}: you hold it, and ${nameOf(loser)} has lost it to you.${kept}${hint}`;
}

interface Party {
  readonly owner: string;
  readonly session: string | undefined;
  readonly term: number;
}

function partyOf(value: JsonValue): Party | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { owner, session, term } = value as Readonly<Record<string, unknown>>;
  if (typeof owner !== 'string') return undefined;
  return { owner, session: typeof session === 'string' ? session : undefined, term: Number(term) };
}

function isParty({ actor, session }: Author, party: Party | undefined): boolean {
  return party !== undefined && party.owner === actor && party.session === session;
}

function nameOf(party: Party | undefined): string {
  if (party === undefined) return 'nobody (it was given back or completed)';
  const session = party.session === undefined ? '' : `, session ${inWords(party.session)}`;
  return `${inWords(party.owner)} (term ${party.term}${session})`;
}

function keyOf({ actor, session }: Author, { id }: Task, conflict: Conflict): string {
  const text = canonicalJson([actor, session ?? null, id, { ...conflict }]);
  return createHash('sha256').update(text).digest('hex').slice(0, 20);
}

function readTold(session: Session): string[] {
  const told = readNote(session.repository.fs, pathOf(session));
  return Array.isArray(told) ? told.filter((key) => typeof key === 'string') : [];
}

function pathOf({ repository }: Session): string {
  return join(privateFolder(repository), 'told');
}

/** `prime`: what an agent needs to know of the ledger after a start, a clear or a compaction. */
import { isWork } from '../graph/readiness.ts';
import { FLAG } from '../graph/table.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { changesSince, type TaskChange } from './agent/changes-since.ts';
import { digestOf, type Section } from './agent/digest.ts';
import { FENCE_RULE, tame } from './agent/fenced.ts';
import { type LastLook, type Looker, readLook, writeLook } from './agent/last-look.ts';
import { type OwnTask, ownTasks, type Standing } from './agent/mine.ts';
import { callerOf, ownSessions } from './agent/own-sessions.ts';
import { fitLine } from './agent/token-bound.ts';
import { listTasks } from './list.ts';
import type { Session } from './session.ts';

/** What `prime` may cost when nobody says otherwise, in tokens. */
const PRIME_TOKENS = 400;

export interface PrimeInput {
  /** The most that the text may cost, in tokens; `PRIME_TOKENS` when undefined. */
  readonly tokens?: number | undefined;
}

/** How many there are, and how many of them the text names. */
export interface Told {
  readonly total: number;
  readonly shown: number;
}

/** The answer of `prime`. */
export interface PrimeAnswer {
  readonly text: string;
  readonly open: number;
  readonly mine: Told;
  readonly conflicts: Told;
  /** Changes of others since the last look; none where this is the first. */
  readonly changed: Told;
  readonly ready: Told;
  readonly tip: string;
}

/** A line needs this much at the least, in tokens. */
const MIN_ROW = 8;

/** The most that a name may take in a line, in tokens. */
const MAX_NAME = 16;

/** Tells how things stand, and remembers that it was told. Undefined where there is no ledger. Throws what stops reading. */
export async function prime(session: Session, input: PrimeInput = {}): Promise<PrimeAnswer | undefined> {
  if ((await session.ledger.tip()) === undefined) return undefined;
  const snapshot = await session.read();
  const memory = session.isPast ? {} : memoryOf(session);
  const mine = ownTasks(session, snapshot, memory.left);
  const own = new Set(mine.map(({ id }) => id));
  // What is told as the caller's own is not told again.
  const changes = (await newsFor(session, snapshot, memory)).filter(({ id }) => !own.has(id));
  const conflicts = conflictLines(snapshot, session.onlyList);
  const tokens = input.tokens ?? PRIME_TOKENS;
  const ready = await listTasks(session, { select: 'ready', without: own, limit: Math.ceil(tokens / MIN_ROW) });
  const open = openCount(snapshot, session.onlyList);
  const sections = [
    { title: 'Yours', lines: mine.map(ownLine), total: mine.length },
    { title: 'Conflicts', lines: conflicts, total: conflicts.length, note: 'git tasks resolve ID' },
    {
      title: 'Changed since you last looked',
      lines: changes.map((change) => changeLine(change, snapshot)),
      total: changes.length,
      note: 'git tasks log',
    },
    {
      // What the caller has to claim again is ready, too, and told above.
      title: mine.some(({ standing }) => standing === 'left' || standing === 'lapsed')
        ? 'Ready to start besides yours'
        : 'Ready to start',
      lines: ready.tasks.map(({ id, priority, subject }) => `${snapshot.short(id)} P${priority} ${tame(subject)}`),
      total: ready.total,
      note: 'git tasks ready',
    },
  ] as const satisfies readonly Section[];
  const { text, shown } = digestOf(frameOf(session, snapshot, open), sections, tokens);
  if (!session.isPast) remember(session, snapshot.tip);
  const told = (at: number): Told => ({ total: sections[at]?.total ?? 0, shown: shown[at] ?? 0 });
  return { text, open, mine: told(0), conflicts: told(1), changed: told(2), ready: told(3), tip: snapshot.tip };
}

/** Notes that a session, and with it its actor, has seen a state. What others remember of it stays. */
export function remember(session: Session, tip: string): void {
  for (const looker of lookersOf(session)) {
    const { isForgotten: _told, ...look } = readLook(session, looker);
    if (look.tip === tip && _told === undefined) continue;
    writeLook(session, looker, { ...look, tip });
  }
}

/** Whose memories the caller has: that of the session, where one is known, and that of the actor. */
function lookersOf(session: Session): readonly Looker[] {
  const caller = callerOf(session);
  if (caller === undefined) return [];
  const own: readonly Looker[] = caller.session === undefined ? [] : [{ kind: 'session', name: caller.session }];
  return [...own, { kind: 'actor', name: caller.actor }];
}

/** The line of a change. */
export function changeLine({ id, word, subject, by }: TaskChange, snapshot: Snapshot): string {
  const who = by === undefined ? '' : ` (${shortName(by)})`;
  return `${word} ${snapshot.has(id) ? snapshot.short(id) : id}${who} ${tame(subject)}`;
}

/** A new session goes on where the last one of its actor has stopped. */
function memoryOf(session: Session): LastLook {
  const [first = {}, second = {}] = lookersOf(session).map((looker) => readLook(session, looker));
  return { ...second, ...first };
}

async function newsFor(session: Session, now: Snapshot, { tip }: LastLook): Promise<readonly TaskChange[]> {
  if (tip === undefined || tip === now.tip) return [];
  return (await changesSince(session, { tip, now, own: ownSessions(session) })) ?? [];
}

function conflictLines(snapshot: Snapshot, list: string | undefined): string[] {
  const { table } = snapshot;
  const lines: string[] = [];
  for (let row = 0; row < table.size; row++) {
    if (!table.has(row, FLAG.conflicts) || (list !== undefined && table.listOf(row) !== list)) continue;
    lines.push(`${snapshot.short(table.id(row))} ${tame(table.summary(row).subject)}`);
  }
  return lines;
}

function openCount({ table }: Snapshot, list: string | undefined): number {
  let open = 0;
  for (let row = 0; row < table.size; row++) {
    if (table.isOpen(row) && isWork(table, row) && (list === undefined || table.listOf(row) === list)) open++;
  }
  return open;
}

const STANDING: Readonly<Record<Standing, string>> = {
  held: 'held',
  left: 'left unfinished, claim it again',
  lapsed: 'lease over, claim it again',
  elsewhere: 'in your other session',
};

function ownLine({ short, subject, standing, until }: OwnTask): string {
  const end = until === undefined || standing === 'lapsed' ? '' : ` until ${until.slice(11, 16)}Z`;
  return `${short} [${STANDING[standing]}${end}] ${tame(subject)}`;
}

function frameOf(
  { onlyList }: Session,
  snapshot: Snapshot,
  open: number,
): { readonly head: string; readonly foot: string } {
  const where = onlyList === undefined ? '' : `, list ${onlyList}`;
  const damaged =
    snapshot.damaged.length === 0 ? '' : ` ${snapshot.damaged.length} files cannot be read: git tasks doctor.`;
  return {
    head: `The task ledger of this repository (git tasks${where}): ${open} open.${damaged} ${FENCE_RULE}`,
    foot: 'To go on: git tasks brief ID (all about one), next (claim the best), claim ID, note ID TEXT, done ID --result TEXT, release ID.',
  };
}

/** A name in a line: whoever chose it cannot fill the line with it. */
function shortName(name: string): string {
  return fitLine(tame(name), MAX_NAME);
}

/**
 * What the ledger says to an agent's event. One neutral call in, one neutral decision out.
 *
 * This file is loaded for every event, most of which have no news: it reads the tip and a note of what was seen last, and
 * loads all else when there is something to say.
 */
import { isSystemFault, TasksError } from '../../errors.ts';
import type { HookCall, HookDecision } from '../../interop/hooks/event.ts';
import type { World } from '../../world.ts';
import { type LastLook, type Looker, readLook, writeLook } from '../agent/last-look.ts';
import { openSession, type Session } from '../session.ts';

/** How long the end of a session may take, in milliseconds: agents give it 1.5 s with the start of the program. */
const END_TIME = 1000;

/** Who acts where nobody has given a name, as on a machine for builds. */
const ANYBODY = 'agent';

const NOTHING: HookDecision = {};

/** Decides. Throws what stops the ledger from being read; where there is none, there is nothing to say. */
export async function decide(world: World, call: HookCall): Promise<HookDecision> {
  const session = await openQuietly(worldOf(world, call), call);
  const tip = session && (await session.ledger.tip())?.oid;
  if (session === undefined || tip === undefined) return NOTHING;
  switch (call.kind) {
    case 'before-tool':
      return (await import('./native-tools.ts')).beforeTool(session, call);
    case 'after-tool':
      return (await import('./native-tools.ts')).afterTool(session, call);
    case 'task-created':
      return (await import('./native-tools.ts')).taskCreated(call);
    case 'task-completed':
      return (await import('./native-tools.ts')).taskCompleted(session, call);
    default:
      // Agents within the session come and go; what it holds and knows is the session's.
      return call.isSubagent === true ? NOTHING : decideTurn(session, call, tip);
  }
}

async function decideTurn(session: Session, call: HookCall, tip: string): Promise<HookDecision> {
  const looker = lookerOf(session);
  switch (call.kind) {
    case 'session-start':
      return (await import('./turns.ts')).tellAll(session);
    case 'stop':
      return decideStop(session, looker, { call, tip });
    case 'before-compact':
      writeLook(session, looker, { ...readLook(session, looker), isForgotten: true });
      return NOTHING;
    case 'session-end':
      return endInTime(session);
    default:
      return decideNews(session, looker, { call, tip });
  }
}

interface Moment {
  readonly call: HookCall;
  readonly tip: string;
}

async function decideNews(session: Session, looker: Looker, { call, tip }: Moment): Promise<HookDecision> {
  const look = readLook(session, looker);
  if (call.kind === 'prompt' && look.isNudged === true) writeLook(session, looker, withoutNudge(look));
  if (call.isHeard !== true) return NOTHING;
  const isKnown = look.isForgotten !== true && look.tip !== undefined;
  if (isKnown && look.tip === tip) return NOTHING;
  const { tellAll, tellNews } = await import('./turns.ts');
  const { mirrorAgain } = await import('./native-tools.ts');
  const mirrored = await mirrorAgain(session);
  const told = isKnown && look.tip !== undefined ? await tellNews(session, look.tip) : await tellAll(session);
  const context = [told.context, mirrored.context].filter((text) => text !== undefined).join('\n');
  return context === '' ? NOTHING : { context };
}

function withoutNudge({ isNudged: _over, ...look }: LastLook): LastLook {
  return look;
}

/** At most one nudge in a chain of stops: by what the agent says of the chain, and by our own note of it. */
async function decideStop(session: Session, looker: Looker, { call, tip }: Moment): Promise<HookDecision> {
  if (call.isPaused === true || call.chain === 'continued') return NOTHING;
  const look = readLook(session, looker);
  if ((look.isNudged === true && call.chain !== 'new') || look.idleAt === tip) return NOTHING;
  const { nudge } = await import('./turns.ts');
  const decision = await nudge(session);
  if (decision === 'none') {
    writeLook(session, looker, { ...look, idleAt: tip });
    return NOTHING;
  }
  writeLook(session, looker, { ...look, isNudged: true });
  // Where nothing can be noted, nobody could tell the second time from the first.
  return readLook(session, looker).isNudged === true ? decision : NOTHING;
}

async function endInTime(session: Session): Promise<HookDecision> {
  const { endSession } = await import('./session-end.ts');
  const late = session.world.sleep(END_TIME).then(() => 'late' as const);
  if ((await Promise.race([endSession(session), late])) !== 'late') return NOTHING;
  throw new TasksError('busy', 'The claims of this session could not be given back in time; their leases will end');
}

/** The session's memory; where no session is known, that of its actor. */
function lookerOf(session: Session): Looker {
  const { actor, session: name } = session.author();
  return name === undefined ? { kind: 'actor', name: actor } : { kind: 'session', name };
}

/** The session that the agent names is the one that acts; whoever has set one for us means it. */
function worldOf(world: World, { session }: HookCall): World {
  if (session === undefined) return world;
  const { env } = world;
  const own = {
    GIT_TASKS_SESSION: env['GIT_TASKS_SESSION']?.trim() ? env['GIT_TASKS_SESSION'] : session,
    CLAUDE_CODE_SESSION_ID: session,
  };
  // A copy would call the getters, and opening standard input costs milliseconds.
  return Object.create(world, { env: { value: { ...env, ...own }, enumerable: true } }) as World;
}

/** Undefined where there is no repository to speak of. */
async function openQuietly(world: World, { cwd }: HookCall): Promise<Session | undefined> {
  try {
    return await openSession(world, { dir: cwd, otherwise: { actor: ANYBODY } });
  } catch (error) {
    if (error instanceof TasksError && error.code === 'no-repository') return undefined;
    if (isSystemFault(error)) return undefined;
    throw error;
  }
}

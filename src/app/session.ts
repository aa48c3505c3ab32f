/** What a use case works with: the opened ledger, the list, and who is asking. */
import { TasksError } from '../errors.ts';
import { openRepository } from '../git/open.ts';
import type { Repository } from '../git/ports.ts';
import { resolveRevision } from '../ledger/history.ts';
import { DEFAULT_LIST } from '../ledger/layout.ts';
import { Ledger } from '../ledger/ledger.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import type { Author } from '../ledger/transact.ts';
import { parseDuration } from '../task/duration.ts';
import { isListName } from '../task/ids.ts';
import { normalizeLine } from '../task/text.ts';
import type { Env, World } from '../world.ts';
import { chooseActor, chooseList, chooseSession } from './choices.ts';
import type { CheckWatcher } from './checks/watcher.ts';

/** What every verb can be told. */
export interface SessionOptions {
  /** Where to look for the repository; the current folder when undefined. */
  readonly dir?: string | undefined;
  readonly list?: string | undefined;
  /** The actor, before every other source. */
  readonly as?: string | undefined;
  /** A commit, ref or time to read at. Writing is refused then. */
  readonly at?: string | undefined;
  /** Who acts where nothing else names the actor or the session: a server that was started without a word about it. */
  readonly otherwise?: { readonly actor?: string | undefined; readonly session?: string | undefined } | undefined;
  /** Is told sentences for people that change no outcome. */
  readonly warn?: ((text: string) => void) | undefined;
  /** Is told how the checks of tasks go on. */
  readonly watchChecks?: CheckWatcher | undefined;
}

/** An opened ledger and who uses it. */
export interface Session {
  readonly world: World;
  readonly repository: Repository;
  readonly ledger: Ledger;
  /** The list that new tasks go to. */
  readonly list: string;
  /** The list to read, or undefined when none was named: then all lists count. */
  readonly onlyList: string | undefined;
  /** Whether `--at` was given. */
  readonly isPast: boolean;
  readonly watchChecks: CheckWatcher | undefined;
  /** The state to read: the tip, or what `--at` names. */
  read(): Promise<Snapshot>;
  /** Who writes. Throws `usage` when nobody can be named, or when the session looks at the past. */
  author(): Author;
  /** Length of a new lease in milliseconds. */
  lease(): number;
  /** Tells people a sentence that changes no outcome. */
  readonly warn: (text: string) => void;
}

const DEFAULT_LEASE = '30m';

/** Who has no address of their own gets one that leads nowhere. */
const AGENT_EMAIL = 'agent@git-tasks.invalid';

/** Opens the repository around a folder. Nothing is read of the ledger yet. */
export async function openSession(world: World, options: SessionOptions): Promise<Session> {
  const repository = await openRepository({
    cwd: world.cwd,
    env: world.env,
    dir: options.dir,
    userId: world.userId,
    now: () => world.now(),
    random: (length) => world.random(length),
    sleep: (milliseconds) => world.sleep(milliseconds),
    get identity() {
      return world.identity;
    },
    isRunning: (identity) => world.isRunning(identity),
  });
  return openSessionOf(repository, world, options);
}

/** A session on a repository that is open already. */
export function openSessionOf(repository: Repository, world: World, options: SessionOptions): Session {
  const ledger = new Ledger(repository, world, options.warn);
  const named = chooseList({ env: world.env, config: repository.config, options })?.value;
  const list = named ?? DEFAULT_LIST;
  if (!isListName(list)) {
    throw new TasksError('usage', `${JSON.stringify(list)} cannot name a list`, {
      hint: 'Use letters, digits, ".", "_" and "-", at most 64 characters',
    });
  }
  return {
    world,
    repository,
    ledger,
    list,
    onlyList: named,
    isPast: options.at !== undefined,
    watchChecks: options.watchChecks,
    read: () => readState(ledger, repository, options.at),
    author: () => {
      if (options.at === undefined) return authorOf(world.env, repository, options);
      throw new TasksError('usage', '--at shows the past, which cannot be changed', { hint: 'Leave --at out' });
    },
    warn: options.warn ?? (() => undefined),
    lease: () => parseDuration(repository.config.get('tasks.lease') ?? DEFAULT_LEASE),
  };
}

async function readState(ledger: Ledger, repository: Repository, at: string | undefined): Promise<Snapshot> {
  if (at === undefined) return ledger.open();
  const tip = (await ledger.tip()) ?? (await ledger.open());
  const oid = 'oid' in tip ? tip.oid : tip.tip;
  return ledger.openAt(await resolveRevision(repository, oid, at));
}

/** The session under another name: one agent of several that share it. */
export function actingAs(session: Session, actor: string): Session {
  const author = (): Author => {
    const own = session.author();
    return own.actor === actor ? own : { ...own, actor: normalizeLine(actor), email: AGENT_EMAIL };
  };
  return { ...session, author };
}

/** Who acts, and the session, which is part of who it is where one is known. Throws `usage` when nobody can be named. */
function authorOf(env: Env, { config }: Repository, options: SessionOptions): Author {
  const actor = chooseActor({ env, config, options })?.value ?? '';
  if (actor === '') {
    throw new TasksError('usage', 'Nobody to name as the author of this change', {
      hint: 'Give --as NAME, set GIT_TASKS_ACTOR, or: git config user.name NAME',
    });
  }
  const session = chooseSession({ env, options })?.value;
  const email = actor === config.get('user.name') ? config.get('user.email') : undefined;
  return { actor, email: email ?? AGENT_EMAIL, ...(session !== undefined && { session }) };
}

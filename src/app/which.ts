/** `which`: where everything is, and what decided it. Works without a ledger. */
import { existsSync, readdirSync } from 'node:fs';
import { taskNumber } from '../interop/claude/list-id.ts';
import { configFolder, nativeList } from '../interop/claude/locate.ts';
import { type Choice, chooseActor, chooseList, chooseSession } from './choices.ts';
import { type Enablement, enablementOf } from './enabled.ts';
import type { Session, SessionOptions } from './session.ts';

/** The native list that this list of the ledger maps to. */
export interface NativeChoice {
  readonly id: string;
  /** The list id as it was given, where it had to be made safe: others of the same name are the same list. */
  readonly given?: string;
  readonly from: string;
  readonly folder: string;
  readonly exists: boolean;
  /** Task files in it. */
  readonly files: number;
}

/** The answer of `which`. What nothing decides is null. */
export interface WhichAnswer {
  readonly repository: { readonly gitDir: string; readonly commonDir: string; readonly workTree: string | null };
  readonly ledger: {
    readonly ref: string;
    readonly from: string;
    readonly tip: string | null;
    /** `tracking`: only the remote's copy is here, until the first write. */
    readonly found: 'local' | 'tracking' | null;
  };
  readonly list: Choice;
  /** Whether reading is confined to the list: only where something names one. */
  readonly readsAllLists: boolean;
  readonly actor: Choice | null;
  readonly session: Choice | null;
  readonly claude: { readonly config: Choice; readonly list: NativeChoice | null };
  /** Whether hooks, prime and the mirror of a hook speak and act. */
  readonly agents: Enablement;
}

/** Says which repository, branch, list, actor, session and native list are in use, and why. */
export async function which(session: Session, options: SessionOptions): Promise<WhichAnswer> {
  const { repository, ledger, world } = session;
  const { config, gitDir, commonDir, workTree } = repository;
  const circumstances = { env: world.env, config, options };
  const list = chooseList(circumstances);
  const tip = await ledger.tip();
  return {
    repository: { gitDir, commonDir, workTree: workTree ?? null },
    ledger: {
      ref: ledger.ref,
      from: config.get('tasks.branch') === undefined ? 'default' : 'git config tasks.branch',
      tip: tip?.oid ?? null,
      found: tip?.from ?? null,
    },
    list: list ?? { value: session.list, from: 'default' },
    readsAllLists: list === undefined,
    actor: chooseActor(circumstances) ?? null,
    session: chooseSession(circumstances) ?? null,
    claude: { config: configFolder(world.env), list: nativeChoice(session) ?? null },
    agents: enablementOf(world.env),
  };
}

function nativeChoice({ world }: Session): NativeChoice | undefined {
  const list = nativeList(world.env);
  if (list === undefined) return undefined;
  const { id, given, from, folder } = list;
  const exists = existsSync(folder);
  const files = exists ? readdirSync(folder).filter((name) => taskNumber(name) !== undefined).length : 0;
  const isSafe = given === id || from === 'CLAUDE_CODE_SESSION_ID';
  return { id, ...(!isSafe && { given }), from, folder, exists, files };
}

/**
 * Where a run keeps its outputs, and the record that it lives: `<git folder>/git-tasks/runs/<run>/`.
 *
 * A run that was killed leaves its record. The next one that starts on this machine ends what is left of its processes, gives
 * back its claims, so that nobody has to wait for the leases, and makes room.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { releaseLeases } from '../app/keep-claims.ts';
import type { Session } from '../app/session.ts';
import { isSystemFault } from '../errors.ts';
import { configInteger } from '../git/config.ts';
import { privateFolder } from '../ledger/ledger.ts';
import { readNote, writeNote } from '../ledger/private-file.ts';
import { endStrays } from '../process/strays.ts';
import { toInstant } from '../task/instant.ts';
import { isMap } from '../task/validate.ts';

/** How many runs are kept (`tasks.runKeep`), and how many bytes of each output (`tasks.runLogSize`). */
const KEPT_RUNS = 20;
const LOG_SIZE = 10 * 2 ** 20;

const RECORD = 'run.json';

/** The folder of a run. */
export interface RunFolder {
  readonly run: string;
  /** Absolute. */
  readonly path: string;
  /** Bytes of each output that are kept at most. */
  readonly logSize: number;
  /** Says that the run has ended by itself: it has nothing to give back. */
  finish(): void;
}

/** A name for a run: it sorts by time, and nobody else has it. */
export function newRunId({ world }: Pick<Session, 'world'>): string {
  const time = toInstant(world.now()).replaceAll(/[-:]|\.\d+/g, '');
  return `run-${time}-${Buffer.from(world.random(4)).toString('hex')}`;
}

/** Makes the folder of a run, and removes those of the oldest. Throws the system's error when it cannot be made. */
export function openRunFolder({ repository, world }: Session, run: string): RunFolder {
  const root = runsFolder({ repository });
  const path = join(root, run);
  mkdirSync(path, { recursive: true });
  const record = join(path, RECORD);
  writeNote(repository.fs, record, { value: { identity: world.identity, begun: world.now() }, unique: run });
  const kept = Math.max(1, configInteger(repository.config, 'tasks.runkeep', KEPT_RUNS));
  // Names tell the second only: this run may stand before one that began in the same.
  const others = runNames(root).filter((name) => name !== run);
  for (const old of others.slice(0, Math.max(0, others.length - kept + 1))) {
    if (identityOf({ repository }, old) === undefined) rmSync(join(root, old), { recursive: true, force: true });
  }
  return {
    run,
    path,
    logSize: Math.max(65_536, configInteger(repository.config, 'tasks.runlogsize', LOG_SIZE)),
    finish: () => rmSync(record, { force: true }),
  };
}

/** Gives back what the runs hold that were killed on this machine. Gives their names. */
export async function buryDeadRuns(session: Session, grace: number): Promise<string[]> {
  const { world } = session;
  const root = runsFolder(session);
  const dead = runNames(root).filter((run) => {
    const identity = identityOf(session, run);
    return identity !== undefined && world.isRunning(identity) === false;
  });
  for (const run of dead) {
    // Its warden has done so, unless that was killed as well: no task is started again while the old command lives.
    await endStrays(world, { mark: `${run}/` }, grace);
    await releaseLeases({ ...session, author: () => ({ ...session.author(), session: run }) });
    rmSync(join(root, run, RECORD), { force: true });
  }
  return dead;
}

function runsFolder({ repository }: Pick<Session, 'repository'>): string {
  return join(privateFolder(repository), 'runs');
}

/** Who the record says that the run is; undefined where it has ended by itself. */
function identityOf({ repository }: Pick<Session, 'repository'>, run: string): string | undefined {
  const record = readNote(repository.fs, join(runsFolder({ repository }), run, RECORD));
  const identity = isMap(record) ? record['identity'] : undefined;
  return typeof identity === 'string' ? identity : undefined;
}

/** The oldest first. */
function runNames(root: string): string[] {
  try {
    return readdirSync(root)
      .filter((name) => name.startsWith('run-'))
      .sort();
  } catch (error) {
    if (isSystemFault(error)) return [];
    throw error;
  }
}

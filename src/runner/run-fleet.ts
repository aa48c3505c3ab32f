/**
 * Runs a command for each ready task, many at once, until the graph is done.
 *
 * One loop claims and starts; the tries run beside it. Whatever may have changed what can be done (a try that ended, a commit
 * of anybody's, a moment that has come) wakes the loop, which looks at the state of now and never at what it was told.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import type { Session } from '../app/session.ts';
import { TasksError } from '../errors.ts';
import { allProcesses, markedWith } from '../process/strays.ts';
import type { World } from '../world.ts';
import { type Fleet, tell, warn } from './fleet.ts';
import { driveFleet } from './drive-fleet.ts';
import { impatient } from './impatient.ts';
import { checkCommand, hasPlaceholder } from './placeholders.ts';
import type { RunEnded } from './run-event.ts';
import { buryDeadRuns, newRunId, openRunFolder, type RunFolder } from './run-folder.ts';
import type { RunOptions, RunSummary } from './run-options.ts';
import { startWarden, type Warden } from './warden.ts';
import { mustHaveCommit } from './worktrees.ts';

/**
 * Runs until the end. Throws `usage` for a command that cannot be, `no-ledger` and the like, and what ends any change of the
 * ledger; nothing runs any more then.
 */
export async function runFleet(session: Session, options: RunOptions): Promise<RunSummary> {
  checkCommand(options.command);
  mustFindProgram(session.world, options);
  await session.ledger.open();
  if (options.worktree) mustHaveCommit(session, options.folder);
  const run = newRunId(session);
  const known = new Set(allProcesses());
  const begun = session.world.now();
  const ending = new AbortController();
  const stop = ending.signal;
  const onStop = (): void => ending.abort(options.stop.reason);
  options.stop.addEventListener('abort', onStop);
  if (options.stop.aborted) onStop();
  const watcher = impatient(options.watcher, stop);
  const warden = startWarden(session.world, { run, grace: options.grace });
  let folder: RunFolder | undefined;
  try {
    const dead = await buryDeadRuns(session, options.grace);
    folder = openRunFolder(session, run);
    const world = worldOfRun(session.world, { run, warden, stop, kill: options.kill });
    const author = { ...session.author(), session: run };
    const own: Session = { ...session, world, author: () => author, watchChecks: undefined };
    const fleet: Fleet = { session: own, options: { ...options, stop, watcher }, folder, known };
    for (const name of dead) await warn(fleet, `${name} was killed: what it held is given back`);
    const end = await driveFleet(fleet, () => ending.abort());
    await warden.close();
    return await summarize(fleet, end, begun);
  } finally {
    options.stop.removeEventListener('abort', onStop);
    await warden.close();
    folder?.finish();
  }
}

async function summarize(fleet: Fleet, end: Omit<RunEnded, 'seconds' | 'event'>, begun: number): Promise<RunSummary> {
  const { world } = fleet.session;
  const seconds = Math.max(0, Math.round((world.now() - begun) / 10) / 100);
  await tell(fleet, { event: 'run-ended', seconds, ...end });
  const { outcome, counts } = end;
  return { run: fleet.folder.run, outcome, counts, seconds, folder: fleet.folder.path };
}

interface RunWorld {
  readonly run: string;
  readonly warden: Warden;
  readonly stop: AbortSignal;
  readonly kill: AbortSignal;
}

/**
 * The world in which commands and checks run: the warden knows of their groups, they bear the mark of the run, and checks are
 * interrupted when the run is to stop. Made on top of the other, whose getters must not be read.
 */
function worldOfRun(world: World, { run, warden, stop, kill }: RunWorld): World {
  const onInterrupt: World['onInterrupt'] = (listener) => {
    const end = (): void => listener('SIGTERM');
    for (const signal of [stop, kill]) {
      if (signal.aborted) queueMicrotask(end);
      else signal.addEventListener('abort', end);
    }
    return () => {
      for (const signal of [stop, kill]) signal.removeEventListener('abort', end);
    };
  };
  return Object.create(world, {
    watchGroup: { value: warden.watch },
    onInterrupt: { value: onInterrupt },
    env: { value: { ...world.env, ...markedWith(world.env, `${run}/checks`) } },
  }) as World;
}

/** A program that is not there is told once, and not by each task. */
function mustFindProgram({ env }: World, { command: [program = ''], folder, worktree }: RunOptions): void {
  if (hasPlaceholder(program) || (worktree && program.includes('/') && !isAbsolute(program))) return;
  const path = env['PATH'];
  const places = program.includes('/')
    ? [resolve(folder, program)]
    : path?.split(delimiter).map((place) => join(resolve(folder, place), program));
  // Without a PATH the system has one of its own.
  if (places === undefined || places.some(isExecutable)) return;
  throw new TasksError('usage', `There is no program ${program} to run`, {
    hint: 'Name one that is on the PATH, or its path',
    data: { program },
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

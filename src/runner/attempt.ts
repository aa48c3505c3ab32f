/** One try of a task: its command, from the start to what it comes to. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTail } from '../app/checks/tail.ts';
import type { TaskView } from '../app/task-view.ts';
import { isSystemFault, TasksError } from '../errors.ts';
import { commandEnvironment } from '../process/environment.ts';
import { type Group, startGroup } from '../process/group.ts';
import { limitTime } from '../process/time-limit.ts';
import { endStrays, markedWith } from '../process/strays.ts';
import { type Fleet, tell, warn } from './fleet.ts';
import { createLineSplitter } from './line-splitter.ts';
import { createLogFile, type LogFile } from './log-file.ts';
import { asksFor, fillCommand } from './placeholders.ts';
import type { RunTask, TryEnd } from './run-event.ts';
import { type Claimed, type CommandResult, settleTry } from './settle.ts';
import { openWorktree, taskBranch, type TaskWorktree } from './worktrees.ts';

/** What is tried. */
export interface TryInput {
  readonly task: RunTask;
  readonly view: TaskView;
  readonly slot: number;
  readonly actor: string;
  readonly attempt: number;
}

/** A try that runs. */
export interface Attempt extends TryInput {
  /** Never rejects but for a defect. */
  readonly ended: Promise<TryEnd>;
  /** Asks the command to end. */
  stop(): void;
  /** Kills it. */
  kill(): void;
  /** Says that somebody else has the task now: the command is ended, and nothing is written. */
  lose(): void;
}

/** Bytes of the end of an output that go into the note of a failure. */
const TAIL = 2000;

/** Starts a try. */
export function startAttempt(fleet: Fleet, input: TryInput): Attempt {
  const steering: Steering = { wish: undefined, group: undefined, isLost: false };
  const stop = (): void => {
    steering.wish ??= 'stop';
    steering.group?.stop();
  };
  const kill = (): void => {
    steering.wish = 'kill';
    steering.group?.kill();
  };
  const lose = (): void => {
    if (steering.isLost) return;
    steering.isLost = true;
    stop();
  };
  return { ...input, ended: runTry(fleet, input, steering), stop, kill, lose };
}

/** What is wanted of a command that may not have been started yet. */
interface Steering {
  wish: 'stop' | 'kill' | undefined;
  group: Group | undefined;
  isLost: boolean;
}

async function runTry(fleet: Fleet, input: TryInput, steering: Steering): Promise<TryEnd> {
  const { options, folder } = fleet;
  const { task, slot, attempt, view, actor } = input;
  const path = join(folder.path, `${task.id}.${attempt}.log`);
  const log = createLogFile(path, folder.logSize);
  let place: TaskWorktree | undefined;
  let result: CommandResult;
  try {
    if (options.worktree) place = openWorktree(fleet.session, task.id, options.folder);
    result = await runCommand(fleet, { ...input, path, log, place }, steering);
  } catch (error) {
    if (!(error instanceof TasksError) && !isSystemFault(error)) throw error;
    result = { seconds: 0, tail: '', trouble: `it could not be started: ${error.message}` };
  }
  log.close();
  const failure = log.failure();
  if (failure !== undefined) await warn(fleet, `Not all of the output of ${task.short} was kept: ${failure}`);
  const claimed: Claimed = {
    view,
    actor,
    attempt,
    isLast: attempt > options.retries,
    worktree: place?.folder,
    isLost: () => steering.isLost,
  };
  const settled = await settleTry(fleet, claimed, result);
  const isWell = settled.status === 'completed';
  const kept = isWell ? place?.remove() : undefined;
  if (kept !== undefined) await warn(fleet, kept);
  const { trouble: _trouble, tail, ...end } = result;
  return { task, slot, attempt, ...end, ...settled, ...(tail !== '' && { tail }), ...(log.hasText() && { log: path }) };
}

interface Surroundings extends TryInput {
  readonly path: string;
  readonly log: LogFile;
  readonly place: TaskWorktree | undefined;
}

async function runCommand(fleet: Fleet, input: Surroundings, steering: Steering): Promise<CommandResult> {
  const { session, options } = fleet;
  const { world } = session;
  const tail = createTail(TAIL);
  const show = lineTeller(fleet, input);
  const onOutput = (chunk: Buffer): Promise<void> | undefined => {
    tail.push(chunk);
    input.log.write(chunk);
    return show?.push(chunk);
  };
  const begun = world.now();
  const group = await startGroup(world, { ...commandOf(fleet, input), onOutput, grace: options.grace });
  steering.group = group;
  if (steering.wish !== undefined) group[steering.wish]();
  const late: { timedOut?: true } = {};
  const onTimeout = (): void => {
    late.timedOut = true;
    group.stop();
  };
  if (options.timeout !== undefined) limitTime(group, options.timeout, onTimeout);
  await tellStart(fleet, input, group);
  const { code, signal } = await group.ended;
  await show?.end();
  return {
    ...(code !== null && { exit: code }),
    ...(signal !== null && { signal }),
    ...late,
    seconds: Math.max(0, Math.round((world.now() - begun) / 10) / 100),
    tail: tail.text(),
  };
}

async function tellStart(
  fleet: Fleet,
  { task, slot, attempt, actor, path, place }: Surroundings,
  { leader }: Group,
): Promise<void> {
  const where = place === undefined ? {} : { worktree: place.folder, branch: place.branch };
  await tell(fleet, { event: 'task-started', task, slot, attempt, actor, pid: leader, log: path, ...where });
}

/** The command and its surroundings: all that it is told of its task. */
function commandOf(fleet: Fleet, input: Surroundings): Omit<Parameters<typeof startGroup>[1], 'onOutput' | 'grace'> {
  const { session, options, folder, known } = fleet;
  const { task, view, actor, attempt, place } = input;
  const json = `${JSON.stringify({ contract: 1, task: view })}\n`;
  const jsonFile = join(folder.path, `${task.id}.${attempt}.json`);
  if (asksFor(options.command, 'json-file')) writeFileSync(jsonFile, json, { mode: 0o600 });
  const mark = `${folder.run}/${task.id}.${attempt}`;
  const command = fillCommand(options.command, {
    id: task.id,
    subject: view.subject,
    description: view.description ?? '',
    list: view.list,
    branch: taskBranch(session, task.id),
    'json-file': jsonFile,
  });
  const env = commandEnvironment(session.world.env, {
    ...markedWith(session.world.env, mark),
    GIT_TASKS_ID: task.id,
    GIT_TASKS_LIST: view.list,
    GIT_TASKS_ACTOR: actor,
    GIT_TASKS_SESSION: folder.run,
  });
  return {
    command,
    cwd: place?.folder ?? options.folder,
    env,
    endStrays: () => endStrays(session.world, { mark, known }, options.grace),
    ...(options.stdin && { input: json }),
  };
}

interface LineTeller {
  push(chunk: Buffer): Promise<void>;
  end(): Promise<void>;
}

function lineTeller({ options: { watcher } }: Fleet, { task, slot }: TryInput): LineTeller | undefined {
  const { line } = watcher;
  if (line === undefined) return undefined;
  const splitter = createLineSplitter();
  const say = async (text: string): Promise<void> => {
    const pending = line({ task, slot, text });
    // Most lines are taken at once, and there may be millions.
    if (pending !== undefined) await pending;
  };
  return {
    push: async (chunk) => {
      for (const text of splitter.push(chunk)) await say(text);
    },
    end: async () => {
      const last = splitter.end();
      if (last !== undefined) await say(last);
    },
  };
}

/**
 * Runs one command of the user's configuration with a shell, and leaves no process of it behind.
 *
 * What is kept of an output is its end, since that is where a failure is told.
 */
import { constants } from 'node:os';
import { isSystemError, TasksError } from '../../errors.ts';
import { type Group, type GroupWorld, startGroup } from '../../process/group.ts';
import { limitTime } from '../../process/time-limit.ts';
import type { Env, World } from '../../world.ts';
import { createTail } from './tail.ts';

/** A command and its surroundings. */
export interface CommandInput {
  /** A piece of shell. */
  readonly command: string;
  /** Absolute. */
  readonly cwd: string;
  readonly env: Env;
  /** Milliseconds until it is stopped. */
  readonly timeout: number;
  /** How many bytes of the end of the output are kept. */
  readonly keep: number;
  /** Is given all of the output. */
  readonly onOutput?: ((text: string) => void) | undefined;
}

/** How a command ended. */
export interface CommandEnd {
  /** As in a shell: 128 and the signal's number when a signal ended it. */
  readonly exit: number;
  /** The end of what it wrote to standard output and standard error. */
  readonly output: string;
  /** Why it was stopped from here. */
  readonly stopped?: 'timeout' | 'interrupt';
}

/** How long processes that were asked to end may take, in milliseconds. */
const GRACE = 3000;

/** Runs the command with `sh -c`, without input. Throws `unsupported` where there is no shell. */
export async function runCommand(
  world: GroupWorld & Pick<World, 'onInterrupt'>,
  input: CommandInput,
): Promise<CommandEnd> {
  const tail = createTail(input.keep);
  const decoder = new TextDecoder();
  const onOutput = (chunk: Buffer): void => {
    tail.push(chunk);
    input.onOutput?.(decoder.decode(chunk, { stream: true }));
  };
  const { cwd, env } = input;
  let group: Group | undefined;
  let stopped: CommandEnd['stopped'];
  const stop = (why: 'timeout' | 'interrupt'): void => {
    group?.stop();
    stopped = stopped === 'interrupt' ? stopped : why;
  };
  // Before anything runs: a signal between the start and this would end the program alone.
  const release = world.onInterrupt(() => stop('interrupt'));
  try {
    group = await startShell(world, { command: ['sh', '-c', input.command], cwd, env, onOutput, grace: GRACE });
    if (stopped !== undefined) group.stop();
    limitTime(group, input.timeout, () => stop('timeout'));
    const { code, signal } = await group.ended;
    const exit = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
    return { exit, output: tail.text(), ...(stopped !== undefined && { stopped }) };
  } finally {
    release();
  }
}

async function startShell(...[world, input]: Parameters<typeof startGroup>): Promise<Group> {
  try {
    return await startGroup(world, input);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'EACCES')) throw error;
    throw new TasksError('unsupported', 'Checks need a shell (sh), and there is none that can be started here', {
      cause: error,
    });
  }
}

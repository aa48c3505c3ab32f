/**
 * Runs a command as a process group of its own and leaves no process of it behind.
 *
 * What it started ends with it, also when it is stopped: SIGTERM to all of the group, a grace, SIGKILL. Not with execa: that
 * ends the child alone.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Env, World } from '../world.ts';
import { hasEnded } from './group-members.ts';

/** What of the world a group needs. */
export type GroupWorld = Pick<World, 'signalGroup' | 'watchGroup'>;

/** A command and its surroundings. */
export interface GroupInput {
  /** The program and its arguments. They never pass through a shell's parser. */
  readonly command: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  readonly env: Env;
  /** For standard input, which is empty otherwise. */
  readonly input?: string | undefined;
  /** Is given all of the output. While what it returns is pending, the command can write no more than a pipe holds. */
  readonly onOutput: (chunk: Buffer) => void | Promise<void>;
  /** How long processes that were asked to end may take, in milliseconds. */
  readonly grace: number;
  /** Ends what has left the group; called when nothing is left in it. */
  readonly endStrays?: (() => Promise<void>) | undefined;
}

/** How a group ended. */
export interface GroupEnd {
  /** Exit code; null when a signal ended the command. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A command that runs. */
export interface Group {
  /** The process, which leads the group. */
  readonly leader: number;
  /** Resolves when the command itself has ended; what it started may still run. */
  readonly exited: Promise<void>;
  /** Resolves when nothing of it is left and its output has been given away. */
  readonly ended: Promise<GroupEnd>;
  /** Asks the group to end, and kills what is left after the grace; kills at once when asked again. */
  stop(): void;
  /** Kills the group. */
  kill(): void;
}

/** How long the output may stay open without a word when the command and its group are gone: somebody has left the group. */
const LINGER = 1000;

/** How often to look whether a group has ended, in milliseconds: little for what ends at once, more for the rest. */
const FIRST_LOOK = 2;
const LONGEST_LOOK = 50;

/** When to look first whether all of a group's members have ended and only nobody takes note, in milliseconds; then ever later. */
const CLOSE_LOOK = 50;

/** One pipe for both outputs keeps their order. The command is the arguments and not a part of the script. */
const JOINED = ['sh', '-c', 'exec "$@" 2>&1', 'sh'];

/** Starts a command. Throws the system's error where it cannot be started; one that `sh` cannot find exits with 127. */
export async function startGroup(world: GroupWorld, input: GroupInput): Promise<Group> {
  const [file = '', ...args] = [...JOINED, ...input.command];
  const child = spawn(file, args, {
    cwd: input.cwd,
    env: input.env,
    detached: true,
    stdio: [input.input === undefined ? 'ignore' : 'pipe', 'pipe', 'ignore'],
  });
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const leader = child.pid;
  if (leader === undefined || child.stdout === null) return exited.then(() => Promise.reject(new Error('not started')));
  const forget = world.watchGroup?.(leader);
  giveInput(child, input.input);
  const output = drain(child.stdout, input.onOutput);
  const stop = createStop(world, leader, input.grace);
  const ended = (async (): Promise<GroupEnd> => {
    const [code, signal] = await exited;
    await endGroup(world, leader, input.grace);
    stop.done();
    await input.endStrays?.();
    forget?.();
    await output.settled();
    return { code, signal };
  })();
  return {
    leader,
    exited: exited.then(() => undefined),
    ended,
    stop: stop.now,
    kill: () => void world.signalGroup(leader, 'SIGKILL'),
  };
}

function giveInput({ stdin }: ChildProcess, text: string | undefined): void {
  // EPIPE: it did not want to read it.
  stdin?.on('error', () => undefined).end(text);
}

interface Draining {
  /** Resolves when all has been given away, or when whoever holds the pipe open has left the group and says nothing. */
  settled(): Promise<void>;
}

function drain(stream: Readable, onOutput: GroupInput['onOutput']): Draining {
  const state = { moves: 0, isBusy: false };
  const closed = (async (): Promise<void> => {
    for await (const chunk of stream) {
      state.moves++;
      state.isBusy = true;
      await onOutput(chunk as Buffer);
      state.isBusy = false;
    }
  })().catch((error: unknown) => {
    if (!stream.destroyed) throw error;
  });
  const settled = async (): Promise<void> => {
    const timer = new AbortController();
    for (let before = -1; before !== state.moves || state.isBusy;) {
      before = state.moves;
      const pause = delay(LINGER, 'pause', { signal: timer.signal }).catch(() => 'pause');
      if ((await Promise.race([closed.then(() => 'closed'), pause])) === 'closed') break;
    }
    timer.abort();
    stream.destroy();
  };
  return { settled };
}

/** Ends a group from outside: asks first, insists when asked again or not obeyed. */
function createStop(
  { signalGroup }: GroupWorld,
  leader: number,
  grace: number,
): { readonly now: () => void; readonly done: () => void } {
  let timer: NodeJS.Timeout | undefined;
  return {
    now: () => {
      signalGroup(leader, timer === undefined ? 'SIGTERM' : 'SIGKILL');
      timer ??= setTimeout(() => signalGroup(leader, 'SIGKILL'), grace);
    },
    done: () => clearTimeout(timer),
  };
}

/** Ends what is left of a group whose leader is gone: asks, waits for at most the grace (milliseconds), kills. */
export async function endGroup(
  { signalGroup }: Pick<World, 'signalGroup'>,
  leader: number,
  grace: number,
): Promise<void> {
  if (!signalGroup(leader, 'SIGTERM')) return;
  let pause = FIRST_LOOK;
  let closeLookAt = CLOSE_LOOK;
  for (let waited = 0; waited < grace; waited += pause) {
    await delay(pause);
    if (!signalGroup(leader, 0)) return;
    if (waited >= closeLookAt) {
      if (hasEnded(leader)) return;
      closeLookAt *= 2;
    }
    pause = Math.min(LONGEST_LOOK, pause * 2);
  }
  signalGroup(leader, 'SIGKILL');
}

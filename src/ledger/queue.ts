/**
 * The queue of writers: politeness among our own processes, never correctness.
 *
 * Each writer puts a ticket into a folder and waits until no earlier one is left. Without it, many writers would build
 * the same change again and again and the unlucky would starve. A ticket whose process is gone is removed by whoever
 * stands behind it, and so is one that does not move for too long. Its writer, if it lives, puts it back when it has lost
 * the race for that, and those behind are twice as patient each time: a slow change is made in the end. If the folder is
 * lost, the compare-and-swap still decides alone.
 */
import { dirname, join } from 'node:path';
import { isSystemError, isSystemFault, TasksError } from '../errors.ts';
import type { FileSystem } from '../git/files/file-system.ts';
import type { World } from '../world.ts';

/** What the queue takes from the world. */
export type QueueWorld = Pick<World, 'now' | 'random' | 'sleep' | 'identity' | 'isRunning'>;

/** Where the queue is, and how patient a writer is, in milliseconds. */
export interface QueueOptions {
  readonly fs: FileSystem;
  readonly folder: string;
  /** Longest wait in all; then `busy`. */
  readonly timeout: number;
  /** A first in line that does nothing for this long is overtaken (it may be stopped in a debugger). */
  readonly patience: number;
}

/**
 * The second in line looks this often, in milliseconds. Those behind it can sleep for longer: no change takes less than
 * `TURN`. Fifty processes that all look every few milliseconds would need half a core for that.
 */
const FIRST_PAUSE = 2;
const TURN = 4;
const LONGEST_PAUSE = 100;

/** After this long, and then this often, a waiter asks whether the first in line still runs, in milliseconds. */
const FIRST_CHECK = 10;
const CHECK_EVERY = 100;

/** The name of a ticket that nobody holds; it sorts behind all others. */
const SPARE = 'spare';

/** How often those behind become more patient with one that loses; the last time they wait a minute. */
const MAX_LOSSES = 5;

/** A place in the queue. */
export interface Ticket {
  /** Whether a writer was met that died in the queue, and may have left more than its ticket. */
  readonly metDead: boolean;
  /** Says that somebody else was faster although it was our turn: it is first in line again. */
  lost(): void;
  leave(): void;
}

/** Waits for this process's turn. Throws `busy`, naming who is in front, when the bound is passed. */
export async function waitForTurn(world: QueueWorld, options: QueueOptions): Promise<Ticket> {
  const { fs, folder } = options;
  const start = ticketStart(world);
  let losses = 0;
  const name = (): string => `${start}${losses === 0 ? '' : `+${losses}`}_${world.identity}`;
  const leave = (): void => {
    try {
      fs.renameSync(join(folder, name()), join(folder, SPARE));
    } catch (error) {
      if (!isSystemFault(error)) throw error;
      remove(fs, join(folder, name()));
    }
  };
  const lost = (): void => {
    leave();
    losses = Math.min(MAX_LOSSES, losses + 1);
    makeTicket(options, name());
  };
  if (!makeTicket(options, name())) return { metDead: false, lost, leave };
  try {
    return { metDead: await waitBehind(name(), world, options), lost, leave };
  } catch (error) {
    leave();
    throw error;
  }
}

/** `<time>-<random>`: sorts by time, so that the order of names is the order of the queue. */
function ticketStart(world: QueueWorld): string {
  const time = Math.max(0, world.now()).toString(36).padStart(9, '0');
  return `${time}-${Buffer.from(world.random(4)).toString('hex')}`;
}

/**
 * False where no ticket can be made: a read-only or full disk will be reported by the write itself. The ticket of the
 * writer before is used again: ext4 takes the longer to make a file, the more have been deleted in the last minutes.
 */
function makeTicket({ fs, folder }: QueueOptions, name: string): boolean {
  try {
    fs.renameSync(join(folder, SPARE), join(folder, name));
    return true;
  } catch (error) {
    if (!isSystemFault(error)) throw error;
  }
  for (const make of [false, true]) {
    try {
      if (make) makeFolders(fs, folder);
      fs.closeSync(fs.openSync(join(folder, name), 'wx'));
      return true;
    } catch (error) {
      if (isSystemError(error, 'ENOENT') && !make) continue;
      if (isSystemFault(error)) return false;
      throw error;
    }
  }
  return false;
}

/** Makes the folder and the private one around it, but no repository around that. */
function makeFolders(fs: FileSystem, folder: string): void {
  for (const path of [dirname(folder), folder]) {
    try {
      fs.mkdirSync(path);
    } catch (error) {
      if (!isSystemError(error, 'EEXIST')) throw error;
    }
  }
}

/** Waits until the ticket is the first; whether a dead writer was met. */
async function waitBehind(name: string, world: QueueWorld, options: QueueOptions): Promise<boolean> {
  const wait: Wait = { world, options, waited: 0, metDead: false };
  const passed = new Set<string>();
  for (;;) {
    const before = earlierTickets(options, name).filter((other) => !passed.has(other));
    const [head] = before;
    if (head === undefined) return wait.metDead;
    if ((await waitFor(head, before.length, wait)) === 'gone') continue;
    passed.add(head);
    remove(options.fs, join(options.folder, head));
  }
}

interface Wait {
  readonly world: QueueWorld;
  readonly options: QueueOptions;
  /** What was slept is counted instead of looking at the clock, which may jump. Milliseconds. */
  waited: number;
  metDead: boolean;
}

/** Waits until the first in line has left, is found dead, or has used up our patience. Throws `busy`. */
async function waitFor(head: string, inFront: number, wait: Wait): Promise<'gone' | 'dead' | 'late'> {
  const { world, options } = wait;
  const path = join(options.folder, head);
  const patience = options.patience * 2 ** lossesIn(head);
  // Where one has died, others may have, all at once.
  let check = wait.metDead ? 0 : FIRST_CHECK;
  // Only one file is looked at: with a listing each time, the waiting would take more of the machine than the writing.
  for (let since = 0; isThere(options.fs, path);) {
    if (since >= check) {
      check = since + CHECK_EVERY;
      if (world.isRunning(identityIn(head)) === false) {
        wait.metDead = true;
        return 'dead';
      }
    }
    if (since >= patience) return 'late';
    if (wait.waited >= options.timeout) throw busy(head, inFront, wait.waited);
    // Who takes long will hardly leave in the next moment.
    const shortest = inFront === 1 ? FIRST_PAUSE : TURN * inFront;
    const pause = Math.min(LONGEST_PAUSE, Math.max(shortest, since / 4));
    await world.sleep(pause);
    since += pause;
    wait.waited += pause;
  }
  return 'gone';
}

function isThere(fs: FileSystem, path: string): boolean {
  try {
    return fs.statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (isSystemFault(error)) return false;
    throw error;
  }
}

function earlierTickets({ fs, folder }: QueueOptions, name: string): string[] {
  try {
    const names = fs.readdirSync(folder, { withFileTypes: true }).map((entry) => entry.name);
    return names.filter((other) => other < name).sort();
  } catch (error) {
    if (isSystemFault(error)) return [];
    throw error;
  }
}

/** A ticket that cannot be removed is somebody's behind us to pass, or to find dead. */
function remove(fs: FileSystem, path: string): void {
  try {
    fs.unlinkSync(path);
  } catch (error) {
    if (!isSystemFault(error)) throw error;
  }
}

function identityIn(ticket: string): string {
  return ticket.slice(ticket.indexOf('_') + 1);
}

function lossesIn(ticket: string): number {
  return Number(/^[^_]*\+(\d+)_/.exec(ticket)?.[1] ?? 0);
}

function busy(head: string, inFront: number, waited: number): TasksError {
  const [machine, pid] = identityIn(head).split('_');
  return new TasksError('busy', `${inFront} other writer(s) are in front, first process ${pid} on ${machine}`, {
    hint: `Nothing was written. Waited ${Math.round(waited / 1000)} s; try again, or see what that process does`,
    data: { pid: Number(pid), machine, waited },
  });
}

/**
 * The queue of writers: politeness among our own processes, never correctness.
 *
 * Each writer puts a ticket into a folder and waits until no earlier one is left. Without it, many writers would build
 * the same change again and again and the unlucky would starve. A ticket whose process is gone is removed by whoever
 * stands behind it; a ticket that does not move for too long is overtaken; and if the folder is lost, the
 * compare-and-swap still decides alone.
 */
import { closeSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isSystemError, isSystemFault, TasksError } from '../errors.ts';
import type { World } from '../world.ts';

/** What the queue takes from the world. */
export type QueueWorld = Pick<World, 'now' | 'random' | 'sleep' | 'identity' | 'isRunning'>;

/** How patient a writer is, in milliseconds. */
export interface QueueOptions {
  /** Longest wait in all; then `busy`. */
  readonly timeout: number;
  /** A first in line that does nothing for this long is overtaken (it may be stopped in a debugger). */
  readonly patience: number;
}

/** Looks at the folder this often while waiting, in milliseconds: the second in line soonest. */
const FIRST_PAUSE = 1;
const LONGEST_PAUSE = 20;

/** Whether a first in line still runs is asked this often, in milliseconds. */
const CHECK_EVERY = 100;

/** A place in the queue; `leave` gives it up. */
export interface Ticket {
  leave(): void;
}

const NO_TICKET: Ticket = { leave: () => undefined };

/** Waits for this process's turn. Throws `busy`, naming who is in front, when the bound is passed. */
export async function waitForTurn(folder: string, world: QueueWorld, options: QueueOptions): Promise<Ticket> {
  const name = ticketName(world);
  const path = join(folder, name);
  if (!makeTicket(folder, path)) return NO_TICKET;
  const ticket = { leave: () => rmSync(path, { force: true }) };
  try {
    await waitBehind({ folder, name, world, options });
    return ticket;
  } catch (error) {
    ticket.leave();
    throw error;
  }
}

/** `<time>-<random>_<identity>`: sorts by time, so that the order of names is the order of the queue. */
function ticketName(world: QueueWorld): string {
  const time = Math.max(0, world.now()).toString(36).padStart(9, '0');
  return `${time}-${Buffer.from(world.random(4)).toString('hex')}_${world.identity}`;
}

/** False where no ticket can be made: a read-only or full disk will be reported by the write itself. */
function makeTicket(folder: string, path: string): boolean {
  for (const make of [false, true]) {
    try {
      if (make) makeFolders(folder);
      closeSync(openSync(path, 'wx'));
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
function makeFolders(folder: string): void {
  for (const path of [dirname(folder), folder]) {
    try {
      mkdirSync(path);
    } catch (error) {
      if (!isSystemError(error, 'EEXIST')) throw error;
    }
  }
}

interface Place {
  readonly folder: string;
  readonly name: string;
  readonly world: QueueWorld;
  readonly options: QueueOptions;
}

async function waitBehind({ folder, name, world, options }: Place): Promise<void> {
  const overtaken = new Set<string>();
  let first = '';
  let since = 0;
  let checked = 0;
  // What was slept is counted instead of looking at the clock, which may jump.
  for (let waited = 0; ;) {
    const before = earlierTickets(folder, name).filter((other) => !overtaken.has(other));
    const [head] = before;
    if (head === undefined) return;
    if (head !== first) [first, since, checked] = [head, waited, -CHECK_EVERY];
    if (waited - checked >= CHECK_EVERY || checked < 0) {
      checked = waited;
      if (world.isRunning(ownerOf(head)) === false) {
        rmSync(join(folder, head), { force: true });
        continue;
      }
    }
    if (waited - since >= options.patience) overtaken.add(head);
    else if (waited >= options.timeout) throw busy(head, before.length, waited);
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * before.length);
    await world.sleep(pause);
    waited += pause;
  }
}

function earlierTickets(folder: string, name: string): string[] {
  try {
    return readdirSync(folder).filter((other) => other < name).sort();
  } catch (error) {
    if (isSystemFault(error)) return [];
    throw error;
  }
}

function ownerOf(ticket: string): string {
  return ticket.slice(ticket.indexOf('_') + 1);
}

function busy(head: string, inFront: number, waited: number): TasksError {
  const [machine, pid] = ownerOf(head).split('_');
  return new TasksError('busy', `${inFront} other writer(s) are in front, first process ${pid} on ${machine}`, {
    hint: `Nothing was written. Waited ${Math.round(waited / 1000)} s; try again, or see what that process does`,
    data: { pid: Number(pid), machine, waited },
  });
}

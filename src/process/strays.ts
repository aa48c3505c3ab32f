/**
 * Finds processes that have left the group in which they were started, by a mark in the environment that they began with.
 * That needs /proc, so Linux; elsewhere none are found.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { isSystemFault } from '../errors.ts';
import type { Env, World } from '../world.ts';

/** The variable with the marks: one word for each run that the process is a part of. */
const VARIABLE = 'GIT_TASKS_RUN';

/** What is looked for: a run (`<run>/`), or one of its tries (`<run>/<try>`). */
export interface Stray {
  readonly mark: string;
  /** Processes that were there before and cannot be meant: they need not be looked at. */
  readonly known?: ReadonlySet<number> | undefined;
}

/** The variable for what is to be found again, beside the marks that we have ourselves. */
export function markedWith(env: Env, mark: string): Record<string, string> {
  return { [VARIABLE]: `${env[VARIABLE] ?? ''} ${mark}`.trim() };
}

/** The processes of this machine; none where that is unknown. */
export function allProcesses(): number[] {
  try {
    return readdirSync('/proc').filter(isNumber).map(Number);
  } catch (error) {
    if (isSystemFault(error)) return [];
    throw error;
  }
}

/** The processes that bear a mark. */
function strays({ mark, known }: Stray): number[] {
  return allProcesses().filter((pid) => known?.has(pid) !== true && bears(pid, mark));
}

/** Ends the processes that bear a mark: asks, waits for at most the grace (milliseconds), kills. */
export async function endStrays(
  { signalProcess }: Pick<World, 'signalProcess'>,
  stray: Stray,
  grace: number,
): Promise<void> {
  let pause = 2;
  const asked = new Set<number>();
  for (let waited = 0; ; waited += pause) {
    const left = strays(stray);
    if (left.length === 0) return;
    const isLate = waited >= grace;
    // What it starts while it is being ended bears the mark as well, and is asked or killed like the rest.
    for (const pid of left) {
      if (isLate) signalProcess(pid, 'SIGKILL');
      else if (!asked.has(pid)) signalProcess(pid, 'SIGTERM');
      asked.add(pid);
    }
    // One that cannot be killed hangs in the kernel: nobody can wait for that.
    if (waited >= grace + 2000) return;
    await delay(pause);
    pause = Math.min(50, pause * 2);
  }
}

function bears(pid: number, mark: string): boolean {
  const environment = environmentOf(pid);
  if (!environment.includes(mark)) return false;
  const variable = environment.split('\0').find((entry) => entry.startsWith(`${VARIABLE}=`)) ?? '';
  const words = variable.slice(VARIABLE.length + 1).split(' ');
  return words.some((word) => (mark.endsWith('/') ? word.startsWith(mark) : word === mark));
}

/** Empty for a process of somebody else, for one that is gone, and for one that has ended and waits for its parent. */
function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch (error) {
    if (isSystemFault(error)) return '';
    throw error;
  }
}

function isNumber(name: string): boolean {
  return /^\d+$/.test(name);
}

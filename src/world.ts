/**
 * The outside world as one value: clock, randomness, environment, streams.
 *
 * Everything below the front ends takes what it needs from here, so that a test can pin it. `processWorld` is the only
 * reader of `process.*` in the project.
 */
import { randomFillSync } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { isSystemError } from './errors.ts';

/** Environment variables, as `process.env` gives them. */
export type Env = Readonly<Record<string, string | undefined>>;

/** A stream that text is written to, with what is known of its reader. */
export interface Output {
  readonly stream: Writable;
  readonly isTerminal: boolean;
  /** Width of the terminal in columns; undefined where there is none. */
  readonly columns: number | undefined;
}

/** What the program may know of the machine that it runs on. */
export interface World {
  /** Wall clock in milliseconds since 1970 (UTC). For display, leases and `created` only: never for ordering. */
  now(): number;
  /** Fresh random bytes of this length. */
  random(length: number): Uint8Array;
  /** Resolves after this many milliseconds. */
  sleep(milliseconds: number): Promise<void>;
  /** Ignores Ctrl-C until the function that it returns is called: for a program that has the terminal meanwhile. */
  holdInterrupts(): () => void;
  readonly env: Env;
  /** The command that starts this program again, word by word; undefined where it is a part of another program. */
  readonly executable?: readonly string[];
  /** Absolute path of the current folder. */
  readonly cwd: string;
  /** The system's number of the user; undefined where there is none (Windows). */
  readonly userId?: number | undefined;
  /** Names this process among all that were and will be on any machine; goes into file names. */
  readonly identity: string;
  /** Whether the process that an identity names still runs; undefined where this machine cannot tell. */
  isRunning(identity: string): boolean | undefined;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
}

/** The world of the running process. `isProgram`: git-tasks itself runs, and not a program that uses its library. */
export function processWorld({ isProgram = false }: { readonly isProgram?: boolean } = {}): World {
  let identity: string | undefined;
  const [script] = process.argv.slice(1);
  return {
    ...(isProgram && script !== undefined && { executable: [process.execPath, script] }),
    now: () => Date.now(),
    random: (length) => randomFillSync(new Uint8Array(length)),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    holdInterrupts,
    env: process.env,
    cwd: process.cwd(),
    userId: process.geteuid?.(),
    get identity() {
      return (identity ??= processIdentity());
    },
    isRunning: (other) => isRunning(other, (identity ??= processIdentity())),
    // A getter: opening standard input costs milliseconds, and most commands never read it.
    get stdin() {
      return process.stdin;
    },
    stdout: output(process.stdout),
    stderr: output(process.stderr),
  };
}

function output(stream: NodeJS.WriteStream): Output {
  return { stream, isTerminal: stream.isTTY === true, columns: stream.columns };
}

function holdInterrupts(): () => void {
  const ignore = (): void => undefined;
  process.on('SIGINT', ignore);
  return () => void process.off('SIGINT', ignore);
}

/**
 * `<machine>_<pid>_<start>`: the machine is its name, its boot and its process namespace, since a pid means nothing
 * beyond these; the start time tells a process from a later one with the same pid.
 */
function processIdentity(): string {
  const boot = readOr(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8));
  const namespace = readOr(() => readlinkSync('/proc/self/ns/pid').replaceAll(/\D/g, ''));
  const machine = [hostname(), boot, namespace].join('-').replaceAll(/[^A-Za-z0-9.-]/g, '-');
  return `${machine}_${process.pid}_${statOf(process.pid)?.start ?? ''}`;
}

function isRunning(identity: string, own: string): boolean | undefined {
  const [machine, pid, started] = identity.split('_');
  if (machine !== own.split('_')[0] || pid === undefined || !/^\d+$/.test(pid)) return undefined;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    // EPERM: it runs, as somebody else.
    if (!isSystemError(error, 'EPERM')) return false;
  }
  const now = statOf(Number(pid));
  // One that was killed keeps its pid until its parent has taken note, which a careless one never does.
  return now === undefined || (!now.isOver && (started === '' || now.start === started));
}

/**
 * When a process started, in clock ticks since boot (field 22 of /proc/<pid>/stat), and whether it has ended (field 3: a
 * zombie, or dead); undefined where there is no /proc.
 */
function statOf(pid: number): { readonly start: string | undefined; readonly isOver: boolean } | undefined {
  const stat = readOr(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // The second field is the program's name in parentheses and may hold blanks and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return stat === '' ? undefined : { start: fields[19], isOver: ['Z', 'X'].includes(fields[0] ?? '') };
}

/** What only Linux has; elsewhere identities do without it. */
function readOr(read: () => string): string {
  try {
    return read();
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'EACCES', 'ESRCH', 'EINVAL', 'UNKNOWN', 'ENOTDIR', 'EPERM')) return '';
    throw error;
  }
}

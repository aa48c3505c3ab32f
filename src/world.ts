/**
 * The outside world as one value: clock, randomness, environment, streams.
 *
 * Everything below the front ends takes what it needs from here, so that a test can pin it. `processWorld` is the only
 * reader of `process.*` in the project.
 */
import { randomFillSync } from 'node:crypto';
import { fstatSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { isSystemError } from './errors.ts';

/** Environment variables, as `process.env` gives them. */
export type Env = Readonly<Record<string, string | undefined>>;

/** A stream that text is written to, with what is known of its reader. */
export interface Output {
  readonly stream: Writable;
  readonly isTerminal: boolean;
  /** Width of the terminal in columns, as it is now; undefined where there is none. */
  readonly columns: number | undefined;
  /** Height of the terminal in rows, as it is now; undefined where there is none. */
  readonly rows?: number | undefined;
}

/** How a process can be asked to end. */
export type EndSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** What the program may know of the machine that it runs on. */
export interface World {
  /** Wall clock in milliseconds since 1970 (UTC). For display, leases and `created` only: never for ordering. */
  now(): number;
  /** Fresh random bytes of this length. */
  random(length: number): Uint8Array;
  /** Resolves after this many milliseconds, or when the signal is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Ignores Ctrl-C until the function that it returns is called: for a program that has the terminal meanwhile. */
  holdInterrupts(): () => void;
  /**
   * Calls the listener when somebody wants the program to end (Ctrl-C, a hang-up, a plain kill), instead of ending it, until
   * the function that it returns is called.
   */
  onInterrupt(listener: (signal: EndSignal) => void): () => void;
  /**
   * Signals a child that leads a process group of its own, with all of its group; false when nothing is left of it. 0 only
   * asks. Where there are no groups (Windows), the child alone.
   */
  signalGroup(leader: number, signal: 'SIGTERM' | 'SIGKILL' | 0): boolean;
  /** Signals one process; false when it is gone. */
  signalProcess(pid: number, signal: 'SIGTERM' | 'SIGKILL'): boolean;
  /** When a process started, as the system counts it: another one with the same pid gives another text. Undefined: unknown. */
  startOf(pid: number): string | undefined;
  /** Is told of each process group that is started; what it returns is called when nothing is left of the group. */
  readonly watchGroup?: ((leader: number) => () => void) | undefined;
  readonly env: Env;
  /** The command that starts this program again, word by word; undefined where it is a part of another program. */
  readonly executable?: readonly string[];
  /** Absolute path of the current folder. */
  readonly cwd: string;
  /** The system's number of the user; undefined where there is none (Windows). */
  readonly userId?: number | undefined;
  /** Names this process among all that were and will be on any machine; goes into file names. */
  readonly identity: string;
  /** Names those who wait for this program: its parent and, where that is git, git's. Another name: one of them has ended. */
  starters(): string;
  /** Whether the process that an identity names still runs; undefined where this machine cannot tell. */
  isRunning(identity: string): boolean | undefined;
  /** For what lives long: memory near what it holds. Undefined where the process is not ours to tune. */
  readonly keepHeapSmall?: (() => void) | undefined;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  /** All that comes on standard input, in pieces, sooner than `stdin` has it; undefined where it may be a terminal. */
  readonly pipedInput?: (() => AsyncIterable<Uint8Array> | undefined) | undefined;
  readonly stdout: Output;
  readonly stderr: Output;
}

/** The world of the running process. `isProgram`: git-tasks itself runs, and not a program that uses its library. */
export function processWorld({ isProgram = false }: { readonly isProgram?: boolean } = {}): World {
  let identity: string | undefined;
  const [script] = process.argv.slice(1);
  return {
    ...(isProgram && script !== undefined && { executable: [process.execPath, script] }),
    ...(isProgram && { keepHeapSmall }),
    now: () => Date.now(),
    random: (length) => randomFillSync(new Uint8Array(length)),
    sleep,
    holdInterrupts,
    onInterrupt,
    starters,
    signalGroup,
    signalProcess,
    startOf: (pid) => statOf(pid)?.start,
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
    pipedInput,
    stdout: output(process.stdout),
    stderr: output(process.stderr),
  };
}

/** A stream for standard input takes 5 to 10 ms to make: Node loads its sockets for it. */
function pipedInput(): AsyncIterable<Uint8Array> | undefined {
  return fstatSync(0).isCharacterDevice() ? undefined : readInput();
}

async function* readInput(): AsyncGenerator<Uint8Array> {
  for (;;) {
    const piece = Buffer.allocUnsafe(65_536);
    let length: number;
    try {
      length = readSync(0, piece);
    } catch (error) {
      // Whoever made the pipe reads and writes without waiting. A stream can wait.
      if (isSystemError(error, 'EAGAIN')) return yield* process.stdin as AsyncIterable<Buffer>;
      if (isSystemError(error, 'EOF')) return; // how Windows says it
      throw error;
    }
    if (length === 0) return;
    yield piece.subarray(0, length);
  }
}

/**
 * Lets V8 collect early. Left alone it takes ever more room for young objects, because each change makes a few hundred
 * kilobytes of them, and lets old ones pile up before it looks at them. What a run and a server for agents hold is small,
 * and they mostly wait. Measured: `run` over 5,000 tasks 143 -> 96 to 108 MB, a server after 1,000 calls 128 -> 83 MB, the times
 * alike. V8 reads both flags at each collection, so they can be set while a program runs.
 */
function keepHeapSmall(): void {
  // Not imported: `node:v8` costs a short command 2 ms.
  const { setFlagsFromString } = process.getBuiltinModule('node:v8');
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=20');
}

function output(stream: NodeJS.WriteStream): Output {
  return {
    stream,
    isTerminal: stream.isTTY === true,
    get columns() {
      return stream.columns;
    },
    get rows() {
      return stream.rows;
    },
  };
}

function holdInterrupts(): () => void {
  const ignore = (): void => undefined;
  process.on('SIGINT', ignore);
  return () => void process.off('SIGINT', ignore);
}

/** `git tasks` has git between the program and whoever started it; when that one is killed, git goes on waiting. */
function starters(): string {
  const stat = readOr(() => readFileSync(`/proc/${process.ppid}/stat`, 'utf8'));
  const [, name, parent] = /^\d+ \((.*)\) \S (\d+)/s.exec(stat) ?? [];
  return name === 'git' ? `${process.ppid} ${parent}` : String(process.ppid);
}

function onInterrupt(listener: (signal: EndSignal) => void): () => void {
  const signals: readonly EndSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}

function signalGroup(leader: number, signal: 'SIGTERM' | 'SIGKILL' | 0): boolean {
  return signalProcess(process.platform === 'win32' ? leader : -leader, signal);
}

function signalProcess(pid: number, signal: 'SIGTERM' | 'SIGKILL' | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    // EPERM: what is left is not ours to end; of a group of zombies macOS says so too.
    if (isSystemError(error, 'ESRCH', 'EPERM')) return false;
    throw error;
  }
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

/** Leaves neither a timer nor a listener behind: who sleeps again and again on one signal would pile them up. */
function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal?.addEventListener('abort', end);
  });
}

/** A file system that says what it is about to do, so that a test can stop or fail it at every step. */
import { type FileSystem, nodeFileSystem } from '../../../src/git/files/file-system.ts';

/** Names of the calls of a file system. */
export type Call = keyof FileSystem;

const CHANGING: readonly Call[] = [
  'writeSync',
  'fsyncSync',
  'fsync',
  'ftruncateSync',
  'mkdirSync',
  'linkSync',
  'renameSync',
  'unlinkSync',
  'rmdirSync',
  'chmodSync',
  'utimesSync',
];

/** Runs around each call: `run` makes it, or is never called. */
export type Around = (call: Call, args: readonly unknown[], run: (...args: unknown[]) => unknown) => unknown;

/** The machine's file system with `around` at every call. */
export function stepping(around: Around): FileSystem {
  const stepped: Record<string, unknown> = {};
  for (const call of [...CHANGING, ...READING] as const) {
    const original = nodeFileSystem[call] as (...args: unknown[]) => unknown;
    stepped[call] = (...args: unknown[]) => around(call, args, original);
  }
  const sync = stepped['fsync'] as FileSystem['fsync'];
  const fsync: FileSystem['fsync'] = (file, done) => {
    try {
      sync(file, done);
    } catch (error) {
      done(error as Error);
    }
  };
  return { ...stepped, fsync } as unknown as FileSystem;
}

const READING: readonly Call[] = [
  'openSync',
  'closeSync',
  'readSync',
  'fstatSync',
  'statSync',
  'readFileSync',
  'readdirSync',
];

/** Whether a call may change what is on disk. */
export function isChanging(call: Call, args: readonly unknown[]): boolean {
  return CHANGING.includes(call) || (call === 'openSync' && args[1] !== 'r');
}

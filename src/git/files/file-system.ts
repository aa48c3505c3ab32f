/** The file system as one value, so that a test can fail or stop the process at every call. */
import * as nodeFs from 'node:fs';

/** What is known of a path or an open file. Sizes in bytes, `mtimeMs` in milliseconds since 1970. */
export interface FileStats {
  readonly size: number;
  readonly mode: number;
  readonly mtimeMs: number;
  readonly ino: number;
  /** How many names the file has. */
  readonly nlink: number;
  isFile(): boolean;
  isDirectory(): boolean;
}

/** One name in a folder. */
export interface FolderEntry {
  readonly name: string;
  isFile(): boolean;
  isDirectory(): boolean;
}

/** The calls of `node:fs` that the stores use, with the same names and meaning. */
export interface FileSystem {
  openSync(path: string, flags: string, mode?: number): number;
  closeSync(file: number): void;
  readSync(file: number, buffer: Uint8Array, offset: number, length: number, position: number): number;
  writeSync(file: number, bytes: Uint8Array, offset: number, length: number): number;
  fsyncSync(file: number): void;
  fsync(file: number, done: (error: Error | null) => void): void;
  ftruncateSync(file: number, length: number): void;
  fstatSync(file: number): FileStats;
  statSync(path: string, options: { throwIfNoEntry: false }): FileStats | undefined;
  readFileSync(path: string): Buffer;
  readdirSync(path: string, options: { withFileTypes: true }): FolderEntry[];
  mkdirSync(path: string, options?: { recursive: true }): string | undefined;
  linkSync(existing: string, path: string): void;
  renameSync(from: string, to: string): void;
  unlinkSync(path: string): void;
  rmdirSync(path: string): void;
  chmodSync(path: string, mode: number): void;
  utimesSync(path: string, accessed: number, modified: number): void;
}

/** The machine's own file system. */
export const nodeFileSystem: FileSystem = nodeFs;

/** Everything that the `files` backend needs from outside. */
export interface FilesWorld {
  readonly fs: FileSystem;
  /** Milliseconds since 1970. */
  now(): number;
  random(length: number): Uint8Array;
  sleep(milliseconds: number): Promise<void>;
  /** Names this process; goes into file names. Undefined: the locks of this store cannot be told from others'. */
  readonly identity?: string | undefined;
  /** Whether the process that an identity names still runs; undefined where this machine cannot tell. */
  isRunning?(identity: string): boolean | undefined;
}

/** What is made durable before a change is acknowledged (git config `tasks.fsync`). */
export type FsyncPolicy = 'all' | 'refs' | 'none';

/** The bits that `core.sharedRepository` adds to files (`exact`: replaces); undefined leaves all to the umask. */
export interface SharedMode {
  readonly bits: number;
  readonly exact: boolean;
}

/**
 * The ports through which the ledger touches a git repository.
 *
 * They speak git's own words and know nothing of tasks. Every backend passes the contract suite in `test/contract`.
 */
import type { FileSystem } from './files/file-system.ts';

/** An object id in lower-case hex: 40 digits (SHA-1) or 64 (SHA-256). */
export type Oid = string;

export type ObjectType = 'blob' | 'tree' | 'commit' | 'tag';

/** One object, inflated, without its header. */
export interface GitObject {
  readonly type: ObjectType;
  readonly data: Uint8Array;
}

/** One object to be stored; `oid` is the hash that `ObjectStore.hash` gives for it. */
export interface NewObject extends GitObject {
  readonly oid: Oid;
  /** An earlier object that it resembles: a store may write it as a difference from that, or pay no heed. */
  readonly like?: Oid | undefined;
}

/** Content-addressed storage of git objects. */
export interface ObjectStore {
  /** Length of an id in hex digits. */
  readonly oidLength: 40 | 64;
  /** The id that this object has in this repository. Pure. */
  hash(type: ObjectType, data: Uint8Array): Oid;
  /** The object, or undefined when the repository does not have it. Throws `damaged` when what is stored is torn. */
  read(oid: Oid): Promise<GitObject | undefined>;
  /** Like `read` for many ids, results in their order. A backend makes this cheaper than a loop where it can. */
  readMany(oids: readonly Oid[]): Promise<(GitObject | undefined)[]>;
  /** Whether the object is there and whole as far as a cheap look can tell. */
  has(oid: Oid): Promise<boolean>;
  /**
   * Stores objects, all of them durable (as `tasks.fsync` says) when it resolves. An object that is there already is
   * not written again. A crash in between leaves only unreachable objects, never a torn one under a valid name.
   */
  write(objects: readonly NewObject[]): Promise<void>;
  /** The commits at which the history of a shallow clone ends: their parents are not here. Undefined: it never is. */
  shallow?(): ReadonlySet<Oid>;
}

/** What a ref update leaves in the reflog. */
export interface RefLog {
  readonly name: string;
  readonly email: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly message: string;
}

export interface RefUpdate {
  /** Full name, e.g. `refs/heads/tasks`. */
  readonly ref: string;
  /** The value that the ref must have now; null when it must not exist. */
  readonly expected: Oid | null;
  /** The new value; null deletes the ref. */
  readonly next: Oid | null;
  readonly log: RefLog;
}

/** `stale`: the ref had another value (`actual`), nothing was written. A lost race is a value, not an exception. */
export type RefUpdateResult =
  | { readonly status: 'updated' }
  | { readonly status: 'stale'; readonly actual: Oid | null };

/** Named pointers. `compareAndSwap` is the one arbiter of every race on a machine. */
export interface RefStore {
  /** The object id that the ref resolves to (symbolic refs are followed), or undefined. */
  read(ref: string): Promise<Oid | undefined>;
  /** All refs whose full name starts with the prefix, by name, sorted. */
  list(prefix: string): Promise<ReadonlyMap<string, Oid>>;
  /** Moves the ref if it has the expected value. Throws `busy` when another process holds its lock for too long. */
  compareAndSwap(update: RefUpdate): Promise<RefUpdateResult>;
}

/** What is asked of a remote: one branch, and branches under a prefix. */
export interface FetchRequest {
  /** Name of a configured remote. */
  readonly remote: string;
  /** Full name of the branch's ref. */
  readonly ref: string;
  /** Also fetches the branches whose full name starts with this; it ends with `/`. */
  readonly prefix?: string | undefined;
  /** Fetches what a shallow clone left out of the branch's history, too. */
  readonly deepen?: boolean;
}

/** What a remote has now. The objects are here, and the tracking refs say the same. */
export interface Fetched {
  /** The value of the branch; null when the remote does not have it. */
  readonly tip: Oid | null;
  /** The branches under the prefix, by full name. */
  readonly others: ReadonlyMap<string, Oid>;
}

export interface PushRequest {
  readonly remote: string;
  /** Full name of the ref on the remote. */
  readonly ref: string;
  /** The value that the remote must have now; null when it must not have the ref. */
  readonly expected: Oid | null;
  /** The new value, a descendant of the expected one; null deletes the ref. */
  readonly next: Oid | null;
}

/** Why a remote cannot be used, as far as anybody can tell. */
export type RemoteTrouble = 'unreachable' | 'authentication' | 'not found' | 'refused' | 'failed';

/** `stale`: the remote had another value. `refused`: it does not take this ref from us; `reason` holds its words. */
export type PushResult =
  | { readonly status: 'pushed' }
  | { readonly status: 'stale' }
  | { readonly status: 'refused'; readonly trouble: RemoteTrouble; readonly reason: string };

/** The way to other repositories. Failures are `remote`, with the `trouble` among their data. */
export interface Transport {
  fetch(request: FetchRequest): Promise<Fetched>;
  /** Moves one ref of the remote by compare-and-swap. Never asks a person for anything. */
  push(request: PushRequest): Promise<PushResult>;
}

/** Git configuration as `git config` would show it: the last value of a key wins, section and key in lower case. */
export interface GitConfig {
  /** The last value of `section.key` or `section.Sub.key`, or undefined. A key without `=` is the text `true`. */
  get(key: string): string | undefined;
  /** All values of the key, in order. */
  getAll(key: string): readonly string[];
  /** All keys that start with the prefix (normalised), with their last values. */
  entries(prefix: string): ReadonlyMap<string, string>;
}

/** An opened repository: where it is, how it is set up, and its ports. */
export interface Repository {
  /** The folder that linked worktrees share (`commondir`). Absolute. The ledger's private files live under it. */
  readonly commonDir: string;
  /** The folder of this worktree's HEAD: the same as `commonDir` in the main worktree. Absolute. */
  readonly gitDir: string;
  /** Top of the checked-out files, or undefined in a bare repository. Absolute. */
  readonly workTree: string | undefined;
  readonly config: GitConfig;
  /** The file system that these folders are on. */
  readonly fs: FileSystem;
  readonly objects: ObjectStore;
  readonly refs: RefStore;
  /** The ref that the HEAD of a worktree (its git folder) names, where no file `HEAD` says so: in a reftable. */
  headOf?(gitDir: string): string | undefined;
}

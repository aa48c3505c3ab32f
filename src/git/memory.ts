/** A repository in memory: for tests and dry runs. It keeps the ports honest. */
import { invariant } from '../errors.ts';
import { configFromEntries } from './config.ts';
import { nodeFileSystem } from './files/file-system.ts';
import { hashObject } from './objects.ts';
import type {
  GitObject,
  NewObject,
  ObjectStore,
  ObjectType,
  Oid,
  RefLog,
  RefStore,
  RefUpdate,
  RefUpdateResult,
  Repository,
} from './ports.ts';
import { assertRefName, refNameConflict, refNameTaken } from './ref-name.ts';

/** Objects in a map. Data is copied on the way in, so that a caller's buffer may be used again. */
export class MemoryObjectStore implements ObjectStore {
  readonly oidLength = 40;
  readonly #objectsByOid = new Map<Oid, GitObject>();

  /** How many objects it holds. */
  get size(): number {
    return this.#objectsByOid.size;
  }

  hash(type: ObjectType, data: Uint8Array): Oid {
    return hashObject(type, data);
  }

  async read(oid: Oid): Promise<GitObject | undefined> {
    return this.#objectsByOid.get(oid);
  }

  async readMany(oids: readonly Oid[]): Promise<(GitObject | undefined)[]> {
    return oids.map((oid) => this.#objectsByOid.get(oid));
  }

  async has(oid: Oid): Promise<boolean> {
    return this.#objectsByOid.has(oid);
  }

  async write(objects: readonly NewObject[]): Promise<void> {
    for (const { oid, type, data } of objects) {
      if (this.#objectsByOid.has(oid)) continue;
      invariant(oid === hashObject(type, data), `${oid} is the id of the ${type} that is stored under it`);
      this.#objectsByOid.set(oid, { type, data: Uint8Array.from(data) });
    }
  }
}

/** One line of a reflog in memory. */
export interface MemoryLogEntry extends RefLog {
  readonly ref: string;
  readonly from: Oid | null;
  readonly to: Oid | null;
}

/** Refs in a map. Every update is one synchronous step, so it is atomic. */
export class MemoryRefStore implements RefStore {
  /** What was logged, oldest first. */
  readonly log: MemoryLogEntry[] = [];
  readonly #oidByRef = new Map<string, Oid>();

  async read(ref: string): Promise<Oid | undefined> {
    assertRefName(ref);
    return this.#oidByRef.get(ref);
  }

  async list(prefix: string): Promise<ReadonlyMap<string, Oid>> {
    const entries = [...this.#oidByRef].filter(([ref]) => ref.startsWith(prefix));
    return new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  async compareAndSwap({ ref, expected, next, log }: RefUpdate): Promise<RefUpdateResult> {
    assertRefName(ref);
    const actual = this.#oidByRef.get(ref) ?? null;
    if (actual !== expected) return { status: 'stale', actual };
    if (actual === next) return { status: 'updated' };
    if (next === null) {
      this.#oidByRef.delete(ref);
      return { status: 'updated' };
    }
    const other = actual === null ? refNameConflict(ref, this.#oidByRef.keys()) : undefined;
    if (other !== undefined) throw refNameTaken(ref, other);
    this.#oidByRef.set(ref, next);
    this.log.push({ ...log, ref, from: actual, to: next });
    return { status: 'updated' };
  }
}

/** A repository whose stores can be looked into. */
export interface MemoryRepository extends Repository {
  readonly objects: MemoryObjectStore;
  readonly refs: MemoryRefStore;
}

/** How a repository in memory is set up. */
export interface MemoryOptions {
  /** Configuration by key, e.g. `{ 'user.name': 'Ada' }`. */
  readonly config?: Readonly<Record<string, string>>;
  /** Where private files of the ledger would go. Default: a folder that does not exist. */
  readonly commonDir?: string;
}

/** Creates an empty bare repository in memory. */
export function createMemoryRepository(options: MemoryOptions = {}): MemoryRepository {
  const commonDir = options.commonDir ?? '/nonexistent/memory.git';
  return {
    commonDir,
    gitDir: commonDir,
    workTree: undefined,
    config: configFromEntries(Object.entries(options.config ?? {})),
    fs: nodeFileSystem,
    objects: new MemoryObjectStore(),
    refs: new MemoryRefStore(),
  };
}

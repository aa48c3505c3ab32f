/**
 * The object store of the `files` backend: SHA-1, loose objects and packs, alternates.
 *
 * Look-ups go as in git: packs, loose objects, then the packs again, because a gc may have moved an object from here to
 * there in between.
 */
import { isAbsolute, join } from 'node:path';
import { invariant, isSystemError } from '../../errors.ts';
import { hashObject } from '../objects.ts';
import type { GitObject, NewObject, ObjectStore, ObjectType, Oid } from '../ports.ts';
import { ShallowFile } from '../shallow.ts';
import { isSystemFailure, readFailure } from './failures.ts';
import type { FilesWorld, FsyncPolicy, SharedMode } from './file-system.ts';
import { writeLoose } from './loose.ts';
import { ObjectFolder, type Sink, type Wanted } from './object-folder.ts';
import { writePacks } from './pack-write.ts';

/** From here on one pack is cheaper than loose files (measured with fsync: the two cross far below). */
const PACK_THRESHOLD = 100;

/** A pack that was marked as used this long ago (milliseconds) is safe from a prune: git waits for two weeks. */
const FRESH_MS = 3_600_000;

/** How deep alternates may nest, as in git. */
const MAX_ALTERNATE_DEPTH = 5;

const NOT_SHALLOW: ReadonlySet<Oid> = new Set();

/** How the store is set up. */
export interface ObjectStoreOptions {
  readonly world: FilesWorld;
  /** Absolute path of the objects folder that is written to. */
  readonly objectsDir: string;
  /** Further objects folders to read, beside those that `info/alternates` names. */
  readonly alternates?: readonly string[];
  /** Folder of the file `shallow`; undefined: history is never cut. */
  readonly commonDir?: string;
  readonly fsync: FsyncPolicy;
  readonly shared: SharedMode | undefined;
}

/** Objects in the files of a git folder. `close` lets go of open packs; the store stays usable. */
export class FilesObjectStore implements ObjectStore {
  readonly oidLength = 40;
  readonly #options: ObjectStoreOptions;
  #folders: ObjectFolder[] | undefined;
  readonly #freshenedAt = new Map<string, number>();
  readonly #shallow: ShallowFile | undefined;

  constructor(options: ObjectStoreOptions) {
    this.#options = options;
    const { commonDir, world } = options;
    this.#shallow = commonDir === undefined ? undefined : new ShallowFile(world.fs, commonDir);
  }

  hash(type: ObjectType, data: Uint8Array): Oid {
    return hashObject(type, data);
  }

  async read(oid: Oid): Promise<GitObject | undefined> {
    return this.#readAll([oid])[0];
  }

  async readMany(oids: readonly Oid[]): Promise<(GitObject | undefined)[]> {
    return this.#readAll(oids);
  }

  async has(oid: Oid): Promise<boolean> {
    const bytes = oidBytes(oid);
    const isPacked = (folder: ObjectFolder): boolean => folder.packOf(bytes) !== undefined;
    const folders = this.#known();
    if (folders.some((folder) => isPacked(folder) || folder.loose.has(oid))) return true;
    return folders.some((folder) => folder.rescan() && isPacked(folder));
  }

  async write(objects: readonly NewObject[]): Promise<void> {
    const { world, objectsDir, fsync, shared } = this.#options;
    const objectByOid = new Map<Oid, NewObject>();
    for (const object of objects) objectByOid.set(object.oid, object);
    const isMany = objectByOid.size >= PACK_THRESHOLD;
    const missing = [...objectByOid.values()].filter((object) => !this.#isStored(object, isMany));
    if (missing.length === 0) return;
    for (const { oid, type, data } of missing) {
      invariant(oid === hashObject(type, data), `${oid} is the id of the ${type} that is stored under it`);
    }
    const stage = { world, shared, isDurable: fsync === 'all' };
    if (missing.length < PACK_THRESHOLD) return writeLoose(objectsDir, missing, stage);
    writePacks(objectsDir, missing, stage);
    this.#known()[0]?.rescan();
  }

  shallow(): ReadonlySet<Oid> {
    return this.#shallow?.commits() ?? NOT_SHALLOW;
  }

  /** Closes every open file. The next use opens what it needs. */
  close(): void {
    for (const folder of this.#folders ?? []) folder.close();
    this.#folders = undefined;
  }

  #readAll(oids: readonly Oid[]): (GitObject | undefined)[] {
    const results: (GitObject | undefined)[] = Array.from(oids, () => undefined);
    const damageByIndex = new Map<number, Error>();
    const sink: Sink = {
      found: (index, object) => (results[index] = object),
      damage: (index, error) => damageByIndex.set(index, damageByIndex.get(index) ?? error),
    };
    let missing: readonly Wanted[] = oids.map((oid, index) => ({ oid, bytes: oidBytes(oid), index }));
    const folders = this.#known();
    for (const folder of folders) missing = folder.readLoose(folder.readPacked(missing, sink), sink);
    for (const folder of folders) {
      if (missing.length > 0 && folder.rescan()) missing = folder.readPacked(missing, sink);
    }
    // Another copy may have served what one copy had lost; what is left has only lost copies, or none.
    for (const { index } of missing) {
      const damage = damageByIndex.get(index);
      if (damage !== undefined) throw damage;
    }
    return results;
  }

  /**
   * Whether the object needs no writing. What is there is marked as used now, as git does, so that a prune that runs at
   * the same time keeps it; where that is not allowed it counts as missing. Many objects go into a pack of their own,
   * so there a look at every loose file would cost more than it saves.
   */
  #isStored({ oid }: NewObject, isMany: boolean): boolean {
    const bytes = oidBytes(oid);
    for (const folder of this.#known()) {
      const pack = folder.packOf(bytes);
      if (pack !== undefined && this.#freshenPack(pack.path)) return true;
      if (isMany) continue;
      const object = folder.loose.look(oid);
      if (object !== undefined && object !== 'damaged' && this.#freshen(folder.loosePath(oid))) return true;
    }
    return false;
  }

  #freshenPack(path: string): boolean {
    const now = this.#options.world.now();
    if (now - (this.#freshenedAt.get(path) ?? -Infinity) < FRESH_MS) return true;
    if (!this.#freshen(path)) return false;
    this.#freshenedAt.set(path, now);
    return true;
  }

  #freshen(path: string): boolean {
    const seconds = this.#options.world.now() / 1000;
    try {
      this.#options.world.fs.utimesSync(path, seconds, seconds);
      return true;
    } catch (error) {
      if (isSystemFailure(error)) return false;
      throw error;
    }
  }

  #known(): readonly ObjectFolder[] {
    return (this.#folders ??= this.#openFolders());
  }

  #openFolders(): ObjectFolder[] {
    const { world, objectsDir, alternates = [] } = this.#options;
    const paths = new Set<string>();
    const add = (path: string, depth: number): void => {
      if (paths.has(path) || depth > MAX_ALTERNATE_DEPTH) return;
      paths.add(path);
      for (const line of readAlternates(world.fs, path)) {
        add(isAbsolute(line) ? line : join(path, line), depth + 1);
      }
    };
    for (const path of [objectsDir, ...alternates]) add(path, 0);
    return [...paths].map((path) => new ObjectFolder(world.fs, path));
  }
}

function oidBytes(oid: Oid): Buffer {
  invariant(/^[0-9a-f]{40}$/.test(oid), `"${oid}" is an object id`);
  return Buffer.from(oid, 'hex');
}

/** The lines of `info/alternates`: one objects folder each, `#` starts a comment. */
function readAlternates(fs: FilesWorld['fs'], objectsDir: string): string[] {
  const path = join(objectsDir, 'info', 'alternates');
  try {
    const lines = fs.readFileSync(path).toString('utf8').split('\n');
    return lines.filter((line) => line !== '' && !line.startsWith('#'));
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return [];
    throw readFailure(error, path);
  }
}
